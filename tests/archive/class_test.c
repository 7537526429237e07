/* Classes of a stream: defined before their first record, in each epoch, switched to and back, forwarded, refused.
 *
 * Floor 4 (archive). The closures are those of tests: below the record floor nobody asks what is in them. */
#include "archive/archive_support.h"

#include <stdio.h>

#include "archive/loader_internal.h"
#include "archive/wire_internal.h"

static const test_class one = {.name = "test.One"};
static const test_class two = {.name = "test.Two"};

/* Payloads --------------------------------------------------------------------------------------------------------- */

/* The payload of the n-th block (from 0) of a stream. */
static pier_bytes payload_of(const test_bytes *stream, size_t n) {
    size_t at = 64;
    for (;;) {
        pier__header header;
        assert_true(at + 64 <= stream->size);
        pier__header_decode(stream->data + at, &header);
        if (n-- == 0) {
            return (pier_bytes){stream->data + at + 64, header.stored_bytes};
        }
        at += 64 + header.stored_bytes;
    }
}

static void assert_payload(const test_bytes *stream, size_t n, const char *bytes, size_t size) {
    pier_bytes payload = payload_of(stream, n);
    assert_int_equal(payload.size, size);
    assert_memory_equal(payload.data, bytes, size);
}

static void a_class_is_defined_once_and_switched_to_when_it_changes(void **state) {
    (void)state;
    test_bytes stream = {0};
    pier_archive *archive = test_open_store(NULL, NULL);
    assert_status(test_store_typed(archive, &one, 1), PIER_OK);
    assert_status(test_store_typed(archive, &one, 2), PIER_OK);
    test_store_u64(archive, 3);
    assert_status(test_store_typed(archive, &one, 4), PIER_OK);
    assert_status(pier_archive_flush(archive), PIER_OK);
    /* A new block starts untyped. */
    assert_status(test_store_typed(archive, &one, 5), PIER_OK);
    assert_status(test_store_typed(archive, &two, 6), PIER_OK);
    assert_status(test_store_typed(archive, &one, 7), PIER_OK);
    test_store_u64(archive, 8);
    test_close(archive, &stream);
    assert_int_equal(payload_of(&stream, 0).size, 3 + 1 + 20 + 11);
    assert_payload(&stream, 1, "\xd4\x50\x01\x91\x01\x91\x02\xd4\x50\x00\x03\xd4\x50\x01\x91\x04", 16);
    assert_payload(&stream, 2, "\xd4\x50\x01\x91\x05", 5);
    assert_payload(&stream, 4, "\xd4\x50\x02\x91\x06\xd4\x50\x01\x91\x07\xd4\x50\x00\x08", 14);
    test_log log = {0};
    test_load_bytes(&log, NULL, test_bytes_view(&stream), 0, 0, 0);
    assert_int_equal(test_log_count(&log, "record"), 8);
    assert_non_null(strstr(test_log_text(&log), "record 6 class 2 "));
    assert_null(strstr(test_log_text(&log), "record 8 class"));
    test_log_free(&log);
    test_bytes_free(&stream);
}

static void a_definition_has_the_form_of_the_specification(void **state) {
    (void)state;
    static const size_t sizes[] = {8, 230, 231, 232, 300, 65504 - 3, 65535};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const test_class of = {.name = "test.One", .closure_bytes = sizes[i]};
        test_bytes stream = {0};
        pier_archive *archive = test_open_store(NULL, NULL);
        assert_status(test_store_typed(archive, &of, 1), PIER_OK);
        test_close(archive, &stream);
        const uint8_t *payload = (const uint8_t *)payload_of(&stream, 0).data;
        size_t content = 1 + 20 + sizes[i] + 3; /* kind, [ id, fingerprint, closure ] */
        if (content <= 255) {
            assert_int_equal(payload[0], 0xc7);
            assert_int_equal(payload[1], content);
            payload += 2;
        } else if (content <= 65535) {
            assert_int_equal(payload[0], 0xc8);
            assert_int_equal(payload[1] << 8 | payload[2], content);
            payload += 3;
        } else {
            assert_int_equal(payload[0], 0xc9);
            assert_int_equal(payload[2] << 16 | payload[3] << 8 | payload[4], content);
            payload += 5;
        }
        assert_memory_equal(payload, "\x50\x10\x93\x01\xc4\x10", 6);
        assert_memory_equal(payload + 6 + 16, "\xda", 1);
        pier_archive *load = test_open_load(NULL, NULL);
        assert_status(pier_archive_feed(load, test_bytes_view(&stream)), PIER_OK);
        assert_status(pier_archive_next(load), PIER_OK);
        const pier__stream_class *found = pier__archive_record_class(load);
        assert_non_null(found);
        assert_int_equal(found->id, 1);
        assert_int_equal(found->closure_bytes, sizes[i] + 3);
        assert_memory_equal(found->closure + 3, "test.One", 8);
        assert_memory_equal(stream.data + found->offset, found->closure, found->closure_bytes);
        pier_archive_destroy(load);
        test_bytes_free(&stream);
    }
}

