#!/usr/bin/env bash
# Sends a fleet of its own some 16000 requests that are wrong in all kinds of ways, always the same ones, and fails if an
# answer is 500 or more, does not come, or is not what /q/openapi says. Takes some five minutes.
# Wants schemathesis (python3 -m venv VENV; VENV/bin/pip install schemathesis; PATH=VENV/bin:$PATH).
#
#   docs/fuzz/gateway.sh [port]
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
url=http://localhost:${1:-8088}
data=$(mktemp -d)

# Small pictures and few of them, so that what is taken is soon drawn.
export LORAFLEET_LIMITS_MAX_PIXELS=4096 LORAFLEET_LIMITS_MAX_COUNT=2 LORAFLEET_LIMITS_MAX_STEPS=20 \
  LORAFLEET_LIMITS_MAX_QUEUED_REQUESTS=20 LORAFLEET_GATEWAY_ADAPTER_DIRECTORY=$data
deploy/fleet up --data "$data" --port "${url##*:}" --broker-port $((${url##*:} + 1)) &
fleet=$!
trap 'kill "$fleet"; wait "$fleet" || true; rm -rf "$data"' EXIT

await() { # SECONDS COMMAND...
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || { echo "in vain: $*" >&2; exit 1; }
    sleep 1
  done
}

has_worker() { curl -sf "$url/v1/models" > /dev/null; }
is_idle() { curl -sf "$url/v1/fleet" | grep -q '"queued":0,"running":0'; }

figures() { # what would grow if something leaked
  jcmd "$(pgrep -f "$data.*gateway/target")" GC.run > /dev/null
  curl -s "$url/q/metrics" | awk '
    /^jvm_memory_used_bytes.*heap/ && !/nonheap/ {heap += $NF} /^jvm_threads_live_threads/ {threads = $NF}
    /^process_files_open_files/ {files = $NF}
    END {printf "%.0f MiB of heap, %d threads, %d open files\n", heap / 1048576, threads, files}'
}

await 600 has_worker
before=$(figures)
python3 docs/fuzz/mutations.py "$url"
(cd "$data" && schemathesis run "$url/q/openapi" --url "$url" --seed 42 --max-examples 300 --phases examples,coverage,fuzzing \
  --checks not_a_server_error,content_type_conformance,status_code_conformance,response_schema_conformance \
  --request-timeout 20 --workers 2 --warnings off)
await 600 is_idle
echo "before: $before"
echo "after:  $(figures)"
