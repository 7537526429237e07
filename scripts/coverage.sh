#!/usr/bin/env bash
# Reports which lines and branches of lib/ the tests run, and fails below the percentages given (97 of the lines and 92
# of the branches if none are), and when a branch of the scan, of frames or of inflating is not taken. The same
# percentages hold for what the schema compiler makes of the schemas of tests/generated, with every kind of field in
# every shape, and of the lines for the kernels of include/pier that such code is made of.
#
#   scripts/coverage.sh [LINES [BRANCHES]]
#
# The report, line by line, is build/coverage/report/index.html, and generated.html for what is generated.
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"
lines=${1:-97}
branches=${2:-92}

# Every byte of a stranger goes through these: scripts/branches.py holds each branch of them.
files=(archive/{scan,wire,compress,inflate_whole,storer_block}.c archive/loader_{piece,check,length,input}.c)

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

# A kernel is compiled into each of its calls, and its branches are counted there: those of generated code count where it
# has a condition of its own.
made=build/coverage/tests/generated/pier_protos/pier_generated_classes
folders=(build/coverage/tests/{generated,record,schema})
generated() { # LINES BRANCHES NAME FILTER…
    local lines=$1 branches=$2 name=$3
    shift 3
    gcovr --root . --object-directory build/coverage/tests/generated "${@/#/--filter=}" --exclude-unreachable-branches \
        --exclude-branches-by-pattern '^(?!.*(\bif \(|\bfor \(|\bswitch \(| \? )).*$' --print-summary \
        --html-details "build/coverage/report/$name.html" --fail-under-line "$lines" --fail-under-branch "$branches" \
        "${folders[@]}"
}
say "generated code"
generated "$lines" "$branches" generated "$made/.*" && made_enough=yes || made_enough=no
say "kernels"
generated "$lines" 0 kernels 'include/pier/record_.*\.h' && kernels_enough=yes || kernels_enough=no
[[ $tests == passed ]] || die "tests failed: see $pier_logs/coverage-test.log"
[[ $enough == yes ]] || die "fewer than $lines % of the lines or $branches % of the branches of lib/ were run"
[[ $all == yes ]] || die "branches of ${files[*]} were not taken: see above"
[[ $made_enough == yes ]] || die "fewer than $lines % of the lines or $branches % of the branches of generated code were run"
[[ $kernels_enough == yes ]] || die "fewer than $lines % of the lines of the kernels were run"
