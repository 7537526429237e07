/* Blocks that are inflated in one call, by libdeflate: what comes out, and every error, is that of going step by step,
 * by zlib. What differs is known by name.
 *
 * Floor 4 (archive). Built without libdeflate, all goes step by step, and most of this compares zlib with itself. */
#include "archive/archive_support.h"

#include <stdlib.h>
#include <zlib.h>

#include "archive/compress_internal.h"
#include "support/random.h"

#ifdef PIER_HAS_LIBDEFLATE
enum { HAS_LIBDEFLATE = 1 };
#else
enum { HAS_LIBDEFLATE = 0 };
#endif

enum { RAW_BYTES_MAX = 400 << 10, KEPT_BYTES = 128 << 10, STEP_BYTES = 32 << 10 };

/* Libdeflate's state is made by this, which may find no memory. */
static bool has_no_memory;
static unsigned decompressors;

#ifdef PIER_HAS_LIBDEFLATE
void *__real_libdeflate_alloc_decompressor(void);
void *__wrap_libdeflate_alloc_decompressor(void);
void *__wrap_libdeflate_alloc_decompressor(void) {
    decompressors++;
    return has_no_memory ? NULL : __real_libdeflate_alloc_decompressor();
}
#endif

static int begin(void **state) {
    (void)state;
    has_no_memory = false;
    decompressors = 0;
    return 0;
}

/* One way and the other, each with what earlier blocks have left. */
typedef struct ways {
    pier__inflater whole;
    pier__inflater stepwise;
} ways;

static void ways_free(ways *of) {
    pier__inflater_deinit(&of->whole, pier_allocator_default());
    pier__inflater_deinit(&of->stepwise, pier_allocator_default());
}

typedef enum verdict { BOTH_INFLATE, BOTH_REFUSE, ONLY_WHOLE_INFLATES } verdict;

/* Inflates deflate data both ways, from memory of exactly their size. What libdeflate alone makes of data lies in
 * `of->whole.bytes`; everything else that differs is a failure. */
static verdict inflate_both(ways *of, const uint8_t *data, size_t size, size_t raw_bytes) {
    uint8_t head[6];
    size_t head_bytes = pier__ext_head_encode(size + 1, head);
    uint8_t *payload = (uint8_t *)malloc(head_bytes + 1 + size);
    assert_non_null(payload);
    memcpy(payload, head, head_bytes);
    payload[head_bytes] = PIER__COMPRESSED_KIND;
    memcpy(payload + head_bytes + 1, data, size);
    pier__header header = {
        .codec = 1, .stored_bytes = (uint32_t)(head_bytes + 1 + size), .raw_bytes = (uint32_t)raw_bytes};
    of->stepwise.is_stepwise = true;
    pier__fault slow = pier__inflate_payload(&of->stepwise, pier_allocator_default(), &header, payload);
    pier__fault fast = pier__inflate_payload(&of->whole, pier_allocator_default(), &header, payload);
    free(payload);
    static const uint8_t padding[PIER_PADDING_BYTES];
    if (fast.status == PIER_OK) {
        assert_memory_equal(of->whole.bytes + raw_bytes, padding, sizeof padding);
    }
    if (HAS_LIBDEFLATE && fast.status == PIER_OK && slow.status == PIER_CORRUPT && strstr(slow.text, "damaged")) {
        return ONLY_WHOLE_INFLATES;
    }
    if (fast.status != slow.status || fast.at != slow.at ||
        (slow.status != PIER_OK && strcmp(fast.text, slow.text) != 0)) {
        fail_msg("%zu bytes to %zu: %s at %zu in one call, %s at %zu step by step", size, raw_bytes,
                 pier_status_name(fast.status), fast.at, pier_status_name(slow.status), slow.at);
    }
    if (slow.status != PIER_OK) {
        return BOTH_REFUSE;
    }
    assert_memory_equal(of->whole.bytes, of->stepwise.bytes, raw_bytes);
    return BOTH_INFLATE;
}

/* Deflates by zlib itself. Returns how many bytes that are. */
static size_t deflate_by_zlib(const uint8_t *raw, size_t size, int level, int window_bits, int memory_level,
                              int strategy, uint8_t *out, size_t room) {
    z_stream stream = {0};
    assert_int_equal(deflateInit2(&stream, level, Z_DEFLATED, window_bits, memory_level, strategy), Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)raw;
    stream.avail_in = (uInt)size;
    stream.next_out = out;
    stream.avail_out = (uInt)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(deflateEnd(&stream), Z_OK);
    return room - stream.avail_out;
}

