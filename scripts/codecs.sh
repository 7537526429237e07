#!/usr/bin/env bash
# Damaged records: the codecs of classes and the programs of tables against the slow way, record or error, at length.
#
#   scripts/codecs.sh [INPUTS [SEED]]      10,000,000, and a random seed
#
# Each input is loaded by the generated codec, by that of the macro where it has the class, with an arena and without, by
# a program of the class's table, and by tokens; in turn by the instructions that every processor has, and by those of 256
# and of 512 bits as far as this one has them. In turn, too, it is a framed record, one of a writer with another version,
# a plain array or a plain map; plain ones are also loaded in a run. Prints what came of every 500,000; ends at the first
# difference. The same program runs at 5,040 inputs among the tests.
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"
inputs=${1:-10000000}
seed=${2:-$((RANDOM * 32768 + RANDOM + 1))}
[[ $inputs$seed =~ ^[0-9]+$ ]] || die "not a number: $inputs $seed"

need_packages build test
PIER_BUILD_TARGETS=generated_damaged_test build_preset release

say "$inputs damaged records, seed $seed"
PIER_TEST_INPUTS=$inputs PIER_TEST_SEED=$seed build/release/tests/generated/generated_damaged_test
