// Qt: QDataStream over a QBuffer whose memory is used again; a text is its length and its raw bytes.
#include <QBuffer>
#include <QByteArray>
#include <QDataStream>

#include "codec_walk.h"

namespace {

struct Output {
    QDataStream &to;

    template <typename Value> void value(Value &from) {
        to << from;
    }
    void value(std::uint64_t &from) {
        to << static_cast<quint64>(from);
    }
    void value(std::int64_t &from) {
        to << static_cast<qint64>(from);
    }
    void count(std::uint32_t &from, std::size_t) {
        to << from;
    }
    void bytes(const void *from, std::size_t size) {
        to.writeRawData(static_cast<const char *>(from), static_cast<int>(size));
    }
    void numbers(std::int64_t *from, std::size_t count) {
        for (std::size_t i = 0; i < count; i++) {
            value(from[i]);
        }
    }
    template <std::size_t Capacity> void text(char (&from)[Capacity]) {
        auto length = static_cast<std::uint32_t>(std::strlen(from));
        to << length;
        bytes(from, length);
    }
};

struct Input {
    QDataStream &from;

    template <typename Value> void value(Value &to) {
        from >> to;
    }
    void value(std::uint64_t &to) {
        quint64 read = 0;
        from >> read;
        to = read;
    }
    void value(std::int64_t &to) {
        qint64 read = 0;
        from >> read;
        to = read;
    }
    void count(std::uint32_t &to, std::size_t most) {
        from >> to;
        demand(to <= most, "there are too many");
    }
    void bytes(void *to, std::size_t size) {
        demand(from.readRawData(static_cast<char *>(to), static_cast<int>(size)) == static_cast<int>(size),
               "bytes are missing");
    }
    void numbers(std::int64_t *to, std::size_t count) {
        for (std::size_t i = 0; i < count; i++) {
            value(to[i]);
        }
    }
    template <std::size_t Capacity> void text(char (&to)[Capacity]) {
        std::uint32_t length = 0;
        count(length, Capacity - 1);
        bytes(to, length);
        to[length] = '\0';
    }
};

struct Stream {
    QByteArray written;
    QBuffer out{&written};
    QByteArray read;
    QBuffer in;
    QDataStream output{&out};
    QDataStream input{&in};

    static void open(codec *self) {
        Stream *of = new Stream;
        of->written.reserve(1 << 16);
        demand(of->out.open(QIODevice::WriteOnly), "QBuffer does not open");
        // As written: floats keep their width.
        of->output.setFloatingPointPrecision(QDataStream::DoublePrecision);
        self->state = of;
    }

    // Floats are written as the stream is told, and not by their type.
    static void set_precision(QDataStream &stream, bool single) {
        stream.setFloatingPointPrecision(single ? QDataStream::SinglePrecision : QDataStream::DoublePrecision);
    }

    template <typename Record> static constexpr bool has_floats() {
        return sizeof(Record) == sizeof(monster);
    }

    template <typename Record> static std::size_t store(codec *self, const void *record) {
        Stream &of = *static_cast<Stream *>(self->state);
        of.out.seek(0);
        set_precision(of.output, has_floats<Record>());
        Output archive{of.output};
        walk(archive, record_of<Record>(record));
        self->at = reinterpret_cast<std::uint8_t *>(of.written.data());
        return static_cast<std::size_t>(of.out.pos());
    }

    template <typename Record> static void load(codec *self, const std::uint8_t *at, std::size_t size, void *record) {
        Stream &of = *static_cast<Stream *>(self->state);
        of.in.close();
        of.in.setData(QByteArray::fromRawData(reinterpret_cast<const char *>(at), static_cast<int>(size)));
        demand(of.in.open(QIODevice::ReadOnly), "QBuffer does not open");
        of.input.resetStatus();
        set_precision(of.input, has_floats<Record>());
        Input archive{of.input};
        walk(archive, *static_cast<Record *>(record));
        demand(of.input.status() == QDataStream::Ok, "QDataStream reads nothing");
    }
};

} // namespace

void add_qt() {
    add_version("Qt", qVersion());
    add_walks<Stream>("Qt, QDataStream");
}
