/* What going on after damage costs: input that asks for as much looking as it can, with the bytes that are hashed
 * counted; and damage that is no such attack, after which everything that proves itself is found all the same.
 *
 * Floor 4 (archive). The linker puts counters before the functions that hash (tests/archive/CMakeLists.txt). */
#include "archive/archive_support.h"

#include <stdio.h>

#include "archive/loader_internal.h"

/* The bound of proto/wire.md: payloads that failed, in advance and for each byte of the input. */
#define IN_ADVANCE ((uint64_t)4 * PIER_RECORD_BYTES_MAX_DEFAULT)
#define BYTES_A_BYTE 16

static uint64_t hashed_payload_bytes;
static uint64_t hashed_pieces;

uint64_t __real_pier__payload_check(const uint8_t *payload, size_t size);
uint64_t __wrap_pier__payload_check(const uint8_t *payload, size_t size);
uint64_t __wrap_pier__payload_check(const uint8_t *payload, size_t size) {
    hashed_payload_bytes += size;
    return __real_pier__payload_check(payload, size);
}

bool __real_pier__piece_proves_itself(const uint8_t *piece);
bool __wrap_pier__piece_proves_itself(const uint8_t *piece);
bool __wrap_pier__piece_proves_itself(const uint8_t *piece) {
    hashed_pieces++;
    return __real_pier__piece_proves_itself(piece);
}

/* A stream in the making; its numbers go forward with each block that is put into it. */
typedef struct stream {
    test_bytes bytes;
    uint64_t next_record;
    uint32_t next_block;
    bool is_begun; /* the first block of the epoch stands */
} stream;

static void begin(stream *s) {
    pier__preamble preamble = {.version_major = 1, .block_target_bytes = 65536, .stream_id = STREAM_ID};
    uint8_t piece[PIER__PIECE_BYTES];
    *s = (stream){.next_record = 1};
    pier__preamble_encode(&preamble, piece);
    test_bytes_append(&s->bytes, piece, sizeof piece);
}

static pier__header next_header(const stream *s, uint32_t records, uint32_t stored_bytes) {
    return (pier__header){
        .kind = PIER_BLOCK_RECORDS,
        .flags = (uint8_t)(PIER__FLAG_CHECKSUM | (s->is_begun ? 0 : PIER__FLAG_EPOCH_BEGIN)),
        .stream_id = STREAM_ID,
        .first_record = s->next_record,
        .number = s->next_block,
        .records = records,
        .stored_bytes = stored_bytes,
        .raw_bytes = stored_bytes,
    };
}

static void put_header(stream *s, const pier__header *header) {
    uint8_t piece[PIER__PIECE_BYTES];
    pier__header_encode(header, piece);
    test_bytes_append(&s->bytes, piece, sizeof piece);
}

/* A block of one record, whole and right. */
static void put_block(stream *s) {
    static const uint8_t record = 0x07;
    pier__header header = next_header(s, 1, 1);
    header.payload_check = __real_pier__payload_check(&record, 1);
    put_header(s, &header);
    test_bytes_append(&s->bytes, &record, 1);
    s->next_record++;
    s->next_block++;
    s->is_begun = true;
}

/* A header that proves itself over a payload that does not, far as it says that it reaches. */
static void put_claim(stream *s, uint32_t stored_bytes) {
    pier__header header = next_header(s, 1, stored_bytes);
    header.payload_check = 1;
    put_header(s, &header);
}

static void put_zeros(stream *s, size_t size) {
    static const uint8_t zeros[4096];
    for (; size > 0; size -= size < sizeof zeros ? size : sizeof zeros) {
        test_bytes_append(&s->bytes, zeros, size < sizeof zeros ? size : sizeof zeros);
    }
}

/* Loads it all in large chunks and small ones, which must answer the same; holds what was hashed against the bound.
 * Returns how many records came. */
