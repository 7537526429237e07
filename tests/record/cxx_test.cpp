/* Records in a program of C++17: described, checked against structs that it has, stored and loaded.
 *
 * Floor 5 (record). A program of its own, because that is what it stands for. */
#include <cstdio>
#include <cstring>

#include <pier/pier.h>

namespace {

#define CXX_POINT(FIELD) FIELD(1, f64, x) FIELD(2, f64, y)
PIER_RECORD(cxx_point, "cxx.Point", CXX_POINT)

/* A struct of the program's own, with types that are only alike and a member that is nobody's business. */
struct cxx_order {
    unsigned long long id;
    long when;
    char symbol[12];
    bool has_limit;
    double limit;
    uint32_t path_count;
    cxx_point path[3];
    void *mine;
    uint32_t tags_count;
    char tags[2][8];
    bool live;
    pier_text note;
    pier_time at;
    struct {
        uint32_t size;
        uint8_t data[4];
    } key;
};

#define CXX_ORDER(FIELD)                                                                                               \
    FIELD(1, u64, id)                                                                                                  \
    FIELD(2, i64, when)                                                                                                \
    FIELD(3, text(12), symbol)                                                                                         \
    FIELD(4, optional(f64), limit)                                                                                     \
    FIELD(5, array(record(cxx_point), 3), path)                                                                        \
    FIELD(6, array(text(8), 2), tags)                                                                                  \
    FIELD(7, bool, live)                                                                                               \
    FIELD(8, text, note)                                                                                               \
    FIELD(9, time, at)                                                                                                 \
    FIELD(10, bytes(4), key)
PIER_DESCRIBE(cxx_order, "cxx.Order", CXX_ORDER)

int failures = 0;

void check(bool holds, const char *what) {
    if (!holds) {
        std::fprintf(stderr, "%s\n", what);
        failures++;
    }
}

void round_trip(pier_format format) {
    pier_archive_options options = {};
    options.size = sizeof options;
    options.format = format;
    pier_archive *store = nullptr;
    pier_archive *load = nullptr;
    pier_error error;
    check(pier_archive_open_store(&store, nullptr, &options, &error) == PIER_OK, "open_store");
    check(pier_archive_open_load(&load, nullptr, &options, &error) == PIER_OK, "open_load");

    cxx_order order = {};
    order.id = 42;
    order.when = -5;
    std::strcpy(order.symbol, "PIER");
    order.has_limit = true;
    order.limit = 99.5;
    order.path_count = 2;
    order.path[1].y = 2.5;
    order.tags_count = 1;
    std::strcpy(order.tags[0], "new");
    order.live = true;
    order.note = {"a note", 6};
    order.at = {1700000000, 5};
    order.key.size = 2;
    order.key.data[1] = 9;
    check(cxx_order_store(store, &order) == PIER_OK, "store");
    cxx_point point = {1, 2};
    check(cxx_point_store(store, &point) == PIER_OK, "store a point");
    check(pier_archive_close(store) == PIER_OK, "close");
    check(pier_archive_feed(load, pier_archive_drain(store)) == PIER_OK, "feed");
    pier_archive_feed_end(load);

    cxx_order loaded = {};
    check(pier_archive_next(load) == PIER_OK, "next");
    check(cxx_order_load(load, &loaded) == PIER_OK, "load");
    check(loaded.id == 42 && loaded.when == -5 && std::strcmp(loaded.symbol, "PIER") == 0, "scalars");
    check(loaded.has_limit && loaded.limit == 99.5, "optional");
    check(loaded.path_count == 2 && loaded.path[1].y == 2.5, "array of records");
    check(loaded.tags_count == 1 && std::strcmp(loaded.tags[0], "new") == 0, "array of text");
    check(loaded.live && loaded.note.size == 6 && std::memcmp(loaded.note.data, "a note", 6) == 0, "text");
    check(loaded.at.seconds == 1700000000 && loaded.at.nanoseconds == 5, "time");
    check(loaded.key.size == 2 && loaded.key.data[1] == 9, "bytes");
    check(pier_archive_next(load) == PIER_OK, "next");
    check(cxx_point_load(load, &point) == PIER_OK && point.y == 2.0, "load a point");
    check(pier_archive_next(load) == PIER_END, "end");
    pier_archive_destroy(store);
    pier_archive_destroy(load);
}

} // namespace

int main() {
    round_trip(PIER_FORMAT_FRAMED);
    round_trip(PIER_FORMAT_PLAIN);
    return failures == 0 ? 0 : 1;
}
