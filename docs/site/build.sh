#!/usr/bin/env bash
# Builds the docs site in docs/site/target/html, with the Javadoc of common/diffusion. Fails on broken links, and if a page loads anything
# from another origin. Needs Python 3.11 or newer and the JDK; set PYTHON to use an interpreter other than python3. Arguments are passed to
# Sphinx.
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
# The pages that the JDK writes load nothing from other origins either, but link to pages that it does not write.
(cd ../.. && ./mvnw -B -ntp -q -Prelease -DskipTests -pl common/diffusion -am compile javadoc:javadoc)
cp -r ../../common/diffusion/target/reports/apidocs "$target/html/api"
echo "$target/html/index.html"
