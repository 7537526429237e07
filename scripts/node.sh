#!/bin/sh
# Installs @msgpack/msgpack into build/node, for the test that tries what Node makes of Pier's records, where npm is:
#
#   scripts/node.sh
#
# No lock file is written. Without npm, or without a way to its packages within a minute, it says so and does nothing
# else, and the test says that Node was left out.
set -eu
cd "$(dirname "$0")/.."
if [ -d build/node/node_modules/@msgpack/msgpack ]; then
    exit 0
fi
if ! command -v npm >/dev/null; then
    echo "node.sh: there is no npm, so Node is left out"
    exit 0
fi
mkdir -p build/node
timeout 60 npm install --prefix build/node --no-package-lock --no-audit --no-fund @msgpack/msgpack >/dev/null 2>&1 ||
    echo "node.sh: npm installed nothing, so Node is left out"
