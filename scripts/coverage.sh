#!/usr/bin/env bash
# Reports which lines of lib/ the tests run, and fails below the percentage given (95 if none is).
#
#   scripts/coverage.sh [PERCENT]
#
# The report, line by line, is build/coverage/report/index.html.
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"
percent=${1:-95}

need_packages build test coverage
build_preset coverage
find build/coverage -name '*.gcda' -delete
ctest --preset coverage --parallel "$pier_jobs" >"$pier_logs/coverage-test.log" 2>&1 || {
    tail -n 40 "$pier_logs/coverage-test.log" >&2
    die "the tests fail"
}
mkdir -p build/coverage/report
# The objects of the floors are compiled once, for the tests and for both libraries alike.
gcovr --root . --object-directory build/coverage/lib --filter 'lib/' --exclude-unreachable-branches \
    --html-details build/coverage/report/index.html --txt build/coverage/report/summary.txt \
    --fail-under-line "$percent" build/coverage/lib && enough=yes || enough=no
cat build/coverage/report/summary.txt
[[ $enough == yes ]] || die "fewer than $percent % of the lines of lib/ were run"