static size_t load(const stream *s, uint64_t claim_bytes) {
    test_log log = {0};
    test_log chunked = {0};
    hashed_payload_bytes = 0;
    hashed_pieces = 0;
    test_load_bytes(&log, NULL, test_bytes_view(&s->bytes), 0, 60000, TEST_RECOVERS);
    uint64_t size = s->bytes.size;
    print_message("          %llu bytes: %llu bytes of payload hashed, %llu pieces\n", (unsigned long long)size,
                  (unsigned long long)hashed_payload_bytes, (unsigned long long)hashed_pieces);
    /* The account, one payload more than it has, and what proves itself: when it is found, and when it is taken. */
    assert_true(hashed_payload_bytes <= IN_ADVANCE + BYTES_A_BYTE * size + claim_bytes + 2 * size);
    /* A piece is looked at where its first three bytes stand; in the end once more, when it is taken. */
    assert_true(hashed_pieces <= size);
    assert_int_equal(test_log_count(&log, "END"), 1);
    test_load_bytes(&chunked, NULL, test_bytes_view(&s->bytes), 0, 7000, TEST_RECOVERS | TEST_HAS_NEXT);
    assert_string_equal(test_log_text(&chunked), test_log_text(&log));
    size_t records = test_log_count(&log, "record");
    test_log_free(&log);
    test_log_free(&chunked);
    return records;
}

/* Claims side by side, each over all that is behind it: without a bound 4 GiB of hashing for 1.25 MiB. */
static void claims_side_by_side(void **state) {
    (void)state;
    enum { CLAIM = 1 << 20 };
    stream s;
    begin(&s);
    for (int i = 0; i < 4096; i++) {
        put_claim(&s, CLAIM);
    }
    put_zeros(&s, CLAIM);
    /* What the account pays for again by then is found. */
    put_zeros(&s, CLAIM / BYTES_A_BYTE);
    put_block(&s);
    assert_int_equal(load(&s, CLAIM), 1);
    test_bytes_free(&s.bytes);
}

/* Claims that are met in order, because a block stands behind each header: no search is long, but there are many. */
static void claims_met_in_order(void **state) {
    (void)state;
    enum { CLAIM = 1 << 20 };
    stream s;
    begin(&s);
    for (int i = 0; i < 4096; i++) {
        put_claim(&s, CLAIM);
        put_block(&s);
    }
    put_zeros(&s, CLAIM);
    /* All blocks are whole. Those behind claims that could not be afforded are found as well: each is short. */
    assert_true(load(&s, CLAIM) >= 64);
    test_bytes_free(&s.bytes);
}

/* Damaged pieces whose two lengths lead to two claims, again and again. */
static void claims_that_lengths_lead_to(void **state) {
    (void)state;
    enum { CLAIM = 1 << 20, GROUP = 4 * PIER__PIECE_BYTES + 1 };
    stream s;
    begin(&s);
    for (int i = 0; i < 1024; i++) {
        pier__header header = next_header(&s, 1, PIER__PIECE_BYTES);
        header.raw_bytes = 0;
        put_header(&s, &header);
        put_claim(&s, CLAIM);
        put_claim(&s, CLAIM);
        put_block(&s);
    }
    assert_int_equal(s.bytes.size, PIER__PIECE_BYTES + 1024 * GROUP);
    put_zeros(&s, CLAIM);
    assert_true(load(&s, CLAIM) >= 16);
    test_bytes_free(&s.bytes);
}

/* The longest claims that the limits allow. */
static void the_longest_claims(void **state) {
    (void)state;
    enum { CLAIM = PIER_RECORD_BYTES_MAX_DEFAULT };
    stream s;
    begin(&s);
    for (int i = 0; i < 64; i++) {
        put_claim(&s, CLAIM);
    }
    put_zeros(&s, CLAIM);
    put_block(&s);
    put_block(&s);
    assert_int_equal(load(&s, CLAIM), 2);
    test_bytes_free(&s.bytes);
}

/* The first bytes of a piece, as densely as they can stand. */
static void prefixes_side_by_side(void **state) {
    (void)state;
    stream s;
    begin(&s);
    put_block(&s);
    for (int i = 0; i < 100000; i++) {
        test_bytes_append(&s.bytes, "\xc7\x3d\x50\x01", 4);
    }
    put_block(&s);
    assert_int_equal(load(&s, 0), 2);
    test_bytes_free(&s.bytes);
}