static size_t below(uint64_t *random, size_t bound) {
    return (size_t)(test_random(random) % bound);
}

/* Bytes of few values or many, with and without what comes again. */
static size_t make_raw(uint64_t *random, uint8_t *raw) {
    static const size_t sizes[] = {40, 1000, 20000, 70000, KEPT_BYTES + 1, RAW_BYTES_MAX - 1};
    size_t size = 1 + below(random, sizes[below(random, 64) < 60 ? below(random, 4) : 4 + below(random, 2)]);
    size_t values = 1 + below(random, 256);
    bool comes_again = below(random, 2) != 0;
    for (size_t at = 0; at < size;) {
        if (comes_again && at > 0 && below(random, 8) == 0) {
            size_t from = below(random, at);
            for (size_t length = 1 + below(random, 600); length > 0 && at < size; length--) {
                raw[at++] = raw[from++];
            }
        } else {
            raw[at++] = (uint8_t)below(random, values);
        }
    }
    return size;
}

/* Data of every kind that zlib makes, as they are and changed in every way. */
static void both_ways_give_the_same(void **state) {
    (void)state;
    static uint8_t raw[RAW_BYTES_MAX];
    static uint8_t data[RAW_BYTES_MAX * 2];
    uint64_t random = test_seed();
    ways of = {0};
    unsigned verdicts[3] = {0};
    for (unsigned round = 0; round < 600; round++) {
        size_t raw_bytes = make_raw(&random, raw);
        size_t size = deflate_by_zlib(raw, raw_bytes, (int)below(&random, 10), -9 - (int)below(&random, 7),
                                      1 + (int)below(&random, 9), (int)below(&random, 5), data, sizeof data);
        assert_int_equal(inflate_both(&of, data, size, raw_bytes), BOTH_INFLATE);
        assert_memory_equal(of.whole.bytes, raw, raw_bytes);
        assert_int_equal(inflate_both(&of, data, size, raw_bytes + 1), BOTH_REFUSE);
        assert_int_equal(inflate_both(&of, data, size, raw_bytes + 1 + below(&random, 70000)), BOTH_REFUSE);
        if (raw_bytes > 1) {
            assert_int_equal(inflate_both(&of, data, size, raw_bytes - 1), BOTH_REFUSE);
            assert_int_equal(inflate_both(&of, data, size, 1 + below(&random, raw_bytes - 1)), BOTH_REFUSE);
        }
        assert_int_equal(inflate_both(&of, data, size - 1, raw_bytes), BOTH_REFUSE);
        assert_int_equal(inflate_both(&of, data, below(&random, size), raw_bytes), BOTH_REFUSE);
        memset(data + size, (int)below(&random, 256), 9);
        assert_int_equal(inflate_both(&of, data, size + 1 + below(&random, 9), raw_bytes), BOTH_REFUSE);
        for (unsigned change = 0; change < 8; change++) {
            /* Most often where a header is. */
            size_t at = below(&random, below(&random, 2) != 0 && size > 90 ? 90 : size);
            uint8_t was = data[at];
            data[at] = (uint8_t)(was ^ 1 << below(&random, 8));
            verdicts[inflate_both(&of, data, size, raw_bytes)]++;
            data[at] = was;
        }
        pier__inflater_trim(&of.whole, pier_allocator_default());
        pier__inflater_trim(&of.stepwise, pier_allocator_default());
    }
    assert_true(verdicts[BOTH_INFLATE] > 0 && verdicts[BOTH_REFUSE] > 0);
    ways_free(&of);
}

/* Random bytes: nearly all are refused, and both ways say where and why. */
static void both_ways_refuse_noise(void **state) {
    (void)state;
    uint64_t random = test_seed();
    ways of = {0};
    for (unsigned round = 0; round < 20000; round++) {
        uint8_t data[200];
        size_t size = 1 + below(&random, sizeof data);
        for (size_t i = 0; i < size; i++) {
            data[i] = (uint8_t)test_random(&random);
        }
        (void)inflate_both(&of, data, size, size + 8 + below(&random, 1000));
    }
    ways_free(&of);
}

/* Deflate data made by hand, bit by bit. */
typedef struct bits {
    uint8_t bytes[100000];
    size_t count;
} bits;

static void put(bits *to, unsigned value, unsigned width) {
    for (unsigned i = 0; i < width; i++, to->count++) {
        to->bytes[to->count / 8] = (uint8_t)(to->bytes[to->count / 8] | (value >> i & 1) << to->count % 8);
    }
}