static void a_definition_that_is_too_long_is_refused(void **state) {
    (void)state;
    const test_class of = {.name = "test.Long", .closure_bytes = 65504 - 2};
    pier_limits limits = {.size = sizeof limits, .record_bytes_max = 100};
    pier_archive *archive = test_open_store(NULL, &(pier_archive_options){.limits = &limits});
    assert_status(test_store_typed(archive, &of, 1), PIER_LIMIT);
    assert_status(pier_archive_error(archive)->status, PIER_LIMIT);
    /* Within the limits of small records an ordinary definition is stored, and loaded. */
    const test_class ordinary = {.name = "test.Ordinary", .closure_bytes = 60000};
    assert_status(test_store_typed(archive, &ordinary, 1), PIER_OK);
    test_bytes stream = {0};
    test_close(archive, &stream);
    test_log log = {0};
    pier_limits tiny = {
        .size = sizeof tiny, .record_bytes_max = 100, .text_bytes_max = 10, .depth_max = 1, .elements_max = 2};
    test_load_bytes(&log, &(pier_archive_options){.limits = &tiny}, test_bytes_view(&stream), 0, 100, TEST_HAS_NEXT);
    assert_int_equal(test_log_count(&log, "record 1 class 1"), 1);
    assert_int_equal(test_log_count(&log, "END"), 1);
    test_log_free(&log);
    test_bytes_free(&stream);
}

static void ids_take_the_forms_that_they_need(void **state) {
    (void)state;
    enum { COUNT = 300 };
    static char names[COUNT][16];
    static test_class many[COUNT];
    test_bytes stream = {0};
    pier_archive *archive = test_open_store(NULL, NULL);
    for (size_t i = 0; i < COUNT; i++) {
        (void)snprintf(names[i], sizeof names[i], "test.C%zu", i);
        many[i] = (test_class){.name = names[i]};
        assert_status(test_store_typed(archive, &many[i], i), PIER_OK);
    }
    for (size_t i = 0; i < COUNT; i++) {
        assert_status(test_store_typed(archive, &many[COUNT - 1 - i], i), PIER_OK);
    }
    test_close(archive, &stream);
    pier_archive *load = test_open_load(NULL, NULL);
    assert_status(pier_archive_feed(load, test_bytes_view(&stream)), PIER_OK);
    for (size_t i = 0; i < 2 * COUNT; i++) {
        assert_status(pier_archive_next(load), PIER_OK);
        size_t expected = i < COUNT ? i : 2 * COUNT - 1 - i;
        assert_int_equal(pier__archive_record_class(load)->id, expected + 1);
        assert_memory_equal(pier__archive_record_class(load)->closure + 3, names[expected], strlen(names[expected]));
    }
    assert_status(pier_archive_next(load), PIER_END);
    assert_null(pier__archive_record_class(load));
    pier_archive_destroy(load);
    test_bytes_free(&stream);
}

static void classes_have_a_limit(void **state) {
    (void)state;
    static const test_class three = {.name = "test.Three"};
    pier_limits limits = {.size = sizeof limits, .classes_max = 2};
    pier_archive *archive = test_open_store(NULL, &(pier_archive_options){.limits = &limits});
    assert_status(test_store_typed(archive, &one, 1), PIER_OK);
    assert_status(test_store_typed(archive, &two, 2), PIER_OK);
    assert_status(test_store_typed(archive, &three, 3), PIER_LIMIT);
    assert_non_null(strstr(pier_archive_error(archive)->text, "classes_max"));
    assert_status(test_store_typed(archive, &one, 4), PIER_OK);
    test_store_u64(archive, 5);
    test_bytes stream = {0};
    test_close(archive, &stream);
    test_log log = {0};
    test_load_bytes(&log, &(pier_archive_options){.limits = &limits}, test_bytes_view(&stream), 0, 0, 0);
    assert_int_equal(test_log_count(&log, "record"), 4);
    /* A loader that takes fewer fails at the definition that is one too many, and goes on without it. */
    test_log_clear(&log);
    pier_limits single = {.size = sizeof single, .classes_max = 1};
    pier_archive_options options = {.limits = &single};
    test_load_bytes(&log, &options, test_bytes_view(&stream), 0, 0, TEST_RECOVERS);
    assert_int_equal(test_log_count(&log, "failure LIMIT"), 1);
    assert_int_equal(test_log_count(&log, "failure UNKNOWN_CLASS"), 1);
    assert_int_equal(test_log_count(&log, "record"), 3);
    test_log_free(&log);
    test_bytes_free(&stream);
}

