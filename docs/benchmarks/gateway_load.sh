#!/usr/bin/env bash
# How a gateway bears 1, 50 and 500 clients that order images, or ask how an order stands, without a pause between.
# Wants wrk, curl, and a fleet that is up and has drawn something. Workers take the processor, too: stop them meanwhile
# (kill -STOP), or have them elsewhere.
#
#   docs/benchmarks/gateway_load.sh [http://localhost:8080] [seconds]
set -euo pipefail
url=${1:-http://localhost:8080}
seconds=${2:-20}

order=$(mktemp)
trap 'rm -f "$order"' EXIT
cat > "$order" <<'LUA'
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"prompt": "a large red star", "steps": 1, "guidanceScale": 1}'
LUA

newest() { # the id of an order; older ones may be forgotten
  curl -s "$url/v1/generations?limit=1" | sed -n 's/.*"id":"\([^"]*\)".*/\1/p'
}

old() { # MiB in the heap's old generation, where what is kept ends up
  curl -s "$url/q/metrics" | awk '/^jvm_memory_used_bytes.*Old Gen/ {printf "%.0f", $NF / 1048576}'
}

round() { # NAME CLIENTS WRK-ARGUMENTS...
  local name=$1 clients=$2
  shift 2
  wrk -t1 -c"$clients" -d"${seconds}s" --timeout 20s --latency "$@" | awk -v name="$name" -v clients="$clients" '
    /50%/ {half = $2} /99%/ {most = $2} /requests in/ {all = $1} /Non-2xx/ {refused = $NF}
    /Socket errors/ {errors = $0} /Requests\/sec/ {rate = $2}
    END {printf "| %s | %d | %s | %s | %s | %d | %d | %s |\n", name, clients, rate, half, most, all, refused, errors}'
}

echo "old generation before: $(old) MiB"
echo "| | clients | requests a second | half within | 99 of 100 within | all | refused | errors |"
echo "|---|---|---|---|---|---|---|---|"
for clients in 1 50 500; do
  round order "$clients" -s "$order" "$url/v1/generations"
  round status "$clients" "$url/v1/generations/$(newest)"
done
echo "after: $(old) MiB"
