/* The records that are measured, and what fills them: always the same, from one seed. */
#ifndef PIER_BENCH_RECORD_WORKLOADS_H
#define PIER_BENCH_RECORD_WORKLOADS_H

#include <string.h>

#include <pier/record.h>

/* A tick of a market: 48 bytes, most of them numbers. */
#define TICK(FIELD)                                                                                                    \
    FIELD(1, u64, id)                                                                                                  \
    FIELD(2, i64, time)                                                                                                \
    FIELD(3, f64, price)                                                                                               \
    FIELD(4, f64, size)                                                                                                \
    FIELD(5, u32, flags)                                                                                               \
    FIELD(6, u8, kind)                                                                                                 \
    FIELD(7, bool, live)                                                                                               \
    FIELD(8, text(10), symbol)
PIER_RECORD(tick, "bench.Tick", TICK)

/* The same with integers of one width each, but for the kind, which has one byte either way. */
#define TICK_FIXED(FIELD)                                                                                              \
    FIELD(1, fixed(u64), id)                                                                                           \
    FIELD(2, fixed(i64), time)                                                                                         \
    FIELD(3, f64, price)                                                                                               \
    FIELD(4, f64, size)                                                                                                \
    FIELD(5, fixed(u32), flags)                                                                                        \
    FIELD(6, u8, kind)                                                                                                 \
    FIELD(7, bool, live)                                                                                               \
    FIELD(8, text(10), symbol)
PIER_RECORD(tick_fixed, "bench.TickFixed", TICK_FIXED)

/* A monster of a game: nested records, arrays, an optional part. */
#define VEC3(FIELD) FIELD(1, f32, x) FIELD(2, f32, y) FIELD(3, f32, z)
PIER_RECORD(vec3, "bench.Vec3", VEC3)
#define WEAPON(FIELD) FIELD(1, text(12), name) FIELD(2, i16, damage)
PIER_RECORD(weapon, "bench.Weapon", WEAPON)
#define MONSTER(FIELD)                                                                                                 \
    FIELD(1, text(16), name)                                                                                           \
    FIELD(2, i32, hp)                                                                                                  \
    FIELD(3, i32, mana)                                                                                                \
    FIELD(4, bool, friendly)                                                                                           \
    FIELD(5, u8, color)                                                                                                \
    FIELD(6, record(vec3), position)                                                                                   \
    FIELD(7, bytes(16), inventory)                                                                                     \
    FIELD(8, array(record(weapon), 5), weapons)                                                                        \
    FIELD(9, array(record(vec3), 10), path)                                                                            \
    FIELD(10, optional(record(weapon)), equipped)
PIER_RECORD(monster, "bench.Monster", MONSTER)

/* The same with its vectors as blocks of floats. */
#define MONSTER_TYPED(FIELD)                                                                                           \
    FIELD(1, text(16), name)                                                                                           \
    FIELD(2, i32, hp)                                                                                                  \
    FIELD(3, i32, mana)                                                                                                \
    FIELD(4, bool, friendly)                                                                                           \
    FIELD(5, u8, color)                                                                                                \
    FIELD(6, typed(f32, 3), position)                                                                                  \
    FIELD(7, bytes(16), inventory)                                                                                     \
    FIELD(8, array(record(weapon), 5), weapons)                                                                        \
    FIELD(9, typed(f32, 30), path)                                                                                     \
    FIELD(10, optional(record(weapon)), equipped)
PIER_RECORD(monster_typed, "bench.MonsterTyped", MONSTER_TYPED)

/* A series: a thousand numbers and a hundred texts, all in the struct. */
#define SERIES(FIELD) FIELD(1, text(16), name) FIELD(2, array(i64, 1000), values) FIELD(3, array(text(41), 100), labels)
PIER_RECORD(series, "bench.Series", SERIES)

/* The same with its numbers as one block. */
#define SERIES_TYPED(FIELD)                                                                                            \
    FIELD(1, text(16), name)                                                                                           \
    FIELD(2, typed(i64, 1000), values)                                                                                 \
    FIELD(3, array(text(41), 100), labels)
PIER_RECORD(series_typed, "bench.SeriesTyped", SERIES_TYPED)

/* xoshiro256** 1.0, by its published description. */
static uint64_t random_state[4];

/* The first record of a kind begins the sequence anew, so that records in another form hold the same. */
static inline void begin_random(size_t index) {
    for (uint64_t i = 0; index == 0 && i < 4; i++) {
        random_state[i] = i + 1;
    }
}

static inline uint64_t rotate(uint64_t value, int bits) {
    return value << bits | value >> (64 - bits);
}

static inline uint64_t next_random(void) {
    uint64_t *s = random_state;
    uint64_t result = rotate(s[1] * 5, 7) * 9;
    uint64_t shifted = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate(s[3], 45);
    return result;
}

/* A number of a uniformly drawn width of 0 to `bits_max` bits. */
static inline uint64_t random_width(unsigned bits_max) {
    unsigned bits = (unsigned)(next_random() % (bits_max + 1));
    return bits == 0 ? 0 : (next_random() >> (64 - bits)) | UINT64_C(1) << (bits - 1);
}

static inline void random_word(char *to, size_t length) {
    for (size_t i = 0; i < length; i++) {
        to[i] = (char)('A' + next_random() % 26);
    }
    to[length] = '\0';
}