/* A code of Huffman's: its first bit first. */
static void put_code(bits *to, unsigned code, unsigned width) {
    while (width-- > 0) {
        put(to, code >> width, 1);
    }
}

static void put_letters(bits *to, unsigned count) {
    while (count-- > 0) {
        put_code(to, 0x30 + 'A', 8);
    }
}

static bits *begin_fixed(void) {
    bits *to = (bits *)calloc(1, sizeof *to);
    assert_non_null(to);
    put(to, 1, 1);
    put(to, 1, 2);
    return to;
}

/* Begins a block with codes of its own: 'A' is 0, its end 10, a length of three 11, for distances as `distances` tells,
 * of one bit each. `more_…` codes are announced that nothing uses, and `over` repeats the last lengths too often. */
static bits *begin_dynamic(unsigned distances, unsigned more_lengths, unsigned more_distances, bool over) {
    bits *to = (bits *)calloc(1, sizeof *to);
    assert_non_null(to);
    put(to, 1, 1);
    put(to, 2, 2);
    put(to, 1 + more_lengths, 5);
    put(to, distances + more_distances + (distances == 0 ? 1 : 0) - 1, 5);
    put(to, 14, 4);
    /* The lengths 0, 1, 2 and eleven or more zeros have two bits each; in the order of RFC 1951, 3.2.7. */
    static const uint8_t order[] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1};
    for (size_t i = 0; i < sizeof order; i++) {
        put(to, order[i] == 18 || order[i] <= 2 ? 2 : 0, 3);
    }
    enum { ZERO, ONE, TWO, ZEROS };
    put_code(to, ZEROS, 2);
    put(to, 65 - 11, 7);
    put_code(to, ONE, 2);
    put_code(to, ZEROS, 2);
    put(to, 138 - 11, 7);
    put_code(to, ZEROS, 2);
    put(to, 190 - 138 - 11, 7);
    put_code(to, TWO, 2);
    put_code(to, TWO, 2);
    for (unsigned i = 0; i < more_lengths; i++) {
        put_code(to, ZERO, 2);
    }
    for (unsigned i = 0; i < distances; i++) {
        put_code(to, ONE, 2);
    }
    if (over) {
        put_code(to, ZEROS, 2);
        put(to, 0, 7);
    } else {
        for (unsigned i = 0; i < more_distances + (distances == 0 ? 1 : 0); i++) {
            put_code(to, ZERO, 2);
        }
    }
    return to;
}

/* An 'A', which comes three more times by a distance of one, whose bit is `distance`, and the end. */
static bits *put_example(bits *to, unsigned distance) {
    put_code(to, 0, 1);
    put_code(to, 3, 2);
    put(to, distance, 1);
    put_code(to, 2, 2);
    return to;
}

static void expect(const char *what, verdict expected, bits *data, size_t raw_bytes) {
    ways of = {0};
    verdict found = inflate_both(&of, data->bytes, (data->count + 7) / 8, raw_bytes);
    bool is_refused_too = expected == ONLY_WHOLE_INFLATES && found == BOTH_REFUSE;
    if (found != expected && !is_refused_too) {
        fail_msg("%s: %d instead of %d", what, found, expected);
    }
    for (size_t i = 0; i < raw_bytes && found != BOTH_REFUSE; i++) {
        assert_int_equal(of.whole.bytes[i], 'A');
    }
    ways_free(&of);
    free(data);
}

/* What libdeflate 1.14 reads and zlib does not: proto/wire.md, "Compressed blocks", has this list. Another version may
 * refuse it, too. */
