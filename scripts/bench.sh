#!/usr/bin/env bash
# Measures Pier beside what else could do the same work.
#
#   scripts/bench.sh [PART…] [--quick] [--docs]
#
# Parts: codec, stream, latency, compress, journal, instructions, size; all when none is named. Installs what is
# missing (a peer that cannot be installed loses its rows, not the run), builds a release, and runs the parts with the
# contenders in turn. build/bench/results/PART.jsonl has the results, with commit, compiler, machine and versions in
# meta.json; report.md and the pictures beside them are made of all that are there. --quick takes less than a minute;
# --docs puts tables and pictures into docs/performance.md. On a machine that does other things compare ratios, never
# times. PIER_BENCH_ZPP_BITS may name a folder with zpp_bits.h.
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"
quick=false
update=()
parts=()
for argument in "$@"; do
    case $argument in
    --quick) quick=true ;;
    --docs) update=(--docs) ;;
    codec | stream | latency | compress | journal | instructions | size) parts+=("$argument") ;;
    --help)
        usage
        exit 0
        ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
done
((${#parts[@]} > 0)) || parts=(codec stream latency compress journal instructions size)

need_packages build bench
try_packages peers

programs=build/bench/bench
out=build/bench/results
PIER_BUILD_TARGETS="codec_bench stream_bench compress_bench journal_bench" build_preset bench
mkdir -p "$out"
rm -f "$out"/*.part
python3 -B bench/report.py "$out" --meta build/bench

# run PART COMMAND…: the results of a part that fails are those of no run, not of half of one.
run() {
    local part=$1 started=$SECONDS
    shift
    if "$@" >"$out/$part.part"; then
        mv "$out/$part.part" "$out/$part.jsonl"
        say "$part took $((SECONDS - started)) s"
    else
        rm -f "$out/$part.jsonl"
        say "$part failed, and has no rows"
    fi
}

measure_codec() {
    local slices=51 slice_us=3000
    ! $quick || { slices=9 slice_us=1500; }
    "$programs/codec_bench" --slices "$slices" --slice-us "$slice_us"
}

measure_stream() {
    local slices=9 records=10000000
    ! $quick || { slices=3 records=2000000; }
    "$programs/stream_bench" stream --slices "$slices" --records "$records"
}

measure_latency() {
    local slices=9 rounds=5000
    ! $quick || { slices=3 rounds=2000; }
    "$programs/stream_bench" latency --slices "$slices" --records "$rounds"
}

measure_compress() {
    local slices=15 level
    ! $quick || slices=3
    for level in 1 6; do
        "$programs/compress_bench" "$slices" "$level" || return 1
    done
}

# On the disk that the results are on.
measure_journal() {
    local slices=5 records=2000000 mebibytes=1024
    ! $quick || { slices=3 records=50000 mebibytes=64; }
    "$programs/journal_bench" "$out/journal" --slices "$slices" --records "$records" --mebibytes "$mebibytes"
}

# One pass of every codec under callgrind, which writes a file for each of the marks that the program sets.
measure_instructions() {
    command -v valgrind >/dev/null || {
        say "valgrind is not there" >&2
        return 1
    }
    rm -rf "$out/callgrind"
    mkdir -p "$out/callgrind"
    valgrind --tool=callgrind --callgrind-out-file="$out/callgrind/out" "$programs/codec_bench" --count \
        >"$pier_logs/callgrind.log" 2>&1 || {
        tail -n 5 "$pier_logs/callgrind.log" >&2
        return 1
    }
    python3 -B bench/report.py "$out" --callgrind "$out/callgrind"
    rm -rf "$out/callgrind"
}

measure_size() {
    python3 -B bench/report.py "$out" --size build/bench/bench
}

for part in "${parts[@]}"; do
    say "$part"
    run "$part" "measure_$part"
done
python3 -B bench/report.py "$out" "${update[@]}"
say "took $SECONDS s in all"
