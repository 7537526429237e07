#!/usr/bin/env bash
# Mutated documents: Pier against msgpack-c and python3-msgpack, verdict and value, at length.
#
#   scripts/differential.sh [DOCUMENTS [PYTHON-DOCUMENTS [SEED]]]      10,000,000, as many, and a random seed
#
# Prints a line of JSON for msgpack-c, and for python3-msgpack how often each verdict met which one of Pier's. The same
# programs run at 100,000 documents each among the tests; tests/interop/differential.c and mutate_test.py list where the
# three may differ, and why.
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"
documents=${1:-10000000}
python_documents=${2:-$documents}
seed=${3:-$((RANDOM * 32768 + RANDOM + 1))}
[[ $documents$python_documents$seed =~ ^[0-9]+$ ]] || die "not a number: $documents $python_documents $seed"

need_packages build test
PIER_BUILD_TARGETS="differential interop_driver" build_preset release

say "$documents documents against msgpack-c, seed $seed"
build/release/tests/interop/differential "$documents" "$seed"
# The interpreter that has the packages of the system, as the tests have it.
python=$(sed -n 's/^_\?Python3_EXECUTABLE:[A-Z]*=//p' build/release/CMakeCache.txt | head -n 1)
# In runs of a million at most: python3-msgpack 1.0.3 does not give back all memory of a document that it refuses.
for ((done = 0; done < python_documents; done += 1000000)); do
    run=$((python_documents - done < 1000000 ? python_documents - done : 1000000))
    say "$run documents against python3-msgpack, seed $((seed + done / 1000000))"
    PIER_DRIVER=$PWD/build/release/tests/interop/interop_driver PIER_MUTATIONS=$run \
        PIER_SEED=$((seed + done / 1000000)) "${python:-python3}" -B tests/interop/mutate_test.py
done
