#!/bin/sh
# Runs seeds of the session simulator (tests/session/sim.h): scripts/simulate.sh [SEEDS [FIRST]], 100,000 from 1 unless
# told otherwise, on all processors. Progress goes to standard error; the first seed that finds something ends it with
# status 1 and is printed: `build/release/tests/session/session_simulate SEED` replays it and tells what happens.
set -eu
cd "$(dirname "$0")/.."
seeds=${1:-100000}
first=${2:-1}
workers=$(nproc)

cmake --preset release >&2
cmake --build --preset release --target session_simulate --parallel "$workers" >&2

# Each worker has a share of the seeds, one behind the other.
share=$(((seeds + workers - 1) / workers))
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
begun=$(date +%s)
pids=
worker=0
while [ "$worker" -lt "$workers" ]; do
    from=$((first + worker * share))
    left=$((first + seeds - from))
    count=$((left < share ? left : share))
    if [ "$count" -gt 0 ]; then
        build/release/tests/session/session_simulate "$from" "$count" >"$results/$worker" &
        pids="$pids $!"
    fi
    worker=$((worker + 1))
done
status=0
for pid in $pids; do
    wait "$pid" || status=1
done
cat "$results"/*
echo "$seeds seeds from $first on $workers processors in $(($(date +%s) - begun)) s"
exit "$status"
