# Functions that start and stop a fleet that uses API keys and webhooks, and keeps its data in the folder $data. Source this file. The
# gateway uses $port, the broker $port+1, the webhook receivers $port+2 to $port+5, and the gateway's TLS listener $port+6.

fleet=${FLEET:-$(dirname -- "${BASH_SOURCE[0]}")/../../deploy/fleet}

key() { "$fleet" key create --file "$data/keys.json" --owner "$1" --role "$2"; } # OWNER ROLES

start() {
  HONEST_KEY=$(key honest generate,feedback)
  OPERATOR_KEY=$(key operator operate)
  LORAFLEET_WEBHOOKS_SECRET=whsec_$(head -c 32 /dev/urandom | base64)
  # Each receiver has its own host, because a gateway limits the concurrent calls to each host. Older gateways read the trusted
  # hosts, newer gateways the trusted origins.
  LORAFLEET_WEBHOOKS_TRUSTED_HOSTS=127.0.0.1,127.0.0.2,127.0.0.3,127.0.0.4
  LORAFLEET_WEBHOOKS_TRUSTED_ORIGINS=$(for k in 1 2 3 4; do printf 'http://127.0.0.%d:%d,' $k $((port + 1 + k)); done)
  LORAFLEET_WEBHOOKS_TRUSTED_ORIGINS=${LORAFLEET_WEBHOOKS_TRUSTED_ORIGINS%,}
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout "$data/tls.key" -out "$data/tls.crt" 2>/dev/null
  export TLS_PORT=$((port + 6)) QUARKUS_HTTP_SSL_CERTIFICATE_FILES=$data/tls.crt QUARKUS_HTTP_SSL_CERTIFICATE_KEY_FILES=$data/tls.key
  export QUARKUS_HTTP_SSL_PORT=$TLS_PORT QUARKUS_HTTP_INSECURE_REQUESTS=enabled
  export HONEST_KEY OPERATOR_KEY LORAFLEET_WEBHOOKS_SECRET LORAFLEET_WEBHOOKS_TRUSTED_HOSTS LORAFLEET_WEBHOOKS_TRUSTED_ORIGINS
  "$fleet" up --data "$data" --port "$port" --broker-port $((port + 1)) --api-keys "$data/keys.json" >&2 &
  running=$!
  local end=$((SECONDS + 300))
  until curl -sf -H "Authorization: Bearer $OPERATOR_KEY" "http://127.0.0.1:$port/v1/workers" | grep -q '"state":"ready"'; do
    [ $SECONDS -lt $end ] || { echo "no worker was ready after 300 s" >&2; exit 1; }
    sleep 1
  done
}

stop() {
  if [ -n "${running:-}" ]; then
    kill "$running" || true
    wait "$running" || true
    running=
    if [ -n "${KEEP_LOGS:-}" ]; then mkdir -p "$KEEP_LOGS" && cp -r "$data/logs" "$KEEP_LOGS/$(basename "$data")"; fi
  fi
  if mountpoint -q "$data"; then umount "$data"; fi
  rm -rf "$data"
}
