#!/bin/sh
# Runs seeds of the session simulator (tests/session/sim.h): scripts/simulate.sh [SEEDS [FIRST]], 100,000 from 1 unless
# told otherwise, on all processors; each over journals in memory, and then over the real ones on simulated disks, which
# tear, reorder and drop what was not synced, with crashes while they recover. Progress goes to standard error; the
# first seed that finds something ends its part with status 1 and is printed:
# `build/release/tests/session/session_simulate SEED [journals]` replays it and tells what happens.
set -eu
cd "$(dirname "$0")/.."
seeds=${1:-100000}
first=${2:-1}
workers=$(nproc)

cmake --preset release >&2
cmake --build --preset release --target session_simulate --parallel "$workers" >&2

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

# Runs all seeds: simulate [journals]. Each worker has a share of them, one behind the other.
simulate() {
    share=$(((seeds + workers - 1) / workers))
    begun=$(date +%s)
    pids=
    worker=0
    while [ "$worker" -lt "$workers" ]; do
        from=$((first + worker * share))
        left=$((first + seeds - from))
        count=$((left < share ? left : share))
        if [ "$count" -gt 0 ]; then
            build/release/tests/session/session_simulate "$from" "$count" "$@" >"$results/$worker" &
            pids="$pids $!"
        fi
        worker=$((worker + 1))
    done
    for pid in $pids; do
        wait "$pid" || status=1
    done
    cat "$results"/*
    echo "$seeds seeds from $first on $workers processors in $(($(date +%s) - begun)) s"
}
status=0
simulate
simulate journals
exit "$status"
