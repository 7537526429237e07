// zpp_bits (C++20): raw binary without tags, into memory that is there; a text is its length and its bytes, numbers of
// an array go at once.
#include <span>

#include <zpp_bits.h>

#include "codec_walk.h"

namespace {

// Both directions: what goes by the same calls.
template <bool Loads, typename Archive> struct Both {
    Archive &archive;

    template <typename Value> void value(Value &of) {
        demand(!zpp::bits::failure(archive(of)), "zpp_bits fails");
    }
    void count(std::uint32_t &of, std::size_t most) {
        value(of);
        demand(of <= most, "there are too many");
    }
    template <typename Byte> void bytes(Byte *of, std::size_t size) {
        demand(!zpp::bits::failure(archive(zpp::bits::unsized(std::span<Byte>(of, size)))), "zpp_bits fails");
    }
    template <typename Number> void numbers(Number *of, std::size_t count) {
        bytes(of, count);
    }
    template <std::size_t Capacity> void text(char (&of)[Capacity]) {
        std::uint32_t length = Loads ? 0 : static_cast<std::uint32_t>(std::strlen(of));
        count(length, Capacity - 1);
        bytes(of, length);
        if constexpr (Loads) {
            of[length] = '\0';
        }
    }
};

struct Zpp {
    static void open(codec *) {
    }

    template <typename Record> static std::size_t store(codec *self, const void *record) {
        zpp::bits::out out{std::span<std::byte>(reinterpret_cast<std::byte *>(self->at), 2 * sizeof(Record))};
        Both<false, decltype(out)> both{out};
        walk(both, record_of<Record>(record));
        return out.position();
    }

    template <typename Record> static void load(codec *, const std::uint8_t *at, std::size_t size, void *record) {
        zpp::bits::in in{std::span<const std::byte>(reinterpret_cast<const std::byte *>(at), size)};
        Both<true, decltype(in)> both{in};
        walk(both, *static_cast<Record *>(record));
    }
};

} // namespace

void add_zpp_bits() {
    add_version("zpp_bits", "header");
    add_walks<Zpp>("zpp_bits");
}
