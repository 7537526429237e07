#!/usr/bin/python3
"""Makes lib/archive/value_powers.c: powers of ten as binary fractions, from exact integers.

    scripts/float_powers.py            writes it
    scripts/float_powers.py --check    tells whether the file is what it would write; exit status 1 when not
"""

import fractions
import math
import pathlib
import sys

FILE = pathlib.Path(__file__).resolve().parent.parent / "lib" / "archive" / "value_powers.c"
LOWEST, HIGHEST = -292, 324
HEAD = """/* Powers of ten as binary fractions of 128 bits, made by scripts/float_powers.py: see value_powers_internal.h.
 *
 * Floor 4 (archive). */
#include "archive/value_powers_internal.h"

/* clang-format off */
const pier__power_of_ten pier__powers_of_ten[PIER__POWER_HIGHEST - PIER__POWER_LOWEST + 1] = {
"""


def power(exponent):
    """The smallest integer of 128 bits that is not below 10^exponent, shifted."""
    value = fractions.Fraction(10) ** exponent
    shift = 127 - math.floor(exponent * math.log2(10))
    bits = math.ceil(value * fractions.Fraction(2) ** shift)
    assert bits.bit_length() == 128, exponent
    return bits


def main():
    entries = ["{0x%016xu, 0x%016xu}," % divmod(power(e), 1 << 64) for e in range(LOWEST, HIGHEST + 1)]
    rows = ["    " + " ".join(entries[i : i + 2]) for i in range(0, len(entries), 2)]
    text = HEAD + "\n".join(rows) + "\n};\n"
    if sys.argv[1:] == ["--check"]:
        sys.exit(0 if FILE.read_text() == text else f"{FILE} is not what {sys.argv[0]} makes")
    FILE.write_text(text)


if __name__ == "__main__":
    main()
