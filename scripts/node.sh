#!/bin/sh
# Installs @msgpack/msgpack for the tests that try what Node makes of Pier's records, where npm is there:
#
#   scripts/node.sh [BUILD_FOLDER]      build/dev when not given
#
# No lock file is written; without npm it does nothing, and those tests say that they were left out.
set -eu
cd "$(dirname "$0")/.."
folder=${1:-build/dev}
if ! command -v npm >/dev/null; then
    echo "node.sh: there is no npm"
    exit 0
fi
mkdir -p "$folder/node"
npm install --prefix "$folder/node" --no-package-lock --no-audit --no-fund @msgpack/msgpack
