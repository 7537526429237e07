#!/usr/bin/env bash
# Runs the unit tests under valgrind's memcheck; an error or a definite leak fails.
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"

need_packages build test valgrind
build_preset valgrind
ctest --preset valgrind --parallel "$pier_jobs"
