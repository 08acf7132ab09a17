#!/usr/bin/env bash
# Starts a fleet and sends it about 11000 valid and invalid requests, the same ones in every run, while an honest caller generates
# images. Fails if a response has a status of 500 or more, is missing, or does not match /q/openapi, or if a limit in bounds.py is
# exceeded. Takes five to ten minutes. README.md lists the requirements.
#
#   docs/fuzz/gateway.sh [port]
#   FLEET=/elsewhere/deploy/fleet EXAMPLES=100 docs/fuzz/gateway.sh
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
. "$here/fleet.sh"
port=${1:-8088}
export url=http://localhost:$port EXAMPLES=${EXAMPLES:-600} SCHEMA_EXAMPLES=${SCHEMA_EXAMPLES:-300} here

# Limits that allow only a few small images per request, so that accepted requests finish quickly.
export LORAFLEET_LIMITS_MAX_PIXELS=4096 LORAFLEET_LIMITS_MAX_COUNT=2 LORAFLEET_LIMITS_MAX_STEPS=20 \
  LORAFLEET_LIMITS_MAX_QUEUED_REQUESTS=40 LORAFLEET_LIMITS_MAX_QUEUED_REQUESTS_PER_CALLER=30
data=$(mktemp -d)
trap stop EXIT
export LORAFLEET_GATEWAY_ADAPTER_DIRECTORY=$data/adapters
mkdir "$data/adapters"
FUZZER_KEY=$(key fuzzer generate,feedback,manage-adapters,operate)
export FUZZER_KEY
start
cat > "$data/schemathesis.toml" << 'END'
headers = { Authorization = "Bearer ${FUZZER_KEY}" }
END

requests() {
  python3 "$here/mutations.py" "$url" "$EXAMPLES" || return 1
  cd "$data" && schemathesis run "$url/q/openapi" --url "$url" --seed 42 --max-examples "$SCHEMA_EXAMPLES" \
    --phases examples,coverage,fuzzing \
    --checks not_a_server_error,content_type_conformance,status_code_conformance,response_schema_conformance \
    --request-timeout 40 --workers 2 --warnings off
}
export -f requests
export data
python3 "$here/beside.py" --port "$port" --data "$data" bash -c requests
