/* The floor: a copy of the struct. Nothing can cost less, and nothing is stored by it that another machine could read.
 * It is called as a codec is, a function a record. */
#include <string.h>

#include "codec.h"
#include "record_workloads.h"

#define COPY(name)                                                                                                     \
    static uint8_t *store_##name(uint8_t *at, const void *record) {                                                    \
        memcpy(at, record, sizeof(name));                                                                              \
        return at + sizeof(name);                                                                                      \
    }                                                                                                                  \
    static const uint8_t *load_##name(const uint8_t *at, const uint8_t *end, void *record, pier__decoding *how) {      \
        (void)end;                                                                                                     \
        (void)how;                                                                                                     \
        memcpy(record, at, sizeof(name));                                                                              \
        return at + sizeof(name);                                                                                      \
    }
COPY(tick)
COPY(tick_fixed)
COPY(monster)
COPY(monster_typed)
COPY(series)
COPY(series_typed)

void add_copy(void) {
    const codec copies[] = {
        {.of = W1, .encode = store_tick, .decode = load_tick},
        {.of = W1_FIXED, .encode = store_tick_fixed, .decode = load_tick_fixed},
        {.of = W2, .encode = store_monster, .decode = load_monster},
        {.of = W2_TYPED, .encode = store_monster_typed, .decode = load_monster_typed},
        {.of = W3, .encode = store_series, .decode = load_series},
        {.of = W3_TYPED, .encode = store_series_typed, .decode = load_series_typed},
    };
    for (size_t i = 0; i < sizeof copies / sizeof copies[0]; i++) {
        codec copy = copies[i];
        copy.name = "memcpy of the struct";
        add_codec(&copy);
    }
    codec block = copies[0];
    block.name = "memcpy, 1,024 in a block";
    block.chained = true;
    add_codec(&block);
}
