#!/usr/bin/env bash
# Builds the docs site in docs/site/target/html. Fails on broken links, and if a page loads anything from another origin. Needs
# Python 3.11 or newer; set PYTHON to use an interpreter other than python3. Arguments are passed to Sphinx.
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
