#!/usr/bin/env bash
# Checks the format of the C and C++ files; with --fix, repairs it.
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"

need_packages format
# The two samples of the README are laid out by hand, to be short, and golden files as the schema compiler does it.
mapfile -t files < <(git ls-files '*.c' '*.h' '*.cpp' ':!examples/hello_*.c' ':!tests/schema/golden/*')
case ${1-} in
'') clang-format --dry-run --Werror "${files[@]}" ;;
--fix) clang-format -i "${files[@]}" ;;
*) die "unknown: $1" ;;
esac
