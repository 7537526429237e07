/* The overloads of C++: each type finds its call, as by _Generic in C.
 *
 * Floor 4 (archive). */
#include <pier/serialize.h>

#include <cstdint>
#include <cstdio>
#include <cstring>

namespace {

int failures = 0;

void check(bool holds, const char *what) {
    if (!holds) {
        std::fprintf(stderr, "%s does not hold\n", what);
        failures++;
    }
}

#define CHECK(condition) check((condition), #condition)

/* Stores a value of a type, loads it back, and compares. */
template <typename Value> void round_trip(Value value) {
    pier_archive_options options = {};
    options.size = sizeof options;
    pier_archive *store = nullptr;
    pier_archive *load = nullptr;
    CHECK(pier_archive_open_store(&store, nullptr, &options, nullptr) == PIER_OK);
    CHECK(pier_archive_open_load(&load, nullptr, &options, nullptr) == PIER_OK);
    CHECK(pier_archive_begin(store) == PIER_OK);
    pier_store(store, value);
    CHECK(pier_archive_end(store) == PIER_OK);
    CHECK(pier_archive_close(store) == PIER_OK);
    CHECK(pier_archive_feed(load, pier_archive_drain(store)) == PIER_OK);
    CHECK(pier_archive_next(load) == PIER_OK);
    Value back = Value();
    pier_load(load, &back);
    CHECK(pier_archive_status(load) == PIER_OK);
    CHECK(back == value);
    CHECK(pier_archive_next(load) == PIER_END);
    pier_archive_destroy(store);
    pier_archive_destroy(load);
}

struct point {
    std::int32_t x;
    std::int32_t y;
};

pier_status serialize(pier_archive *archive, point *p) {
    pier_status status = pier_archive_begin(archive);
    if (status != PIER_OK) {
        return status;
    }
    (void)pier_archive_array(archive, 2);
    pier_archive_i32(archive, &p->x);
    pier_archive_i32(archive, &p->y);
    return pier_archive_end(archive);
}

void views() {
    pier_archive *store = nullptr;
    pier_archive *load = nullptr;
    CHECK(pier_archive_open_store(&store, nullptr, nullptr, nullptr) == PIER_OK);
    CHECK(pier_archive_open_load(&load, nullptr, nullptr, nullptr) == PIER_OK);
    CHECK(pier_archive_begin(store) == PIER_OK);
    pier_store_array(store, 7);
    pier_store(store, "literal");
    char array[] = "array";
    pier_store(store, array);
    pier_store(store, pier_text{"view", 4});
    pier_store(store, pier_bytes{"bin", 3});
    pier_store(store, pier_ext{5, {"x", 1}});
    pier_store(store, pier_time{1, 2});
    pier_store(store, 'c');
    CHECK(pier_archive_end(store) == PIER_OK);
    point there = {-3, 4};
    CHECK(serialize(store, &there) == PIER_OK);
    CHECK(pier_archive_close(store) == PIER_OK);
    CHECK(pier_archive_feed(load, pier_archive_drain(store)) == PIER_OK);
    CHECK(pier_archive_next(load) == PIER_OK);
    CHECK(pier_load_array(load) == 7);
    pier_text text = {};
    pier_load(load, &text);
    CHECK(text.size == 7 && std::memcmp(text.data, "literal", 7) == 0);
    pier_load(load, &text);
    CHECK(text.size == 5 && std::memcmp(text.data, "array", 5) == 0);
    pier_load(load, &text);
    CHECK(text.size == 4 && std::memcmp(text.data, "view", 4) == 0);
    pier_bytes bytes = {};
    pier_load(load, &bytes);
    CHECK(bytes.size == 3 && std::memcmp(bytes.data, "bin", 3) == 0);
    pier_ext ext = {};
    pier_load(load, &ext);
    CHECK(ext.type == 5 && ext.bytes.size == 1);
    pier_time time = {};
    pier_load(load, &time);
    CHECK(time.seconds == 1 && time.nanoseconds == 2);
    signed char letter = 0;
    pier_load(load, &letter);
    CHECK(letter == 'c');
    point back = {};
    CHECK(serialize(load, &back) == PIER_OK);
    CHECK(back.x == -3 && back.y == 4);
    pier_archive_destroy(store);
    pier_archive_destroy(load);
}

} // namespace

int main() {
    round_trip(true);
    round_trip(static_cast<signed char>(-100));
    round_trip(static_cast<unsigned char>(200));
    round_trip(static_cast<short>(-30000));
    round_trip(static_cast<unsigned short>(60000));
    round_trip(-2000000000);
    round_trip(4000000000u);
    round_trip(-5000000000l);
    round_trip(5000000000ul);
    round_trip(-9000000000000000000ll);
    round_trip(18000000000000000000ull);
    round_trip(1.25f);
    round_trip(-1e300);
    views();
    return failures == 0 ? 0 : 1;
}
