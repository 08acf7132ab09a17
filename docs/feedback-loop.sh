#!/usr/bin/env bash
# Shows how feedback leads to a better version, on the demo model. The script distils a student with too few steps, generates
# images with it on a fleet, and rates them negatively. It waits for the trainer's next version, sends requests until the canary
# analysis ends, and compares both versions on the prompts with negative ratings. Takes about fifteen minutes on two processors.
#
#     docs/feedback-loop.sh [FOLDER]
#
# The student, the fleet's data and the two reports are stored in FOLDER. The default is a new temporary folder.
set -euo pipefail
cd "$(dirname "$0")/.."

prompts=deploy/demo-model/prompts
folder=${1:-$(mktemp -d)}
mkdir -p "$folder"/{before,after}

# The services read these settings from the environment.
export LORAFLEET_TRAINER_MIN_SAMPLES=16
export LORAFLEET_TRAINER_RUN_STEPS=${STEPS:-120}
# The worker compares both versions on every request, so that a few requests are enough for a decision.
export LORAFLEET_TRAINER_CANARY_CANARY_SHARE=0.25
export LORAFLEET_TRAINER_CANARY_SHADOW_SHARE=1
export LORAFLEET_TRAINER_CANARY_MIN_COMPARISONS=6
export LORAFLEET_TRAINER_PROMPTS_BASE=$PWD/$prompts/train.txt
export LORAFLEET_TRAINER_PROMPTS_HELD_OUT=$PWD/$prompts/held-out.txt

echo "== distilling a first student, with few steps"
deploy/fleet distill --model deploy/demo-model --prompts $prompts/train.txt --name fast --steps 100 \
    --batch 32 --passes 2 --prompts-per-round 64 --learning-rate 1e-3 --output "$folder"

echo "== starting a fleet with this student"
deploy/fleet up --data "$folder/data" > "$folder/fleet.log" 2>&1 &
fleet=$!
trap 'kill $fleet; wait $fleet || true' EXIT
until curl --fail --silent --output /dev/null localhost:8080/q/health/ready; do
    kill -0 $fleet || { cat "$folder/fleet.log"; exit 1; }
    sleep 1
done
deploy/fleet adapter add fast "$folder/fast.safetensors" --student --guidance 5

echo "== generating sixteen images and rating them negatively"
head -16 $prompts/train.txt > "$folder/rated.txt"
while read -r prompt; do
    id=$(deploy/fleet generate "$prompt" --adapter fast -o "$folder/image.png" --json < /dev/null | sed -n 's/^{"id":"\([^"]*\)".*/\1/p')
    deploy/fleet feedback "$id" --rating down --as-teacher < /dev/null
done < "$folder/rated.txt"

echo "== waiting for the trainer's next version"
until deploy/fleet adapter list -o name | grep -qx 'fast@2'; do
    sleep 5
done
deploy/fleet adapter list

echo "== sending requests until the canary analysis ends"
seed=1
until deploy/fleet adapter list -o json | grep -q '"stable":2'; do
    deploy/fleet generate "$(shuf -n 1 $prompts/held-out.txt)" --adapter fast --seed $((seed++)) -o "$folder/image.png" \
        < /dev/null
    if ! deploy/fleet adapter list -o json | grep -q '"canary":\|"stable":2'; then
        echo "the version was rolled back; $folder/data/logs/trainer.log contains the reason"
        exit 1
    fi
done
deploy/fleet adapter list
deploy/fleet workers

echo "== comparing both versions on the prompts with negative ratings"
for when in before:1 after:2; do
    echo "-- fast@${when#*:}"
    deploy/fleet evaluate --model deploy/demo-model --adapter "fast@${when#*:}" --prompts "$folder/rated.txt" \
        --report "$folder/${when%:*}"
done
echo "reports: $folder/before/report.md, $folder/after/report.md"
