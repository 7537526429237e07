/* Payloads being compressed, by themselves: what is too short, and what does not shrink by what stands around the data.
 *
 * Floor 4 (archive). What archives make of it is in compress_test.c. */
#include "archive/archive_support.h"

#include <zlib.h>

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
        size_t gained = 0;
        uint8_t bytes[RAW_BYTES_MAX] = {0};
        memcpy(bytes, raw, random_bytes[i]);
        for (size_t size = random_bytes[i]; size < random_bytes[i] + 200; size++) {
            size_t stored = deflate_bytes(&deflater, bytes, size, RATIO_MAX);
            assert_true(stored < size);
            assert_true(gained < 2 || stored != 0); /* more zeros gain more; the head may grow by a byte */
            gained = stored != 0 ? size - stored : 0;
        }
        assert_true(gained > 2);
        assert_int_equal(deflate_bytes(&deflater, bytes, random_bytes[i], RATIO_MAX), 0);
    }
    pier__deflater_deinit(&deflater, pier_allocator_default());
}

/* How many bytes the data of a payload come to, without what stands around them. */
static size_t data_bytes(const uint8_t *raw, size_t size) {
    static uint8_t data[RAW_BYTES_MAX * 2];
    z_stream stream;
    memset(&stream, 0, sizeof stream);
    assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)raw;
    stream.avail_in = (uInt)size;
    stream.next_out = data;
    stream.avail_out = sizeof data;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    size_t out = stream.total_out;
    assert_int_equal(deflateEnd(&stream), Z_OK);
    return out;
}

/* The head takes five bytes here, the kind one of them: data that are shorter by just so many gain nothing. Those that
 * would gain one byte fill all the room that there is for them; zlib may say so before it says that they ended. */
static void what_gains_no_byte_is_left_as_it_is(void **state) {
    (void)state;
    pier__deflater deflater = {0};
    unsigned found[4] = {0};
    for (unsigned symbols = 216; symbols < 256; symbols += 8) {
        uint8_t raw[RAW_BYTES_MAX];
        uint64_t random = symbols;
        for (size_t i = 0; i < sizeof raw; i++) {
            raw[i] = (uint8_t)(test_random(&random) % symbols);
        }
        for (size_t size = 400; size < sizeof raw; size += 3) {
            size_t shorter_by = size - data_bytes(raw, size);
            if (shorter_by >= 4 && shorter_by <= 7) {
                size_t stored = deflate_bytes(&deflater, raw, size, RATIO_MAX);
                found[shorter_by - 4]++;
                assert_true(stored == (shorter_by == 7 ? size - 2 : 0) || (shorter_by == 6 && stored == size - 1));
            }
        }
    }
    assert_true(found[0] > 0 && found[1] > 0 && found[2] > 0 && found[3] > 0);
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
        cmocka_unit_test(what_gains_no_byte_is_left_as_it_is),
        cmocka_unit_test(what_shrinks_by_more_than_the_ratio_is_left_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
