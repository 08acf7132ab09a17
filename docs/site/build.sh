#!/usr/bin/env bash
# Builds the docs site into docs/site/target/html. A broken link, or anything that a page would load from elsewhere, is an
# error. Needs Python, 3.11 or newer; PYTHON names another one than python3. Arguments go to Sphinx.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
target=$PWD/target
venv=$target/venv
stamp=$venv/requirements.txt

if ! cmp -s requirements.txt "$stamp"; then
  rm -rf "$venv"
  "${PYTHON:-python3}" -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
  cp requirements.txt "$stamp"
fi
rm -rf "$target/html"
"$venv/bin/sphinx-build" --builder html --fail-on-warning --keep-going --nitpicky --fresh-env --quiet \
  --conf-dir . --doctree-dir "$target/doctrees" "$@" ../.. "$target/html"
"$venv/bin/python" check.py "$target/html"
echo "$target/html/index.html"
