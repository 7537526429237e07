/* Payloads being compressed, by themselves: what is too short, and what does not shrink by what stands around the data.
 *
 * Floor 4 (archive). What archives make of it is in compress_test.c. */
#include "archive/archive_support.h"

#include "archive/compress_internal.h"
#include "support/random.h"

enum { RAW_BYTES_MAX = 2000, RATIO_MAX = PIER_INFLATION_RATIO_MAX_HIGHEST };

/* Compresses a payload, and checks that it comes back. Returns its size; 0 when it is to be left as it is. */
static size_t deflate_bytes(pier__deflater *deflater, const uint8_t *raw, size_t size, uint32_t ratio_max) {
    pier_bytes stored = {NULL, 0};
    if (!pier__deflate_payload(deflater, pier_allocator_default(), 9, ratio_max, (pier_bytes){raw, size}, &stored)) {
        return 0;
    }
    pier__inflater inflater = {0};
    pier__header header = {.codec = 1, .stored_bytes = (uint32_t)stored.size, .raw_bytes = (uint32_t)size};
    pier__fault fault =
        pier__inflate_payload(&inflater, pier_allocator_default(), &header, (const uint8_t *)stored.data);
    assert_status(fault.status, PIER_OK);
    assert_memory_equal(inflater.bytes, raw, size);
    pier__inflater_deinit(&inflater, pier_allocator_default());
    return stored.size;
}

static void the_shortest_payloads_are_left_as_they_are(void **state) {
    (void)state;
    static const uint8_t zeros[32];
    pier__deflater deflater = {0};
    for (size_t size = 0; size <= 7; size++) {
        assert_int_equal(deflate_bytes(&deflater, zeros, size, RATIO_MAX), 0);
    }
    assert_true(deflate_bytes(&deflater, zeros, sizeof zeros, RATIO_MAX) > 0);
    pier__deflater_deinit(&deflater, pier_allocator_default());
}

/* From data that cannot be compressed to some that can, byte by byte: in between lie those that are shorter themselves,
 * and not with the head in front of them. */
static void only_what_becomes_shorter_is_compressed(void **state) {
    (void)state;
    static const size_t random_bytes[] = {20, 100, 240, 250, 260, 1000};
    pier__deflater deflater = {0};
    uint8_t raw[RAW_BYTES_MAX] = {0};
    uint64_t random = 1;
    for (size_t i = 0; i < sizeof raw; i++) {
        raw[i] = (uint8_t)test_random(&random);
    }
    for (size_t i = 0; i < sizeof random_bytes / sizeof random_bytes[0]; i++) {
        size_t before = 0;
        uint8_t bytes[RAW_BYTES_MAX] = {0};
        memcpy(bytes, raw, random_bytes[i]);
        for (size_t size = random_bytes[i]; size < random_bytes[i] + 200; size++) {
            size_t stored = deflate_bytes(&deflater, bytes, size, RATIO_MAX);
            assert_true(stored < size);
            assert_true(before == 0 || stored != 0); /* once it gains, more zeros gain more */
            before = stored;
        }
        assert_true(before != 0);
        assert_int_equal(deflate_bytes(&deflater, bytes, random_bytes[i], RATIO_MAX), 0);
    }
    pier__deflater_deinit(&deflater, pier_allocator_default());
}

static void what_shrinks_by_more_than_the_ratio_is_left_as_it_is(void **state) {
    (void)state;
    static const uint8_t zeros[RAW_BYTES_MAX];
    pier__deflater deflater = {0};
    size_t stored = deflate_bytes(&deflater, zeros, sizeof zeros, RATIO_MAX);
    assert_true(stored > 0);
    uint32_t ratio = (uint32_t)((sizeof zeros + stored - 1) / stored);
    assert_int_equal(deflate_bytes(&deflater, zeros, sizeof zeros, ratio), stored);
    assert_int_equal(deflate_bytes(&deflater, zeros, sizeof zeros, ratio - 1), 0);
    pier__deflater_deinit(&deflater, pier_allocator_default());
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_shortest_payloads_are_left_as_they_are),
        cmocka_unit_test(only_what_becomes_shorter_is_compressed),
        cmocka_unit_test(what_shrinks_by_more_than_the_ratio_is_left_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
