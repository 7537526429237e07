#!/bin/sh
# Builds a project that has Pier inside its own tree, and runs it.
#
#   check_embedding.sh CMAKE GENERATOR SOURCE_DIR WORK_DIR SCHEMAS
#
# SCHEMAS: ON when what the schema compiler needs is here.
set -eu
rm -rf "$4"
"$1" -G "$2" -S "$3/tests/package/embedder" -B "$4" "-DPIER_SOURCE_DIR=$3" "-DPIER_SCHEMA_COMPILER=$5"
"$1" --build "$4"
"$4/embedder"
"$4/embedder_static"
if [ "$5" = ON ]; then
    "$4/embedder_proto"
fi
