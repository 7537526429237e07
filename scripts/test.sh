#!/usr/bin/env bash
# Builds and tests everything.
#
#   scripts/test.sh            release, asan-ubsan and tsan builds, each with its tests: all, but for those of one thread in
#                              tsan, where they have nothing to show
#   scripts/test.sh --quick    the inner loop: the dev build, without the tests that are labelled slow
#
# Installs what is missing first. The last line is `N passed, N failed`, summed over all builds. A test that cannot run
# here is named as skipped; with CI=true it counts as failed.
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"

presets=(release asan-ubsan tsan)
jobs=$pier_jobs
case ${1-} in
'') ;;
--quick)
    # Its preset leaves the slow ones out. Half of what is left waits.
    presets=(dev)
    jobs=$((2 * pier_jobs))
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

# Counts the lines of a file that match.
count() { # PATTERN FILE
    grep -c -E -e "$1" "$2" || true
}

# Names what was skipped inside a test that ran: tests of a cmocka program, tests of a Python program.
skipped_inside() { # LOG
    awk '/^[0-9]+\/[0-9]+ Test: / { test = $3 }
        /^\[  SKIPPED \] [A-Za-z0-9_]+$/ && !seen[test, $4]++ { print test ": " $4 }
        /^(OK|FAILED) \(.*skipped=/ { print test ": " $0 }' "$1"
}

# Adds one run up, from the JUnit file that ctest writes. A test that answered 77 was skipped; one that could not be
# started at all failed.
add_up() { # PRESET
    local file=build/$1/junit.xml all run skips names
    all=$(count '<testcase ' "$file")
    run=$(count '<testcase .* status="run"' "$file")
    skips=$(count '<skipped message="SKIP_RETURN_CODE' "$file")
    passed=$((passed + run))
    failed=$((failed + all - run - skips))
    mapfile -t names < <(grep -B 1 '<skipped message="SKIP_RETURN_CODE' "$file" |
        sed -n 's/.*<testcase name="\([^"]*\)".*/\1/p'
        skipped_inside "build/$1/Testing/Temporary/LastTest.log")
    if ((${#names[@]} > 0)); then
        skipped+=("${names[@]/#/$1: }")
    fi
}

need_packages build test
started=$SECONDS
scripts/node.sh
for preset in "${presets[@]}"; do
    build_preset "$preset" -DPIER_WERROR=ON
    run_started=$SECONDS
    rm -f "build/$preset/junit.xml"
    # --output-on-failure and the environment of the sanitizers are in the preset.
    ctest --preset "$preset" --parallel "$jobs" --output-junit junit.xml \
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
