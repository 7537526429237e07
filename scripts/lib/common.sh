# What the scripts share: `source "$(dirname "$0")/lib/common.sh"` makes the repository's root the current folder.
#
# PIER_JOBS says how much runs at once; all processors when it is not set.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
pier_jobs=${PIER_JOBS:-$(nproc)}
pier_logs=build/log
mkdir -p "$pier_logs"

say() {
    printf '== %s\n' "$*"
}

die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# Prints the comment at the head of the script.
usage() {
    sed -n '2,/^# shellcheck/{/^# shellcheck/d;s/^# \{0,1\}//;p}' "scripts/$(basename "$0")"
}

# need_packages GROUP…: installs what is missing of these groups of scripts/packages.txt, as root or with sudo. Says and
# asks nothing when all is there.
need_packages() {
    local group name missing=()
    if ! command -v dpkg-query >/dev/null; then
        say "this is no Debian: the packages of scripts/packages.txt ($*) are taken for granted"
        return
    fi
    while read -r group name; do
        if [[ " $* " == *" $group "* ]] && ! is_installed "$name"; then
            missing+=("$name")
        fi
    done < <(grep -v '^#' scripts/packages.txt)
    if ((${#missing[@]} == 0)); then
        return
    fi
    say "installing ${missing[*]}"
    as_root apt-get -qq update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Dpkg::Use-Pty=0 --no-install-recommends install \
        "${missing[@]}" >"$pier_logs/packages.log" 2>&1 || {
        tail -n 20 "$pier_logs/packages.log" >&2
        die "the packages could not be installed: ${missing[*]}"
    }
}

# try_packages GROUP: the same for what the run can do without. Where not all of them can be had, each is tried by
# itself.
try_packages() {
    local name
    (need_packages "$1" 2>/dev/null) && return
    for name in $(sed -n "s/^$1 //p" scripts/packages.txt); do
        is_installed "$name" || as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o Dpkg::Use-Pty=0 \
            --no-install-recommends install "$name" >"$pier_logs/packages.log" 2>&1 || say "$name cannot be installed"
    done
}

is_installed() {
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

as_root() {
    if ((EUID == 0)); then
        "$@"
    elif ! command -v sudo >/dev/null; then
        die "not root, and no sudo: please run as root: $*"
    elif [[ -t 0 ]]; then
        sudo "$@"
    else
        # Nobody is there to be asked for a password.
        sudo -n "$@"
    fi
}

# build_preset PRESET [CMAKE-OPTION…]: configures and builds build/PRESET, quietly unless it fails.
build_preset() {
    local preset=$1 started=$SECONDS log=$pier_logs/$1.log errors='error: |^FAILED|^CMake Error'
    shift
    if [[ ! -e build/$preset/CMakeCache.txt ]]; then
        say "building $preset for the first time takes minutes: see $log"
        ! command -v ninja >/dev/null || set -- -G Ninja "$@"
    fi
    {
        cmake --preset "$preset" "$@" &&
            cmake --build --preset "$preset" --parallel "$pier_jobs" ${PIER_BUILD_TARGETS:+--target $PIER_BUILD_TARGETS}
    } >"$log" 2>&1 || {
        if grep -q -E "$errors" "$log"; then
            grep -n -A 12 -E "$errors" "$log" | cut -c 1-300 | head -n 80 >&2
        else
            tail -n 20 "$log" >&2
        fi
        die "$preset was not built: see $log"
    }
    say "built $preset in $((SECONDS - started)) s"
}
