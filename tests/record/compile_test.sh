#!/bin/sh
# Descriptions of records that break the rules do not compile, and the compiler says which field.
#
#   compile_test.sh COMPILER STANDARD INCLUDE_DIR…
set -eu
compiler=$1
standard=$2
shift 2
includes=
for folder in "$@"; do
    includes="$includes -I$folder"
done
case $standard in
c++*) language=c++ ;;
*) language=c ;;
esac
failed=0

# try WANTED FIELDS: WANTED is part of what the compiler must say; empty: it must compile.
try() {
    printf '%s\n' '#include <pier/record.h>' 'typedef struct own { int number; char name[5]; unsigned short half; } own;' \
        "$2" >"$source"
    # shellcheck disable=SC2086
    if said=$("$compiler" -x $language "-std=$standard" $includes -fsyntax-only "$source" 2>&1); then
        if [ -n "$1" ]; then
            echo "compiles, and must not: $2"
            failed=1
        fi
    elif [ -z "$1" ]; then
        echo "does not compile: $2"
        echo "$said"
        failed=1
    else
        case $said in
        *"$1"*) ;;
        *)
            echo "the compiler does not say '$1' of: $2"
            echo "$said"
            failed=1
            ;;
        esac
    fi
}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
source=$folder/described.$language

record() {
    printf '#define LIST(FIELD) %s\nPIER_RECORD(made, "test.Made", LIST)' "$1"
}
describe() {
    printf '#define LIST(FIELD) %s\nPIER_DESCRIBE(own, "test.Own", LIST)' "$1"
}
ascend='the numbers of the fields ascend, from 1 to 65,535: see'
type='a member is not of the type that its kind of field needs: see'

try '' "$(record 'FIELD(1, u8, a) FIELD(65535, u8, b)')"
try "$ascend b" "$(record 'FIELD(2, u8, a) FIELD(1, u8, b)')"
try "$ascend b" "$(record 'FIELD(2, u8, a) FIELD(2, u8, b)')"
try "$ascend a" "$(record 'FIELD(0, u8, a)')"
try "$ascend a" "$(record 'FIELD(65536, u8, a)')"
try error "$(record 'FIELD(1, u8(3), a)')"
try error "$(record 'FIELD(1, record, a)')"
try error "$(record 'FIELD(1, array, a)')"
try 'PIER__KIND_u99' "$(record 'FIELD(1, u99, a)')"
try 'PIER__KIND_double' "$(record 'FIELD(1, array(double, 3), a)')"
try 'PIER__KIND_char' "$(describe 'FIELD(1, char, name)')"
try error "$(record 'FIELD(1, array(optional(u8), 3), a)')"
try 'nowhere' "$(record 'FIELD(1, record(nowhere), a)')"
try '' "$(describe 'FIELD(1, i32, number) FIELD(2, text(5), name) FIELD(3, u16, half)')"
try "$type number" "$(describe 'FIELD(1, u32, number)')"
try "$type number" "$(describe 'FIELD(1, i64, number)')"
try "$type number" "$(describe 'FIELD(1, f32, number)')"
try "$type number" "$(describe 'FIELD(1, bool, number)')"
try "$type name" "$(describe 'FIELD(1, text(6), name)')"
try "$type name" "$(describe 'FIELD(1, text(4), name)')"
try "$type name" "$(describe 'FIELD(1, text, name)')"
try "$type half" "$(describe 'FIELD(1, i16, half)')"
try 'has_half' "$(describe 'FIELD(1, optional(u16), half)')"
try 'name_count' "$(describe 'FIELD(1, array(i8, 5), name)')"
exit $failed
