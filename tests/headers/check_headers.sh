#!/bin/sh
# Compiles each public header alone, and twice in one file, with every warning an error.
#
#   check_headers.sh COMPILER STANDARD "INCLUDE_DIR …" HEADER…
#
# Only what the language's standard promises is declared: a header must not need _GNU_SOURCE.
set -eu
compiler=$1
standard=$2
includes=
for folder in $3; do
    includes="$includes -I$folder"
done
shift 3

case $standard in
c++*)
    language=c++
    warnings="-Wnon-virtual-dtor -Wextra-semi"
    ;;
*)
    language=c
    warnings="-Wstrict-prototypes -Wmissing-prototypes"
    ;;
esac
warnings="$warnings -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wcast-align -Wundef -Werror"

failed=0
for header in "$@"; do
    # -O2, because some warnings come from the optimiser looking into inline functions.
    # shellcheck disable=SC2086
    printf '#include <pier/%s>\n#include <pier/%s>\nextern int used;\nint used = 0;\n' "$header" "$header" |
        "$compiler" -x "$language" "-std=$standard" -O2 $warnings $includes -c -o /dev/null - || {
        echo "pier/$header does not compile alone as $standard"
        failed=1
    }
done
exit $failed
