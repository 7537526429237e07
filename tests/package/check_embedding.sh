#!/bin/sh
# Builds a project that has Pier inside its own tree, and runs it.
#
#   check_embedding.sh CMAKE GENERATOR SOURCE_DIR WORK_DIR
set -eu
rm -rf "$4"
"$1" -G "$2" -S "$3/tests/package/embedder" -B "$4" "-DPIER_SOURCE_DIR=$3"
"$1" --build "$4"
"$4/embedder"
"$4/embedder_static"
