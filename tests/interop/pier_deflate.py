"""A small deflate writer (RFC 1951), so that golden vectors do not depend on the version of a library.

One block with the fixed Huffman codes; the longest match at the last place where the next three bytes stood. Python's
zlib reads it, and makes the same test streams in its own way.
"""

LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
           258]  # fmt: skip
DISTANCES = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
             6145, 8193, 12289, 16385, 24577]  # fmt: skip
WINDOW = 32768


class Bits:
    def __init__(self):
        self.data, self.held, self.count = bytearray(), 0, 0

    def put(self, value, width):
        self.held |= value << self.count
        self.count += width
        while self.count >= 8:
            self.data.append(self.held & 255)
            self.held >>= 8
            self.count -= 8

    def put_code(self, code, width):
        """Huffman codes begin with their highest bit."""
        self.put(int(f"{code:0{width}b}"[::-1], 2), width)

    def end(self):
        if self.count:
            self.put(0, 8 - self.count)
        return bytes(self.data)


def put_symbol(bits, symbol):
    if symbol < 144:
        bits.put_code(0x30 + symbol, 8)
    elif symbol < 256:
        bits.put_code(0x190 + symbol - 144, 9)
    elif symbol < 280:
        bits.put_code(symbol - 256, 7)
    else:
        bits.put_code(0xC0 + symbol - 280, 8)


def last_below(bases, value):
    return max(index for index, base in enumerate(bases) if base <= value)


def put_match(bits, length, distance):
    code = last_below(LENGTHS, length)
    put_symbol(bits, 257 + code)
    bits.put(length - LENGTHS[code], 0 if code < 4 or code == 28 else code // 4 - 1)
    code = last_below(DISTANCES, distance)
    bits.put_code(code, 5)
    bits.put(distance - DISTANCES[code], 0 if code < 2 else code // 2 - 1)


def deflate(data):
    bits, places, at = Bits(), {}, 0
    bits.put(0b011, 3)
    while at < len(data):
        found = places.get(data[at : at + 3], -1)
        length = 0
        if found >= 0 and at - found <= WINDOW:
            most = min(258, len(data) - at)
            while length < most and data[found + length] == data[at + length]:
                length += 1
        if length >= 3:
            put_match(bits, length, at - found)
        else:
            length = 1
            put_symbol(bits, data[at])
        for place in range(at, at + length):
            if place + 3 <= len(data):
                places[data[place : place + 3]] = place
        at += length
    put_symbol(bits, 256)
    return bits.end()
