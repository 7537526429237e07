/* Generated headers in C++: the inline codecs compile there, and do what they do in C; so do macro kinds with
 * pointers. */
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "every.pier.h"

#define REQUIRE(condition)                                                                                             \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            std::fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);                         \
            std::exit(1);                                                                                              \
        }                                                                                                              \
    } while (0)

namespace {

#define KNOT_LENGTHS(FIELD) FIELD(1, text(8), key) FIELD(2, fixed(u16), value)
PIER_RECORD(knot_lengths, "rope.Knot.LengthsEntry", KNOT_LENGTHS)

#define KNOT_COLOUR(VALUE) VALUE(-1, KNOT_PLAIN) VALUE(4, KNOT_RED)
PIER_ENUM(knot_colour, "rope.Colour", KNOT_COLOUR)

#define KNOT(FIELD)                                                                                                    \
    FIELD(1, text, name)                                                                                               \
    FIELD(2, pointer(self(knot)), next)                                                                                \
    FIELD(3, list(self(knot)), strands)                                                                                \
    FIELD(4, list(text(8)), marks)                                                                                     \
    FIELD(5, map(knot_lengths), lengths)                                                                               \
    FIELD(6, typed(i16, 3), turns)                                                                                     \
    FIELD(7, typed_list(f64), loads)                                                                                   \
    FIELD(8, list(enumeration(knot_colour)), colours)                                                                  \
    FIELD(9, optional(duration), age)
PIER_RECORD(knot, "rope.Knot", KNOT)

template <typename T, typename Take, typename Put> void round_trip(const T &record, Put put, Take take) {
    static uint8_t bytes[4096 + PIER_PADDING_BYTES];
    uint8_t *end = put(bytes, &record);
    REQUIRE(end != nullptr);
    pier_arena arena;
    pier_arena_init(&arena, nullptr, 0);
    pier__decoding how = {&arena, false, 100, 1000};
    T loaded;
    REQUIRE(take(bytes, end, &loaded, &how) == end);
    static uint8_t again[4096 + PIER_PADDING_BYTES];
    uint8_t *again_end = put(again, &loaded);
    REQUIRE(again_end - again == end - bytes && std::memcmp(bytes, again, std::size_t(end - bytes)) == 0);
    pier_arena_deinit(&arena);
}

} // namespace

int main() {
    every_chain links[2] = {};
    links[0].next = &links[1];
    links[1].name = {"end", 3};
    round_trip(links[0], every_chain__put, every_chain__take);

    every_choices choices = {};
    choices.choice_case = EVERY_CHOICES_CHOICE_AN_I64;
    choices.choice.an_i64 = -5;
    round_trip(choices, every_choices__put, every_choices__take);

    knot knots[2] = {};
    char marks[2][8] = {"one", "two"};
    knot_lengths lengths[1] = {{"left", 9}};
    double loads[2] = {1.5, -2};
    knot_colour colours[2] = {KNOT_RED, KNOT_PLAIN};
    knots[0].next = &knots[1];
    knots[0].strands_count = 1;
    knots[0].strands = &knots[1];
    knots[0].marks_count = 2;
    knots[0].marks = marks;
    knots[0].lengths_count = 1;
    knots[0].lengths = lengths;
    knots[0].turns_count = 2;
    knots[0].turns[1] = -300;
    knots[0].loads_count = 2;
    knots[0].loads = loads;
    knots[0].colours_count = 2;
    knots[0].colours = colours;
    knots[0].has_age = true;
    knots[0].age = {-1, -500};
    round_trip(knots[0], pier__knot_put, pier__knot_take);
    REQUIRE(knot_class.fields(&knot_class)[1].type == &knot_class);
    return 0;
}
