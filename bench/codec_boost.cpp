// Boost.Serialization: binary archives without a header over a stream in memory, made once and used for all records; a
// text is its length and its bytes, numbers of an array go at once.
#include <istream>
#include <ostream>

#include <boost/archive/binary_iarchive.hpp>
#include <boost/archive/binary_oarchive.hpp>
#include <boost/serialization/array_wrapper.hpp>
#include <boost/serialization/binary_object.hpp>
#include <boost/version.hpp>

#include "codec_buffer.h"
#include "codec_walk.h"

namespace {

using boost::serialization::make_array;
using boost::serialization::make_binary_object;

struct Output {
    boost::archive::binary_oarchive &to;

    template <typename Value> void value(Value &from) {
        to << from;
    }
    void count(std::uint32_t &from, std::size_t) {
        to << from;
    }
    void bytes(void *from, std::size_t size) {
        to.save_binary(from, size);
    }
    template <typename Number> void numbers(Number *from, std::size_t count) {
        to << make_array(from, count);
    }
    template <std::size_t Capacity> void text(char (&from)[Capacity]) {
        auto length = static_cast<std::uint32_t>(std::strlen(from));
        to << length;
        bytes(from, length);
    }
};

struct Input {
    boost::archive::binary_iarchive &from;

    template <typename Value> void value(Value &to) {
        from >> to;
    }
    void count(std::uint32_t &to, std::size_t most) {
        from >> to;
        demand(to <= most, "there are too many");
    }
    void bytes(void *to, std::size_t size) {
        from.load_binary(to, size);
    }
    template <typename Number> void numbers(Number *to, std::size_t count) {
        auto array = make_array(to, count);
        from >> array;
    }
    template <std::size_t Capacity> void text(char (&to)[Capacity]) {
        std::uint32_t length = 0;
        count(length, Capacity - 1);
        bytes(to, length);
        to[length] = '\0';
    }
};

constexpr unsigned FLAGS = boost::archive::no_header | boost::archive::no_codecvt;

struct Boost {
    Buffer buffer;
    boost::archive::binary_oarchive output{buffer, FLAGS};
    boost::archive::binary_iarchive input{buffer, FLAGS};

    static void open(codec *self) {
        self->state = new Boost;
    }

    template <typename Record> static std::size_t store(codec *self, const void *record) {
        Boost &of = *static_cast<Boost *>(self->state);
        of.buffer.begin_write(self->at, 2 * sizeof(Record));
        Output archive{of.output};
        walk(archive, record_of<Record>(record));
        return of.buffer.written();
    }

    template <typename Record> static void load(codec *self, const std::uint8_t *at, std::size_t size, void *record) {
        Boost &of = *static_cast<Boost *>(self->state);
        of.buffer.begin_read(at, size);
        Input archive{of.input};
        walk(archive, *static_cast<Record *>(record));
    }
};

} // namespace

void add_boost() {
    add_version("Boost.Serialization", BOOST_LIB_VERSION);
    add_walks<Boost>("Boost.Serialization, one binary archive");
}
