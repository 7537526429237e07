/* The pieces of a framed stream as bytes: every field at its place, and every byte under a check.
 *
 * Floor 4 (archive). */
#include "archive/archive_support.h"

#include "archive/wire_internal.h"
#include "base/endian_internal.h"

static const pier__preamble preamble = {
    .version_major = 1,
    .version_minor = 2,
    .features_required = 0x04030201,
    .features_ignorable = 0x08070605,
    .record_bytes_max = 0x1112131415161718,
    .block_target_bytes = 0x21222324,
    .classes_max = 0x31323334,
    .depth_max = 0x41424344,
    .stream_id = 0x5152535455565758,
    .time_unix_ns = 0x6162636465666768,
};

static const pier__header header = {
    .kind = PIER_BLOCK_RECORDS,
    .flags = 7,
    .codec = 5,
    .lane = 6,
    .reserved = 9,
    .stream_id = 0x1112131415161718,
    .first_record = 0x2122232425262728,
    .number = 0x31323334,
    .epoch = 0x41424344,
    .records = 0x51525354,
    .stored_bytes = 0x61626364,
    .raw_bytes = 0x71727374,
    .time_unix_ns = 0x8182838485868788,
    .payload_check = 0x9192939495969798,
};

static void every_field_of_a_preamble_has_its_place(void **state) {
    (void)state;
    static const char expected[] = "\xc7\x3d\x50\x00PIER\r\n\x01\x02\x01\x02\x03\x04\x05\x06\x07\x08"
                                   "\x18\x17\x16\x15\x14\x13\x12\x11\x24\x23\x22\x21\x34\x33\x32\x31\x44\x43\x42\x41"
                                   "\x58\x57\x56\x55\x54\x53\x52\x51\x68\x67\x66\x65\x64\x63\x62\x61";
    uint8_t piece[64];
    pier__preamble back;
    pier__preamble_encode(&preamble, piece);
    assert_memory_equal(piece, expected, 56);
    assert_int_equal(pier__load_le64(piece + 56), pier__payload_check(piece, 56));
    pier__preamble_decode(piece, &back);
    assert_int_equal(back.version_major, 1);
    assert_int_equal(back.version_minor, 2);
    assert_int_equal(back.features_required, preamble.features_required);
    assert_int_equal(back.features_ignorable, preamble.features_ignorable);
    assert_int_equal(back.record_bytes_max, preamble.record_bytes_max);
    assert_int_equal(back.block_target_bytes, preamble.block_target_bytes);
    assert_int_equal(back.classes_max, preamble.classes_max);
    assert_int_equal(back.depth_max, preamble.depth_max);
    assert_int_equal(back.stream_id, preamble.stream_id);
    assert_int_equal(back.time_unix_ns, preamble.time_unix_ns);
}

static void every_field_of_a_header_has_its_place(void **state) {
    (void)state;
    static const char expected[] = "\xc7\x3d\x50\x01\x07\x05\x06\x09\x18\x17\x16\x15\x14\x13\x12\x11"
                                   "\x28\x27\x26\x25\x24\x23\x22\x21\x34\x33\x32\x31\x44\x43\x42\x41\x54\x53\x52\x51"
                                   "\x64\x63\x62\x61\x74\x73\x72\x71\x88\x87\x86\x85\x84\x83\x82\x81"
                                   "\x98\x97\x96\x95\x94\x93\x92\x91";
    uint8_t piece[64];
    pier__header back;
    pier__header_encode(&header, piece);
    assert_memory_equal(piece, expected, 60);
    assert_int_equal(pier__load_le32(piece + 60), (uint32_t)pier__payload_check(piece, 60));
    pier__header_decode(piece, &back);
    assert_int_equal(back.kind, header.kind);
    assert_int_equal(back.flags, header.flags);
    assert_int_equal(back.codec, header.codec);
    assert_int_equal(back.lane, header.lane);
    assert_int_equal(back.reserved, header.reserved);
    assert_int_equal(back.stream_id, header.stream_id);
    assert_int_equal(back.first_record, header.first_record);
    assert_int_equal(back.number, header.number);
    assert_int_equal(back.epoch, header.epoch);
    assert_int_equal(back.records, header.records);
    assert_int_equal(back.stored_bytes, header.stored_bytes);
    assert_int_equal(back.raw_bytes, header.raw_bytes);
    assert_int_equal(back.time_unix_ns, header.time_unix_ns);
    assert_int_equal(back.payload_check, header.payload_check);
}

