#!/usr/bin/env bash
# Starts a fleet with API keys in a temporary folder, attacks it with bombs.py, and stops it. If run as root, also runs the attacks
# that fill the disk, against a fleet on a 400 MiB disk. Takes about 20 minutes. The exit code is 1 if a limit in
# bounds.py was exceeded.
#
#   docs/fuzz/bombs.sh [--only ATTACK...] [bombs.py's options]
#   FLEET=/elsewhere/deploy/fleet docs/fuzz/bombs.sh      the fleet of another checkout
#   PORT=9090 DISK=2g docs/fuzz/bombs.sh
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
. "$here/fleet.sh"
port=${PORT:-8090}

attack() { # [--disk] OPTIONS...
  ATTACKER_KEY=$(key attacker generate,feedback,manage-adapters)
  export ATTACKER_KEY
  start
  python3 "$here/bombs.py" --port "$port" --data "$data" "$@" || result=1
  stop
}

data=$(mktemp -d)
trap stop EXIT
result=0
if [ -n "$(python3 "$here/bombs.py" --list "$@")" ]; then attack "$@"; fi
if [ -n "$(python3 "$here/bombs.py" --list --disk "$@")" ]; then
  if [ "$(id -u)" = 0 ]; then
    mkdir -p "$data"
    mount -t tmpfs -o "size=${DISK:-400m}" tmpfs "$data"
    export LORAFLEET_STORAGE_MIN_FREE_BYTES=$((100 << 20)) # the default is larger than this disk
    attack --disk "$@"
  else
    echo "skipping the attacks that fill the disk: they need root permissions to mount a small disk" >&2
  fi
fi
exit $result