static inline void fill_tick(void *to, size_t index) {
    static uint64_t id;
    static int64_t time;
    tick *record = (tick *)to;
    begin_random(index);
    id = index == 0 ? 1000000000 : id;
    time = index == 0 ? 1700000000000000000 : time;
    id += 1 + next_random() % 1000;
    time += (int64_t)(next_random() % 1000001);
    record->id = id;
    record->time = time;
    record->price = (double)(next_random() % 1000000) / 100;
    record->size = (double)(next_random() % 1000);
    record->flags = (uint32_t)random_width(32);
    record->kind = (uint8_t)(next_random() % 6);
    record->live = next_random() % 10 < 9;
    random_word(record->symbol, 4 + next_random() % 5);
}

static inline void fill_tick_fixed(void *to, size_t index) {
    tick from;
    fill_tick(&from, index);
    tick_fixed *record = (tick_fixed *)to;
    record->id = from.id;
    record->time = from.time;
    record->price = from.price;
    record->size = from.size;
    record->flags = from.flags;
    record->kind = from.kind;
    record->live = from.live;
    memcpy(record->symbol, from.symbol, strlen(from.symbol) + 1);
}

static inline vec3 random_vec3(void) {
    vec3 vector = {(float)(next_random() % 1000) / 8, (float)(next_random() % 1000) / 8,
                   (float)(next_random() % 1000) / 8};
    return vector;
}

static inline void fill_weapon(weapon *to) {
    random_word(to->name, 10);
    to->damage = (int16_t)(next_random() % 500);
}

static inline void fill_monster(void *to, size_t index) {
    monster *record = (monster *)to;
    begin_random(index);
    random_word(record->name, 12);
    record->hp = (int32_t)(next_random() % 1000);
    record->mana = (int32_t)(next_random() % 300);
    record->friendly = next_random() % 2 == 0;
    record->color = (uint8_t)(next_random() % 3);
    record->position = random_vec3();
    record->inventory.size = 8 + (uint32_t)(next_random() % 9);
    for (size_t i = 0; i < record->inventory.size; i++) {
        record->inventory.data[i] = (uint8_t)next_random();
    }
    record->weapons_count = 3 + (uint32_t)(next_random() % 3);
    for (size_t i = 0; i < record->weapons_count; i++) {
        fill_weapon(&record->weapons[i]);
    }
    record->path_count = 10;
    for (size_t i = 0; i < record->path_count; i++) {
        record->path[i] = random_vec3();
    }
    record->has_equipped = next_random() % 2 == 0;
    if (record->has_equipped) {
        fill_weapon(&record->equipped);
    }
}

static inline void fill_monster_typed(void *to, size_t index) {
    monster from;
    fill_monster(&from, index);
    monster_typed *record = (monster_typed *)to;
    memcpy(record->name, from.name, strlen(from.name) + 1);
    record->hp = from.hp;
    record->mana = from.mana;
    record->friendly = from.friendly;
    record->color = from.color;
    record->position_count = 3;
    memcpy(record->position, &from.position, sizeof record->position);
    record->inventory.size = from.inventory.size;
    memcpy(record->inventory.data, from.inventory.data, from.inventory.size);
    record->weapons_count = from.weapons_count;
    memcpy(record->weapons, from.weapons, from.weapons_count * sizeof from.weapons[0]);
    record->path_count = 30;
    memcpy(record->path, from.path, sizeof record->path);
    record->has_equipped = from.has_equipped;
    if (from.has_equipped) {
        record->equipped = from.equipped;
    }
}

static inline void fill_series(void *to, size_t index) {
    series *record = (series *)to;
    begin_random(index);
    random_word(record->name, 12);
    record->values_count = 1000;
    for (size_t i = 0; i < 1000; i++) {
        int64_t value = (int64_t)random_width(63);
        record->values[i] = next_random() % 2 == 0 ? value : -value;
    }
    record->labels_count = 100;
    for (size_t i = 0; i < 100; i++) {
        random_word(record->labels[i], 20 + next_random() % 21);
    }
}

/* Other mixes of widths, in the same series: what chooses by the last width must not lose where it is none. */
static inline void fill_series_short(void *to, size_t index) {
    series *record = (series *)to;
    fill_series(record, index);
    for (size_t i = 0; i < 1000; i++) {
        record->values[i] &= 127;
    }
}

static inline void fill_series_long(void *to, size_t index) {
    series *record = (series *)to;
    fill_series(record, index);
    for (size_t i = 0; i < 1000; i++) {
        record->values[i] = (int64_t)(UINT64_C(1700000000000000000) + (next_random() >> 20));
    }
}

/* Runs of 1 to 64 numbers of one width. */
static inline void fill_series_runs(void *to, size_t index) {
    series *record = (series *)to;
    fill_series(record, index);
    for (size_t i = 0; i < 1000;) {
        int64_t sample = record->values[i];
        for (size_t left = 1 + next_random() % 64; left > 0 && i < 1000; left--, i++) {
            record->values[i] = sample;
        }
    }
}

static inline void fill_series_typed(void *to, size_t index) {
    static series from;
    fill_series(&from, index);
    series_typed *record = (series_typed *)to;
    memcpy(record->name, from.name, strlen(from.name) + 1);
    record->values_count = from.values_count;
    memcpy(record->values, from.values, sizeof record->values);
    record->labels_count = from.labels_count;
    memcpy(record->labels, from.labels, sizeof record->labels);
}

#endif
