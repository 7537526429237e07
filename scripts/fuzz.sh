#!/usr/bin/env bash
# Looks for inputs that break a decoder, with libFuzzer.
#
#   scripts/fuzz.sh [--fast] [SECONDS | --runs N] [TARGET…]
#
# Runs each target for so many seconds (60) or executions, all of tests/fuzz/ if none is named, and tells how many
# executions there were, how many edges of the code were reached, and how many of those only in the last fifth: none
# means that more of the same finds no more. Without --fast the address and undefined-behaviour sanitizers watch. With
# it only the promises of the entries themselves are watched, five to ten times as often, and inputs are chosen without
# weighing them, which took up to a third of the time; what was found on the way is run once under the sanitizers
# afterwards.
#
# Starts from tests/fuzz/corpus/TARGET/. What it finds on the way is kept in build/fuzz/corpus/TARGET/, an input that
# breaks something in build/fuzz/found/: put that one into tests/fuzz/corpus/TARGET/ together with its repair.
# PIER_FUZZ_BYTES is how long inputs may be (what the corpus has).
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"
preset=fuzz
if [[ ${1-} == --fast ]]; then
    preset=fuzz-fast
    shift
fi
amount="-max_total_time=60"
if [[ ${1-} == --runs ]]; then
    [[ ${2-} =~ ^[0-9]+$ ]] || die "the number of executions is not a number: ${2-}"
    amount="-runs=$2"
    shift 2
elif (($# > 0)); then
    [[ $1 =~ ^[0-9]+$ ]] || die "the seconds are not a number: $1"
    amount="-max_total_time=$1"
    shift
fi

need_packages build test clang
targets=("$@")
if ((${#targets[@]} == 0)); then
    mapfile -t targets < <(sed -n 's/^ *pier_add_fuzz(NAME \([a-z0-9_]*\).*/\1/p' tests/fuzz/CMakeLists.txt)
fi
PIER_BUILD_TARGETS=${targets[*]} build_preset fuzz
if [[ $preset != fuzz ]]; then
    PIER_BUILD_TARGETS=${targets[*]} build_preset "$preset"
fi

# Reads a log of libFuzzer: executions, edges, and the edges of the last fifth of the executions.
summary() { # LOG
    awk '/^#[0-9]+\t/ && match($0, /cov: [0-9]+/) {
            runs[++lines] = substr($1, 2) + 0
            edges[lines] = substr($0, RSTART + 5, RLENGTH - 5) + 0
        }
        END {
            for (i = 1; i <= lines && runs[i] <= runs[lines] * 0.8; i++)
                before = edges[i]
            printf "%d executions, %d edges, %d of them in the last fifth", runs[lines], edges[lines],
                edges[lines] - before
        }' "$1"
}

mkdir -p build/fuzz/found
broken=()
for target in "${targets[@]}"; do
    program=build/$preset/tests/fuzz/$target
    [[ -x $program ]] || die "there is no fuzz target $target"
    corpora=("build/fuzz/corpus/$target" "tests/fuzz/corpus/$target")
    mkdir -p "${corpora[0]}"
    options=(-timeout=20 -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="build/fuzz/found/$target-")
    [[ $preset == fuzz ]] || options+=(-entropic=0)
    log=$pier_logs/$target.log
    if "$program" "$amount" ${PIER_FUZZ_BYTES:+-max_len=$PIER_FUZZ_BYTES} "${options[@]}" "${corpora[@]}" \
        >"$log" 2>&1 && { [[ $preset == fuzz ]] ||
        "build/fuzz/tests/fuzz/$target" -runs=0 "${options[@]}" "${corpora[@]}" >"$log.replay" 2>&1; }; then
        say "$target: $(summary "$log"); none breaks it"
    else
        tail -n 40 "$log" >&2
        broken+=("$target")
    fi
done
((${#broken[@]} == 0)) || die "broken: ${broken[*]}"
