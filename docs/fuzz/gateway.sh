#!/usr/bin/env bash
# Sends a fleet of its own some 11000 requests, right ones and wrong ones in all kinds of ways, always the same ones, beside an
# honest caller. Fails if an answer is 500 or more, does not come, or is not what /q/openapi says, or if one of bounds.py's
# bounds is broken. Takes five to ten minutes. README.md says what it wants.
#
#   docs/fuzz/gateway.sh [port]
#   FLEET=/elsewhere/deploy/fleet EXAMPLES=100 docs/fuzz/gateway.sh
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
. "$here/fleet.sh"
port=${1:-8088}
export url=http://localhost:$port EXAMPLES=${EXAMPLES:-600} SCHEMA_EXAMPLES=${SCHEMA_EXAMPLES:-300} here

# Small images and few of them, so that what is taken is soon drawn.
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
