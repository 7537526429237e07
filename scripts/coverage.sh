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
tests=passed
ctest --preset coverage --parallel "$pier_jobs" >"$pier_logs/coverage-test.log" 2>&1 || tests=failed
mkdir -p build/coverage/report
# The objects of the floors are compiled once, for the tests and for both libraries alike.
gcovr --root . --object-directory build/coverage/lib --filter 'lib/' --exclude-unreachable-branches \
    --html-details build/coverage/report/index.html --txt build/coverage/report/summary.txt \
    --fail-under-line "$percent" build/coverage/lib && enough=yes || enough=no
# The compiler saw the internal headers through the links that show each floor what it may see.
sed 's|^build/coverage/floors/[a-z]*/|lib/|' build/coverage/report/summary.txt
sed -n '/tests passed,/,$p' "$pier_logs/coverage-test.log"
[[ $tests == passed ]] || die "tests failed: see $pier_logs/coverage-test.log"
[[ $enough == yes ]] || die "fewer than $percent % of the lines of lib/ were run"
