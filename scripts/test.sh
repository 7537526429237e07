#!/usr/bin/env bash
# Builds and tests everything.
#
#   scripts/test.sh            release, asan-ubsan and tsan builds, each with all its tests
#   scripts/test.sh --quick    the inner loop: the dev build, without the tests that are labelled slow
#
# Installs what is missing first. The last line is `N passed, N failed`, summed over all builds. A test that cannot run
# here is named as skipped; with CI=true it counts as failed.
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"

usage() {
    sed -n '2,/^# shellcheck/{/^# shellcheck/d;s/^# \{0,1\}//;p}' "$0"
}

presets=(release asan-ubsan tsan)
selection=()
case ${1-} in
'') ;;
--quick)
    presets=(dev)
    selection=(--label-exclude '^slow$')
    ;;
--help)
    usage
    exit 0
    ;;
*)
    usage >&2
    exit 2
    ;;
esac

passed=0
failed=0
skipped=()

# Reads one number of the totals that ctest writes into the head of its JUnit file.
total() { # FILE NAME
    sed -n "1,/>/s/.*[[:space:]]$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1
}

# Adds one run up. What ctest calls skipped answered 77; cmocka marks tests that it skipped inside a program.
add_up() { # PRESET
    local file=build/$1/junit.xml log=build/$1/Testing/Temporary/LastTest.log tests failures skips names
    tests=$(total "$file" tests)
    failures=$(total "$file" failures)
    skips=$(total "$file" skipped)
    mapfile -t names < <(sed -n 's/.*<testcase name="\([^"]*\)".*status="notrun".*/\1/p' "$file"
        sed -n 's/^\[  SKIPPED \] \([A-Za-z0-9_]*\)$/\1/p' "$log" | sort -u)
    passed=$((passed + tests - failures - skips))
    failed=$((failed + failures))
    if ((${#names[@]} > 0)); then
        skipped+=("${names[@]/#/$1: }")
    fi
}

need_packages build test
started=$SECONDS
for preset in "${presets[@]}"; do
    build_preset "$preset" -DPIER_WERROR=ON
    run_started=$SECONDS
    rm -f "build/$preset/junit.xml"
    # --output-on-failure and the environment of the sanitizers are in the preset.
    ctest --preset "$preset" --parallel "$pier_jobs" "${selection[@]}" --output-junit junit.xml \
        >"$pier_logs/$preset-test.log" 2>&1 || true
    [[ -s build/$preset/junit.xml ]] || {
        tail -n 20 "$pier_logs/$preset-test.log" >&2
        die "the tests of $preset did not run"
    }
    # Failures in full, and the closing lines that ctest writes.
    awk '/ Test +#[0-9]+: / { show = /\*\*\*/ } /tests passed,/ { show = 1 } show && !/^ +Start +[0-9]+: /' \
        "$pier_logs/$preset-test.log"
    add_up "$preset"
    say "tested $preset in $((SECONDS - run_started)) s"
done

for name in "${skipped[@]}"; do
    say "skipped: $name"
done
if [[ ${CI-} == true ]]; then
    failed=$((failed + ${#skipped[@]}))
fi
say "took $((SECONDS - started)) s"
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