static void what_only_libdeflate_reads(void **state) {
    (void)state;
    expect("as usual", BOTH_INFLATE, put_example(begin_dynamic(2, 0, 0, false), 0), 4);
    expect("one distance", BOTH_INFLATE, put_example(begin_dynamic(1, 0, 0, false), 0), 4);
    expect("one distance, the unused bit", ONLY_WHOLE_INFLATES, put_example(begin_dynamic(1, 0, 0, false), 1), 4);
    expect("no distance", ONLY_WHOLE_INFLATES, put_example(begin_dynamic(0, 0, 0, false), 0), 4);
    expect("286 lengths", BOTH_INFLATE, put_example(begin_dynamic(2, 28, 0, false), 0), 4);
    expect("287 lengths", ONLY_WHOLE_INFLATES, put_example(begin_dynamic(2, 29, 0, false), 0), 4);
    expect("30 distances", BOTH_INFLATE, put_example(begin_dynamic(2, 0, 28, false), 0), 4);
    expect("31 distances", ONLY_WHOLE_INFLATES, put_example(begin_dynamic(2, 0, 29, false), 0), 4);
    expect("lengths beyond their end", ONLY_WHOLE_INFLATES, put_example(begin_dynamic(2, 0, 3, true), 0), 4);
    for (unsigned length = 285; length <= 287; length++) {
        bits *data = begin_fixed();
        put_letters(data, 1);
        put_code(data, 0xc0 + length - 280, 8);
        put_code(data, 0, 5);
        put_code(data, 0, 7);
        expect("length without a meaning", length == 285 ? BOTH_INFLATE : ONLY_WHOLE_INFLATES, data, 259);
    }
    for (unsigned distance = 29; distance <= 31; distance++) {
        bits *data = begin_fixed();
        put_letters(data, 32768);
        put_code(data, 1, 7);
        put_code(data, distance, 5);
        put(data, 0, 13);
        put_code(data, 0, 7);
        expect("distance without a meaning", distance == 29 ? BOTH_INFLATE : ONLY_WHOLE_INFLATES, data, 32771);
    }
    /* Not so what would show bytes that the block does not have. */
    for (unsigned distance = 0; distance <= 31; distance++) {
        bits *data = begin_fixed();
        put_code(data, 1, 7);
        put_code(data, distance, 5);
        put(data, 0, 13);
        put_code(data, 0, 7);
        expect("distance before the block", BOTH_REFUSE, data, 3);
    }
}

/* A block of the ordinary size needs nothing of zlib's, and one that cannot be had in one call needs it all. */
static void blocks_are_inflated_in_one_call(void **state) {
    (void)state;
    static uint8_t raw[1000];
    uint8_t data[200];
    size_t size = deflate_by_zlib(raw, sizeof raw, 9, -15, 9, Z_DEFAULT_STRATEGY, data, sizeof data);
    ways of = {0};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(inflate_both(&of, data, size, sizeof raw), BOTH_INFLATE);
        assert_int_equal(of.whole.state == NULL, HAS_LIBDEFLATE);
        assert_int_equal(decompressors, HAS_LIBDEFLATE);
    }
    assert_int_equal(inflate_both(&of, data, size, sizeof raw - 1), BOTH_REFUSE);
    assert_non_null(of.whole.state);
    ways_free(&of);
    has_no_memory = true;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(inflate_both(&of, data, size, sizeof raw), BOTH_INFLATE);
        assert_non_null(of.whole.state);
        assert_int_equal(decompressors, 2 * HAS_LIBDEFLATE);
    }
    ways_free(&of);
}

/* Nothing of what is announced comes: a large block takes memory for what has come at most. */
static void memory_grows_with_what_has_come(void **state) {
    (void)state;
    static uint8_t data[RAW_BYTES_MAX / 4];
    data[0] = 7; /* a kind of block that there is not */
    ways of = {0};
    assert_int_equal(inflate_both(&of, data, sizeof data, 16 << 20), BOTH_REFUSE);
    assert_int_equal(of.whole.capacity, STEP_BYTES);
    assert_int_equal(inflate_both(&of, data, sizeof data, RAW_BYTES_MAX + 1000), BOTH_REFUSE);
    assert_int_equal(of.whole.capacity, STEP_BYTES);
    assert_int_equal(inflate_both(&of, data, 1000, KEPT_BYTES), BOTH_REFUSE);
    assert_int_equal(of.whole.capacity, HAS_LIBDEFLATE ? KEPT_BYTES : STEP_BYTES);
    assert_int_equal(inflate_both(&of, data, sizeof data, RAW_BYTES_MAX), BOTH_REFUSE);
    assert_true(of.whole.capacity < RAW_BYTES_MAX + STEP_BYTES);
    assert_true(of.whole.capacity >= RAW_BYTES_MAX || !HAS_LIBDEFLATE);
    pier__inflater_trim(&of.whole, pier_allocator_default());
    ways_free(&of);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(both_ways_give_the_same, begin),
        cmocka_unit_test_setup(both_ways_refuse_noise, begin),
        cmocka_unit_test_setup(what_only_libdeflate_reads, begin),
        cmocka_unit_test_setup(blocks_are_inflated_in_one_call, begin),
        cmocka_unit_test_setup(memory_grows_with_what_has_come, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