static void definitions_together_have_a_limit(void **state) {
    (void)state;
    const test_class large = {.name = "test.Large", .closure_bytes = 40000};
    const test_class other = {.name = "test.Other", .closure_bytes = 40000};
    pier_archive *archive = test_open_store(NULL, NULL);
    test_bytes stream = {0};
    assert_status(test_store_typed(archive, &large, 1), PIER_OK);
    assert_status(test_store_typed(archive, &other, 2), PIER_OK);
    test_close(archive, &stream);
    pier_limits limits = {.size = sizeof limits, .queue_bytes_max = 70000};
    test_log log = {0};
    test_load_bytes(&log, &(pier_archive_options){.limits = &limits}, test_bytes_view(&stream), 0, 1000, 0);
    assert_int_equal(test_log_count(&log, "record"), 1);
    assert_int_equal(test_log_count(&log, "failure LIMIT"), 1);
    assert_non_null(strstr(test_log_text(&log), "queue_bytes_max"));
    test_log_free(&log);
    test_bytes_free(&stream);
}

static void what_the_encoder_answers_is_handed_on(void **state) {
    (void)state;
    static const test_class bad = {.name = "test.Bad", .status = PIER_USAGE};
    static const test_class poor = {.name = "test.Poor", .status = PIER_NO_MEMORY};
    pier_archive *archive = test_open_store(NULL, NULL);
    assert_status(test_store_typed(archive, &bad, 1), PIER_USAGE);
    assert_status(test_store_typed(archive, &poor, 1), PIER_NO_MEMORY);
    assert_status(pier_archive_status(archive), PIER_OK);
    test_store_u64(archive, 1);
    test_bytes stream = {0};
    test_close(archive, &stream);
    assert_int_equal(stream.size, 64 + 65 + 64);
    test_bytes_free(&stream);
}

static void plain_archives_define_nothing(void **state) {
    (void)state;
    pier_archive *archive = test_open_store(NULL, &(pier_archive_options){.format = PIER_FORMAT_PLAIN});
    test_bytes stream = {0};
    assert_status(test_store_typed(archive, &one, 1), PIER_OK);
    test_close(archive, &stream);
    assert_int_equal(stream.size, 2);
    test_bytes_free(&stream);
}

/* Two classes of the program with one and the same definition share an id. */
static void equal_definitions_share_an_id(void **state) {
    (void)state;
    const test_class copy = one;
    pier_archive *archive = test_open_store(NULL, NULL);
    test_bytes stream = {0};
    assert_status(test_store_typed(archive, &one, 1), PIER_OK);
    assert_status(test_store_typed(archive, &copy, 2), PIER_OK);
    assert_status(test_store_typed(archive, &one, 3), PIER_OK);
    test_close(archive, &stream);
    assert_payload(&stream, 1, "\xd4\x50\x01\x91\x01\x91\x02\x91\x03", 9);
    test_bytes_free(&stream);
}

/* Epochs ----------------------------------------------------------------------------------------------------------- */

