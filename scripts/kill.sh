#!/usr/bin/env bash
# Kills both sides of sessions at random moments, and compares their ledgers (tests/kill/kill_test.py):
#
#   scripts/kill.sh [CYCLES [SEED]]     2,000 cycles unless told otherwise
#
# Progress goes to standard error, the seed too; the last line is the outcome as JSON. A seed repeats who is killed
# after which wait, not what the system does meanwhile. Exit status 1: something was lost, came twice or out of order.
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"

need_packages build test >&2
PIER_BUILD_TARGETS=kill_peer build_preset release >&2
PIER_KILL_PEER=build/release/tests/kill/kill_peer exec python3 -B tests/kill/kill_test.py "${1:-2000}" "${@:2}"
