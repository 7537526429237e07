#!/usr/bin/env bash
# Runs the unit tests under valgrind's memcheck; an error or a definite leak fails.
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"

need_packages build test valgrind
launcher='valgrind;--quiet;--error-exitcode=99;--leak-check=full;--errors-for-leak-kinds=definite;--track-fds=no'
build_preset dev -B build/valgrind "-DPIER_TEST_LAUNCHER=$launcher" -DPIER_TEST_TIMEOUT_FACTOR=20
ctest --test-dir build/valgrind --label-regex '^unit$' --parallel "$pier_jobs" --output-on-failure