static void a_piece_proves_itself_by_every_bit(void **state) {
    (void)state;
    uint8_t pieces[2][64];
    pier__preamble_encode(&preamble, pieces[0]);
    pier__header_encode(&header, pieces[1]);
    for (int i = 0; i < 2; i++) {
        assert_true(pier__piece_proves_itself(pieces[i]));
        for (size_t bit = 0; bit < 512; bit++) {
            uint8_t flipped[64];
            memcpy(flipped, pieces[i], 64);
            flipped[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_false(pier__piece_proves_itself(flipped));
        }
    }
}

static void a_wrong_byte_shows_as_soon_as_it_is_there(void **state) {
    (void)state;
    uint8_t piece[64];
    size_t wrong = 99;
    for (int i = 0; i < 2; i++) {
        if (i == 0) {
            pier__preamble_encode(&preamble, piece);
        } else {
            pier__header_encode(&header, piece);
        }
        size_t constant = i == 0 ? 10 : 3;
        for (size_t size = 0; size <= 64; size++) {
            assert_true(pier__piece_may_begin(piece, size, &wrong));
            for (size_t at = 0; at < size; at++) {
                uint8_t other = piece[at];
                piece[at] = (uint8_t)(at == 3 ? PIER_BLOCK_CONTROL + 1 : other ^ 0x80);
                bool is_constant = at < constant || at == 3;
                assert_int_equal(pier__piece_may_begin(piece, size, &wrong), !is_constant);
                assert_true(!is_constant || wrong == at);
                piece[at] = other;
            }
        }
    }
    /* A header's kind turned into a preamble's: what follows is not the preamble's constant. */
    pier__header_encode(&header, piece);
    piece[3] = 0;
    assert_true(pier__piece_may_begin(piece, 4, &wrong));
    assert_false(pier__piece_may_begin(piece, 5, &wrong));
    assert_int_equal(wrong, 4);
}

/* The same sums as every other XXH3: of "", and of "abc" with seed 0, from xxhsum -H3. */
static void the_check_is_xxh3(void **state) {
    (void)state;
    assert_int_equal(pier__payload_check((const uint8_t *)"", 0), 0x2d06800538d394c2);
    assert_int_equal(pier__payload_check((const uint8_t *)"abc", 3), 0x78af5f94892f3950);
    /* Of long ones by other instructions: about the length where they begin, and about that of a stripe of XXH3's. */
    static const struct {
        size_t size;
        uint64_t check;
    } of_bytes[] = {{240, 0x3c0bb96864e543a1},
                    {241, 0xbff7215089202d8f},
                    {1024, 0xac8e32e4ea3ba062},
                    {1025, 0xc856c953bbdbc807},
                    {100000, 0x33c1f5a100779d69}};
    static uint8_t bytes[100000];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 7 + 1);
    }
    for (size_t i = 0; i < sizeof of_bytes / sizeof of_bytes[0]; i++) {
        assert_int_equal(pier__payload_check(bytes, of_bytes[i].size), of_bytes[i].check);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_of_a_preamble_has_its_place),
        cmocka_unit_test(every_field_of_a_header_has_its_place),
        cmocka_unit_test(a_piece_proves_itself_by_every_bit),
        cmocka_unit_test(a_wrong_byte_shows_as_soon_as_it_is_there),
        cmocka_unit_test(the_check_is_xxh3),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
