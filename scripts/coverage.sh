#!/usr/bin/env bash
# Reports which lines and branches of lib/ the tests run, and fails below the percentages given (97 of the lines and 92
# of the branches if none are), and when a branch of the scan, of frames or of inflating is not taken.
#
#   scripts/coverage.sh [LINES [BRANCHES]]
#
# The report, line by line, is build/coverage/report/index.html.
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"
lines=${1:-97}
branches=${2:-92}

# Every byte of a stranger goes through these: scripts/branches.py holds each branch of them.
files=(archive/{scan,wire,compress,storer_block}.c archive/loader_{piece,check,length,input}.c)

need_packages build test coverage
build_preset coverage
find build/coverage -name '*.gcda' -delete
tests=passed
ctest --preset coverage --parallel "$pier_jobs" >"$pier_logs/coverage-test.log" 2>&1 || tests=failed
mkdir -p build/coverage/report
# The objects of the floors are compiled once, for the tests and for both libraries alike.
gcovr --root . --object-directory build/coverage/lib --filter 'lib/' --exclude-unreachable-branches \
    --html-details build/coverage/report/index.html --txt build/coverage/report/summary.txt \
    --json build/coverage/report/report.json --print-summary \
    --fail-under-line "$lines" --fail-under-branch "$branches" build/coverage/lib && enough=yes || enough=no
# The compiler saw the internal headers through the links that show each floor what it may see.
sed 's|^build/coverage/floors/[a-z]*/|lib/|' build/coverage/report/summary.txt
sed -n '/tests passed,/,$p' "$pier_logs/coverage-test.log"
scripts/branches.py build/coverage/report/report.json "${files[@]}" && all=yes || all=no
[[ $tests == passed ]] || die "tests failed: see $pier_logs/coverage-test.log"
[[ $enough == yes ]] || die "fewer than $lines % of the lines or $branches % of the branches of lib/ were run"
[[ $all == yes ]] || die "branches of ${files[*]} were not taken: see above"
