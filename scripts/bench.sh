#!/usr/bin/env bash
# Measures: in memory, and between two processes over TCP and Unix sockets.
#
#   scripts/bench.sh [--quick] [--docs]
#
# Installs what is missing, builds a release, runs everything with the contenders in turn, and prints a table of medians
# and ratios. build/bench/results.jsonl has a line for each run, build/bench/table.md the table, build/bench/plot.svg a
# picture of it. --quick takes a fifth of the time, for a look; --docs puts table and picture into docs/benchmarks.md. On
# a machine that does other things compare ratios, never times.
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"
repetitions=25
slices=21
update=()
for argument in "$@"; do
    case $argument in
    --quick) repetitions=5 slices=5 ;;
    --docs) update=(--docs) ;;
    *)
        sed -n '2,/^# shellcheck/{/^# shellcheck/d;s/^# \{0,1\}//;p}' "$0" >&2
        exit 2
        ;;
    esac
done

need_packages build bench
out=build/bench
mkdir -p "$out"
build_preset bench
say "in memory"
"build/bench/bench/memory_bench" --benchmark_repetitions=$repetitions --benchmark_min_time=0.05 \
    --benchmark_enable_random_interleaving=true --benchmark_format=json >"$out/memory.json" 2>"$pier_logs/bench.log"
say "between two processes"
"build/bench/bench/stream_bench" "$slices" >"$out/stream.jsonl"
python3 -B bench/report.py "$out" "${update[@]}"
