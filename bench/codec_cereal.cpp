// cereal: its binary archives over a stream in memory; a text is its length and its bytes, numbers of an array go at
// once.
#include <istream>
#include <memory>
#include <ostream>

#include <cereal/archives/binary.hpp>
#include <cereal/version.hpp>

#include "codec_buffer.h"
#include "codec_walk.h"

#define TEXT_OF(macro) TEXT_OF_2(macro)
#define TEXT_OF_2(text) #text

namespace {

struct Output {
    cereal::BinaryOutputArchive &to;

    template <typename Value> void value(Value &from) {
        to(from);
    }
    void count(std::uint32_t &from, std::size_t) {
        to(from);
    }
    void bytes(const void *from, std::size_t size) {
        to(cereal::binary_data(from, size));
    }
    template <typename Number> void numbers(Number *from, std::size_t count) {
        bytes(from, count * sizeof *from);
    }
    template <std::size_t Capacity> void text(char (&from)[Capacity]) {
        auto length = static_cast<std::uint32_t>(std::strlen(from));
        to(length);
        bytes(from, length);
    }
};

struct Input {
    cereal::BinaryInputArchive &from;

    template <typename Value> void value(Value &to) {
        from(to);
    }
    void count(std::uint32_t &to, std::size_t most) {
        from(to);
        demand(to <= most, "there are too many");
    }
    void bytes(void *to, std::size_t size) {
        from(cereal::binary_data(to, size));
    }
    template <typename Number> void numbers(Number *to, std::size_t count) {
        bytes(to, count * sizeof *to);
    }
    template <std::size_t Capacity> void text(char (&to)[Capacity]) {
        std::uint32_t length = 0;
        count(length, Capacity - 1);
        bytes(to, length);
        to[length] = '\0';
    }
};

struct Cereal {
    Buffer buffer;
    std::ostream out{&buffer};
    std::istream in{&buffer};
    cereal::BinaryOutputArchive output{out};
    cereal::BinaryInputArchive input{in};

    static void open(codec *self) {
        self->state = new Cereal;
    }

    template <typename Record> static std::size_t store(codec *self, const void *record) {
        Cereal &of = *static_cast<Cereal *>(self->state);
        of.buffer.begin_write(self->at, 2 * sizeof(Record));
        Output archive{of.output};
        walk(archive, record_of<Record>(record));
        return of.buffer.written();
    }

    template <typename Record> static void load(codec *self, const std::uint8_t *at, std::size_t size, void *record) {
        Cereal &of = *static_cast<Cereal *>(self->state);
        of.buffer.begin_read(at, size);
        Input archive{of.input};
        walk(archive, *static_cast<Record *>(record));
    }
};

} // namespace

void add_cereal() {
    add_version("cereal",
                TEXT_OF(CEREAL_VERSION_MAJOR) "." TEXT_OF(CEREAL_VERSION_MINOR) "." TEXT_OF(CEREAL_VERSION_PATCH));
    add_walks<Cereal>("cereal, binary");
}
