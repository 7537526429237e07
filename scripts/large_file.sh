#!/usr/bin/env bash
# Times check, dump and repair on a large archive, beside `cat` on the same file.
#
#   scripts/large_file.sh [MIB [FOLDER]]      an archive of so many MiB (10240), made in FOLDER (/tmp) and removed again
#
# Needs twice the room of the archive and a quiet machine for figures worth keeping. Where there is room for the text,
# more than three times the archive, dump is timed writing it, too.
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"
mebibytes=${1:-10240}
folder=${2:-/tmp}
[[ $mebibytes =~ ^[1-9][0-9]*$ ]] || die "not a number of MiB: $mebibytes"
[[ -d $folder ]] || die "there is no folder $folder"

need_packages build bench
say "building"
cmake -S . -B build/bench -DCMAKE_BUILD_TYPE=Release -DPIER_BUILD_BENCH=ON -DPIER_BUILD_TESTS=OFF \
    -DPIER_BUILD_EXAMPLES=OFF >"$pier_logs/large_file.log" 2>&1 || die "see $pier_logs/large_file.log"
cmake --build build/bench --parallel "$pier_jobs" --target large_file pier_command >>"$pier_logs/large_file.log" 2>&1 ||
    die "see $pier_logs/large_file.log"

file=$(mktemp -p "$folder" pier-large-XXXXXX)
trap 'rm -f "$file" "$file.repaired" "$file.json"' EXIT
say "making $mebibytes MiB"
build/bench/bench/large_file "$file" "$mebibytes"
say "reading it from the disk"
python3 bench/large_file.py build/bench/bin/pier "$file"
