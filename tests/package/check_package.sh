#!/bin/sh
# Installs Pier, moves the tree, and builds a project outside it against that: with CMake and with pkg-config, shared
# and static, in C and in C++.
#
#   check_package.sh CMAKE GENERATOR BUILD_DIR CONSUMER_DIR WORK_DIR VERSION "KINDS" CC CXX
#
# KINDS names the libraries that were built: `shared`, `static` or both.
set -eu
cmake=$1
export CMAKE_GENERATOR="$2"
shift
build=$2
consumer=$3
work=$4
version=$5
kinds=$6
export CC="$7" CXX="$8"

fail() {
    echo "check_package: $*"
    exit 1
}

rm -rf "$work"
mkdir -p "$work"
# A copy, of which a file may change.
cp -R "$consumer" "$work/consumer"
consumer=$work/consumer
"$cmake" --install "$build" --prefix "$work/first" >"$work/install.log"

# The tree may stand anywhere, and knows nothing of where it was built.
mv "$work/first" "$work/prefix"
prefix=$work/prefix
if grep -rIlF -e "$build" -e "$work/first" "$prefix"; then
    fail "installed files name the folder of the build"
fi
libdir=$(dirname "$(find "$prefix" -name 'libpier.*' | head -n 1)")
export PKG_CONFIG_PATH="$libdir/pkgconfig"

expect() { # PROGRAM [LIBRARY_PATH]
    answer=$(LD_LIBRARY_PATH="${2-}" "$1") || fail "$1 failed"
    case $answer in
    "pier $version, "*) ;;
    *) fail "$1 answers: $answer" ;;
    esac
}

warnings="-std=c11 -Wall -Wextra -Wpedantic -Werror"
for kind in $kinds; do
    "$cmake" -S "$consumer" -B "$work/cmake-$kind" -DCMAKE_PREFIX_PATH="$prefix" -DCONSUMER_COMPONENT="$kind" \
        >"$work/cmake-$kind.log" || fail "the project is not configured: $(cat "$work/cmake-$kind.log")"
    "$cmake" --build "$work/cmake-$kind" >"$work/build-$kind.log" 2>&1 || fail "$(cat "$work/build-$kind.log")"
    expect "$work/cmake-$kind/consumer_c"
    expect "$work/cmake-$kind/consumer_cxx"
    if [ -x "$prefix/bin/protoc-gen-pier" ]; then
        expect "$work/cmake-$kind/consumer_proto"
        # A schema that changes is compiled anew, one that it imports as well.
        touch "$work/before"
        sleep 1
        touch "$consumer/schemas/consumer/port.proto"
        "$cmake" --build "$work/cmake-$kind" >"$work/build-$kind.log" 2>&1 || fail "$(cat "$work/build-$kind.log")"
        [ "$work/cmake-$kind/consumer_proto" -nt "$work/before" ] || fail "a changed schema is not compiled"
    fi

    case $kind in
    shared)
        # shellcheck disable=SC2046,SC2086
        $CC $warnings "$consumer/consumer.c" -o "$work/consumer-shared" $(pkg-config --cflags --libs pier)
        expect "$work/consumer-shared" "$libdir"
        if readelf -d "$work/consumer-shared" | grep NEEDED | grep -E 'msgpack|xxhash|libz\.|deflate'; then
            fail "a program of the shared library is linked with what only the library needs"
        fi
        readelf -d "$work/consumer-shared" | grep -q "NEEDED.*\[libpier\.so\.${version%%.*}\]" ||
            fail "the program does not ask for the soname libpier.so.${version%%.*}"
        ;;
    static)
        # shellcheck disable=SC2046,SC2086
        $CC $warnings -static "$consumer/consumer.c" -o "$work/consumer-static" \
            $(pkg-config --static --cflags --libs pier) 2>"$work/link.log" || fail "$(cat "$work/link.log")"
        expect "$work/consumer-static"
        ;;
    esac
done

[ "$(pkg-config --modversion pier)" = "$version" ] || fail "pkg-config tells another version"
if [ -x "$prefix/bin/protoc-gen-pier" ]; then
    # The one line of the documents.
    mkdir -p "$work/line"
    (cd "$consumer/schemas" && PATH="$prefix/bin:$PATH" protoc --pier_out="$work/line" -I. -I"$prefix/include" \
        consumer/port.proto)
    # shellcheck disable=SC2046,SC2086
    $CC $warnings -I"$work/line" $(pkg-config --cflags pier) -c "$work/line/consumer/port.pier.c" -o "$work/line/port.o"
    "$prefix/bin/protoc-gen-pier" --version | grep -qF "$version" || fail "the compiler tells another version"
fi
if [ -x "$prefix/bin/pier" ]; then
    "$prefix/bin/pier" --version | grep -qF "$version" || fail "the installed command tells another version"
fi
