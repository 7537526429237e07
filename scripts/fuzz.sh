#!/usr/bin/env bash
# Looks for inputs that break a decoder, with libFuzzer.
#
#   scripts/fuzz.sh [SECONDS [TARGET…]]      each target for so many seconds (60), all of tests/fuzz/ if none is named
#
# Starts from tests/fuzz/corpus/TARGET/. What it finds on the way is kept in build/fuzz/corpus/TARGET/, an input that
# breaks something in build/fuzz/found/: put that one into tests/fuzz/corpus/TARGET/ together with its repair.
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"
seconds=${1:-60}
[[ $seconds =~ ^[0-9]+$ ]] || die "the seconds are not a number: $seconds"
shift || true

need_packages build test clang
targets=("$@")
if ((${#targets[@]} == 0)); then
    mapfile -t targets < <(sed -n 's/^ *pier_add_fuzz(NAME \([a-z0-9_]*\).*/\1/p' tests/fuzz/CMakeLists.txt)
fi
PIER_BUILD_TARGETS=${targets[*]} build_preset fuzz

mkdir -p build/fuzz/found
broken=()
for target in "${targets[@]}"; do
    program=build/fuzz/tests/fuzz/$target
    [[ -x $program ]] || die "there is no fuzz target $target"
    mkdir -p "build/fuzz/corpus/$target"
    options=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1
        -artifact_prefix="build/fuzz/found/$target-")
    if "$program" "${options[@]}" "build/fuzz/corpus/$target" "tests/fuzz/corpus/$target" \
        >"$pier_logs/$target.log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$pier_logs/$target.log")
        say "$target: $runs inputs in $seconds s, none breaks it"
    else
        tail -n 40 "$pier_logs/$target.log" >&2
        broken+=("$target")
    fi
done
((${#broken[@]} == 0)) || die "broken: ${broken[*]}"
