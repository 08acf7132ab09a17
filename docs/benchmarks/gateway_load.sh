#!/usr/bin/env bash
# Measures a gateway under load: 1, 50 and 500 clients continuously send generation requests or read the status of a
# generation. Needs wrk, curl, and a running fleet that has generated at least one image. Workers compete for CPU time, so
# suspend them during the test (kill -STOP) or run them on another machine.
#
#   docs/benchmarks/gateway_load.sh [URL [SECONDS]]      the defaults are http://localhost:8080 and 20
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

newest() { # the id of the newest generation; the gateway may have dropped older generations
  curl -s "$url/v1/generations?limit=1" | sed -n 's/.*"id":"\([^"]*\)".*/\1/p'
}

old() { # MiB in the heap's old generation, which contains the long-lived objects
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

echo "heap's old generation before: $(old) MiB"
echo "| request | clients | requests/s | p50 | p99 | requests | refused | errors |"
echo "|---|---|---|---|---|---|---|---|"
for clients in 1 50 500; do
  round generation "$clients" -s "$order" "$url/v1/generations"
  round status "$clients" "$url/v1/generations/$(newest)"
done
echo "heap's old generation after: $(old) MiB"