static void a_checkpoint_repeats_definitions(void **state) {
    (void)state;
    test_bytes stream = {0};
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = 60};
    pier_archive_options options = {.limits = &limits, .checkpoint_bytes = 500};
    pier_archive *archive = test_open_store(NULL, &options);
    for (uint64_t i = 0; i < 200; i++) {
        assert_status(test_store_typed(archive, i % 2 == 0 ? &one : &two, i), PIER_OK);
    }
    test_close(archive, &stream);
    pier_archive *load = test_open_load(NULL, NULL);
    pier_block block;
    uint32_t epoch = 0;
    uint64_t begun = 0;
    size_t entry = 0;
    uint64_t entry_record = 0;
    assert_status(pier_archive_feed(load, test_bytes_view(&stream)), PIER_OK);
    assert_status(pier_archive_next_block(load, &block), PIER_OK);
    begun = 64;
    while (pier_archive_next_block(load, &block) == PIER_OK) {
        if (block.epoch != epoch) {
            assert_int_equal(block.epoch, epoch + 1);
            assert_int_equal(block.kind, PIER_BLOCK_DEFINITIONS);
            assert_true(block.offset - begun >= 500 && block.offset - begun < 500 + 64 + 124 + 2 * 101);
            epoch = block.epoch;
            begun = block.offset;
            if (epoch == 3) {
                entry = (size_t)block.offset;
                entry_record = block.first_record;
            }
        }
    }
    assert_true(epoch > 5);
    pier_archive_destroy(load);
    /* The stream can be entered at a checkpoint: all from there on is loaded. */
    test_log log = {0};
    pier_bytes rest = {stream.data + entry, stream.size - entry};
    test_load_bytes(&log, NULL, rest, 0, 0, TEST_RECOVERS);
    assert_int_equal(test_log_count(&log, "failure"), 1);
    assert_int_equal(test_log_count(&log, "record"), 201 - entry_record);
    assert_int_equal(test_log_count(&log, "END"), 1);
    test_log_free(&log);
    test_bytes_free(&stream);
}

static void an_epoch_that_no_block_began_is_not_in_the_end_mark(void **state) {
    (void)state;
    test_bytes stream = {0};
    pier_archive *archive = test_open_store(NULL, &(pier_archive_options){.checkpoint_bytes = 1});
    for (uint64_t i = 0; i < 3; i++) {
        test_store_u64(archive, i);
        assert_status(pier_archive_flush(archive), PIER_OK);
    }
    test_close(archive, &stream);
    test_log log = {0};
    test_load_bytes(&log, NULL, test_bytes_view(&stream), 0, 1, TEST_HAS_NEXT);
    assert_int_equal(test_log_count(&log, "record"), 3);
    assert_int_equal(test_log_count(&log, "END"), 1);
    test_log_free(&log);
    test_bytes_free(&stream);
}

static void files_that_can_seek_have_checkpoints_of_themselves(void **state) {
    (void)state;
    static const char text[60000];
    for (int is_file = 0; is_file < 2; is_file++) {
        pier_file *file = NULL;
        if (is_file) {
            assert_status(pier_file_open_memory(&file, NULL, NULL), PIER_OK);
        }
        pier_limits limits = {.size = sizeof limits, .queue_bytes_max = 64 << 20};
        pier_archive *archive = test_open_store(file, &(pier_archive_options){.limits = &limits});
        for (int i = 0; i < 40; i++) {
            assert_status(test_store_typed(archive, &one, 1), PIER_OK);
            assert_status(pier_archive_store_encoded(archive, (pier_bytes){"\xc0", 1}), PIER_OK);
            assert_status(pier_archive_begin(archive), PIER_OK);
            pier_store(archive, ((pier_bytes){text, sizeof text}));
            assert_status(pier_archive_end(archive), PIER_OK);
        }
        assert_status(pier_archive_close(archive), PIER_OK);
        test_bytes stream = {0};
        if (is_file) {
            test_bytes_append(&stream, pier_file_memory_bytes(file).data, pier_file_memory_bytes(file).size);
        } else {
            (void)test_drain(archive, &stream);
        }
        pier_archive *load = test_open_load(NULL, NULL);
        assert_status(pier_archive_feed(load, test_bytes_view(&stream)), PIER_OK);
        pier_block block = {0};
        uint32_t last = 0;
        while (pier_archive_next_block(load, &block) == PIER_OK) {
            last = block.epoch;
        }
        assert_int_equal(last, is_file ? 2 : 0);
        pier_archive_destroy(load);
        pier_archive_destroy(archive);
        pier_file_destroy(file);
        test_bytes_free(&stream);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_class_is_defined_once_and_switched_to_when_it_changes),
        cmocka_unit_test(a_definition_has_the_form_of_the_specification),
        cmocka_unit_test(a_definition_that_is_too_long_is_refused),
        cmocka_unit_test(ids_take_the_forms_that_they_need),
        cmocka_unit_test(classes_have_a_limit),
        cmocka_unit_test(definitions_together_have_a_limit),
        cmocka_unit_test(what_the_encoder_answers_is_handed_on),
        cmocka_unit_test(plain_archives_define_nothing),
        cmocka_unit_test(equal_definitions_share_an_id),
        cmocka_unit_test(a_checkpoint_repeats_definitions),
        cmocka_unit_test(an_epoch_that_no_block_began_is_not_in_the_end_mark),
        cmocka_unit_test(files_that_can_seek_have_checkpoints_of_themselves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