/* No attack: the payloads of a thousand blocks of the ordinary size are gone, as on a disk that lost them, and their
 * headers stand side by side. Everything behind them is found. */
static void payloads_that_are_gone(void **state) {
    (void)state;
    stream s;
    begin(&s);
    put_block(&s);
    for (int i = 0; i < 1000; i++) {
        put_claim(&s, 65536);
        s.next_record++;
        s.next_block++;
    }
    for (int i = 0; i < 2000; i++) {
        put_block(&s);
    }
    put_zeros(&s, 65536);
    assert_int_equal(load(&s, 65536), 2001);
    test_bytes_free(&s.bytes);
}

/* No attack: records of the longest kind are cut short, three times in a row. */
static void long_records_that_are_cut_short(void **state) {
    (void)state;
    enum { CLAIM = PIER_RECORD_BYTES_MAX_DEFAULT };
    stream s;
    begin(&s);
    put_block(&s);
    for (int i = 0; i < 3; i++) {
        put_claim(&s, CLAIM);
        s.next_record++;
        s.next_block++;
        put_zeros(&s, 1000);
    }
    put_block(&s);
    put_zeros(&s, CLAIM);
    put_block(&s);
    assert_int_equal(load(&s, CLAIM), 3);
    test_bytes_free(&s.bytes);
}

/* The refusal itself: which status, where, and at once, before the payload has come. */
static void a_payload_that_is_not_looked_at(void **state) {
    (void)state;
    enum { CLAIM = PIER_RECORD_BYTES_MAX_DEFAULT };
    stream s;
    begin(&s);
    for (int i = 0; i < 5; i++) {
        put_claim(&s, CLAIM);
    }
    put_zeros(&s, CLAIM);
    size_t at = s.bytes.size;
    pier_archive *archive = test_open_load(NULL, NULL);
    test_source source = {.input = {s.bytes.data, at}, .chunk = 60000, .never_ends = true};
    pier__loader *loader = pier__loader_of(archive);
    pier_status status;
    while ((status = pier_archive_next(archive)) == PIER_MORE) {
        assert_true(test_feed(archive, &source));
    }
    assert_status(status, PIER_CORRUPT);
    assert_int_equal(loader->refuted_bytes, CLAIM);
    assert_int_equal(pier_archive_error(archive)->offset, 2 * PIER__PIECE_BYTES);
    while (pier_archive_recover(archive, NULL) == PIER_MORE && test_feed(archive, &source)) {
    }
    assert_int_equal(loader->refuted_bytes, (uint64_t)5 * CLAIM);
    /* The same account, with nothing left in it for the place where the loader stands. */
    pier_archive_destroy(archive);
    archive = test_open_load(NULL, NULL);
    loader = pier__loader_of(archive);
    loader->refuted_bytes = IN_ADVANCE + (uint64_t)BYTES_A_BYTE * PIER__PIECE_BYTES;
    assert_status(pier_archive_feed(archive, (pier_bytes){s.bytes.data, (size_t)2 * PIER__PIECE_BYTES}), PIER_OK);
    assert_false(pier_archive_has_next(archive));
    assert_status(pier_archive_next(archive), PIER_MORE);
    loader->refuted_bytes++;
    assert_true(pier_archive_has_next(archive));
    assert_status(pier_archive_next(archive), PIER_CORRUPT);
    assert_int_equal(pier_archive_error(archive)->offset, 2 * PIER__PIECE_BYTES);
    /* A new stream has a new account. */
    assert_status(pier_archive_reset(archive), PIER_OK);
    assert_int_equal(loader->refuted_bytes, 0);
    pier_archive_destroy(archive);
    test_bytes_free(&s.bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(claims_side_by_side),
        cmocka_unit_test(claims_met_in_order),
        cmocka_unit_test(claims_that_lengths_lead_to),
        cmocka_unit_test(the_longest_claims),
        cmocka_unit_test(prefixes_side_by_side),
        cmocka_unit_test(payloads_that_are_gone),
        cmocka_unit_test(long_records_that_are_cut_short),
        cmocka_unit_test(a_payload_that_is_not_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
