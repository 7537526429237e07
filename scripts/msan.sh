#!/usr/bin/env bash
# Runs the tests under MemorySanitizer. It must see all that writes memory, so the libraries under Pier are built with
# it, too: from Debian's source packages, in the versions that are installed, once, into build/msan-deps/prefix.
#
# The sources come by apt-get with lists of its own, below build/msan-deps: the system's configuration stays as it is.
# shellcheck source=scripts/lib/common.sh
source "$(dirname "$0")/lib/common.sh"

need_packages build test clang msan
deps=$PWD/build/msan-deps
prefix=$deps/prefix
export CC=clang CXX=clang++ CFLAGS='-O1 -g -fsanitize=memory -fsanitize-memory-track-origins -fno-omit-frame-pointer'

# The configured mirrors, asked for sources instead of programs.
make_source_lists() {
    mkdir -p "$deps/apt/sources" "$deps/apt/lists/partial" "$deps/apt/cache/archives/partial"
    rm -f "$deps/apt/sources/"*
    local file
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        if [[ -s $file ]]; then
            sed -n 's/^deb[[:space:]]/deb-src /p' "$file" >"$deps/apt/sources/$(basename "$file" .list).list"
        fi
    done
    for file in /etc/apt/sources.list.d/*.sources; do
        if [[ -s $file ]]; then
            sed 's/^Types:.*/Types: deb-src/' "$file" >"$deps/apt/sources/$(basename "$file")"
        fi
    done
}

private_apt() {
    apt-get -qq -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$deps/apt/sources" \
        -o Dir::State::lists="$deps/apt/lists" -o Dir::Cache="$deps/apt/cache" -o APT::Sandbox::User=root "$@"
}

# fetch PACKAGE: unpacks the source of an installed package to $deps/src/PACKAGE.
fetch() {
    local source
    # shellcheck disable=SC2016
    source=$(dpkg-query -W -f='${source:Package}=${source:Version}' "$1")
    rm -rf "$deps/src/$1" "$deps/fetch"
    mkdir -p "$deps/src" "$deps/fetch"
    (cd "$deps/fetch" && private_apt source --only-source "$source")
    mv "$(find "$deps/fetch" -mindepth 1 -maxdepth 1 -type d)" "$deps/src/$1"
}

with_cmake() { # PACKAGE [OPTION…]
    local source=$deps/src/$1
    shift
    cmake -S "$source" -B "$source/build-msan" -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_INSTALL_LIBDIR=lib \
        -DCMAKE_BUILD_TYPE=None "$@"
    cmake --build "$source/build-msan" --parallel "$pier_jobs"
    cmake --install "$source/build-msan"
}

build_libmsgpack_dev() {
    with_cmake libmsgpack-dev -DMSGPACK_ENABLE_SHARED=OFF -DMSGPACK_BUILD_TESTS=OFF -DMSGPACK_BUILD_EXAMPLES=OFF
}

build_libc_ares_dev() {
    with_cmake libc-ares-dev -DCARES_STATIC=ON -DCARES_STATIC_PIC=ON -DCARES_SHARED=OFF \
        -DCARES_BUILD_TOOLS=OFF
}

build_libcmocka_dev() {
    with_cmake libcmocka-dev -DWITH_EXAMPLES=OFF -DUNIT_TESTING=OFF
}

build_libyajl_dev() {
    with_cmake libyajl-dev
}

build_libxxhash_dev() {
    make -C "$deps/src/libxxhash-dev" libxxhash.a
    install -D -m 644 -t "$prefix/lib" "$deps/src/libxxhash-dev/libxxhash.a"
    install -D -m 644 -t "$prefix/include" "$deps/src/libxxhash-dev/xxhash.h" "$deps/src/libxxhash-dev/xxh3.h"
}

build_libdeflate_dev() {
    make -C "$deps/src/libdeflate-dev" libdeflate.a
    install -D -m 644 -t "$prefix/lib" "$deps/src/libdeflate-dev/libdeflate.a"
    install -D -m 644 -t "$prefix/include" "$deps/src/libdeflate-dev/libdeflate.h"
}

build_zlib1g_dev() {
    (cd "$deps/src/zlib1g-dev" && CFLAGS="$CFLAGS -fPIC" ./configure --static --prefix="$prefix")
    make -C "$deps/src/zlib1g-dev" libz.a
    install -D -m 644 -t "$prefix/lib" "$deps/src/zlib1g-dev/libz.a"
    install -D -m 644 -t "$prefix/include" "$deps/src/zlib1g-dev/zlib.h" "$deps/src/zlib1g-dev/zconf.h"
}

make_source_lists
updated=no
for package in libc-ares-dev libdeflate-dev libmsgpack-dev libxxhash-dev zlib1g-dev libcmocka-dev libyajl-dev; do
    if [[ -e $prefix/.$package ]]; then
        continue
    fi
    if [[ $updated == no ]]; then
        say "reading the lists of source packages"
        private_apt update
        updated=yes
    fi
    say "building $package with MemorySanitizer"
    {
        fetch "$package" && "build_${package//-/_}"
    } >"$pier_logs/msan-$package.log" 2>&1 || {
        tail -n 30 "$pier_logs/msan-$package.log" >&2
        die "$package was not built: see $pier_logs/msan-$package.log"
    }
    touch "$prefix/.$package"
done

unset CC CXX CFLAGS
build_preset msan
# A library of the system's among them would be full of false reports, or hide true ones.
if grep -E '^(CAres|Libdeflate|MsgpackC|XXHash|ZLIB|CMocka|Yajl)[A-Za-z_]*LIBRARY[A-Z_]*:[A-Z]+=/' build/msan/CMakeCache.txt |
    grep -v "=$prefix/"; then
    die "these libraries are not instrumented"
fi
ctest --preset msan --parallel "$pier_jobs"
