/* The golden vectors of sessions: what another implementation wrote from proto/session.md is read as what it says, and
 * is what this library writes. scripts/session_vectors.py says what each one is. */
#include "session/door_internal.h"

#include <stdio.h>

#include "archive/archive_support.h"
#include "session/lane_internal.h"

#define FOLDER "proto/vectors/session"

static const uint8_t first_token[] = "\0\0\0\0\0\0\0\1first...";
static const uint8_t second_token[] = "\0\0\0\0\0\0\0\2second..";
static const pier_bytes shared_key = {"the key of the golden vectors", 29};
static const pier__terms terms = {16u << 20, 64u << 10, 1024, 128, PIER_DURABILITY_DISK, 3};

static void count_up(uint8_t *bytes, size_t size, uint8_t from) {
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)(from + i);
    }
}

/* A whole vector; freed by the caller. */
static test_bytes read_vector(const char *name) {
    char path[128];
    test_bytes bytes = {0};
    (void)snprintf(path, sizeof path, FOLDER "/%s.block", name);
    test_read_file(path, &bytes);
    return bytes;
}

/* The payload of a vector as a text for proofs, once it was read as the block of a control. */
static pier__link_control_text read_control(const char *name, pier__link_control *control) {
    test_bytes bytes = read_vector(name);
    pier__header header;
    pier__link_control_text text;
    assert_true(bytes.size > PIER__PIECE_BYTES && pier__piece_proves_itself(bytes.data));
    pier__header_decode(bytes.data, &header);
    assert_true(pier__link_control_is_free(&header));
    assert_int_equal(header.stored_bytes, bytes.size - PIER__PIECE_BYTES);
    assert_int_equal(pier__payload_check(bytes.data + PIER__PIECE_BYTES, header.stored_bytes), header.payload_check);
    assert_true(header.stored_bytes <= sizeof text.bytes);
    text.size = header.stored_bytes;
    memcpy(text.bytes, bytes.data + PIER__PIECE_BYTES, text.size);
    assert_status(pier__link_control_decode((pier_bytes){text.bytes, text.size}, control), PIER_OK);
    test_bytes_free(&bytes);
    return text;
}

/* A control that this library writes is the vector. */
static void check_written(const char *name, const pier__link_control *control) {
    test_bytes expected = read_vector(name);
    uint8_t payload[PIER__CONTROL_TEXT_BYTES_MAX];
    uint8_t block[PIER__PIECE_BYTES + PIER__CONTROL_TEXT_BYTES_MAX];
    size_t size = pier__link_control_block(payload, pier__link_control_encode(control, payload), block);
    assert_int_equal(size, expected.size);
    assert_memory_equal(block, expected.data, size);
    test_bytes_free(&expected);
}

/* The vector says what the control does, which tells all that its type has. */
static void check_read(const char *name, const pier__link_control *expected) {
    pier__link_control control;
    (void)read_control(name, &control);
    assert_int_equal(control.type, expected->type);
    assert_string_equal(control.name, expected->name);
    assert_memory_equal(control.id, expected->id, sizeof control.id);
    assert_memory_equal(control.nonce, expected->nonce, sizeof control.nonce);
    assert_int_equal(control.standing_bytes, expected->standing_bytes);
    assert_memory_equal(control.standing, expected->standing, control.standing_bytes);
    assert_memory_equal(control.proof, expected->proof, sizeof control.proof);
    assert_memory_equal(control.numbers, expected->numbers, sizeof control.numbers);
    assert_int_equal(control.status, expected->status);
}

static pier__link_control hello_of(const char *name) {
    pier__link_control hello = {.type = PIER__HELLO};
    (void)snprintf(hello.name, sizeof hello.name, "%s", name);
    count_up(hello.id, sizeof hello.id, 1);
    count_up(hello.nonce, sizeof hello.nonce, 0x20);
    return hello;
}

static pier__link_control greeting_of(void) {
    pier__link_control greeting = {.type = PIER__GREETING};
    count_up(greeting.nonce, sizeof greeting.nonce, 0x40);
    return greeting;
}

static void hellos_and_small_controls(void **state) {
    (void)state;
    char longest[PIER_SESSION_NAME_BYTES_MAX + 1];
    memset(longest, 'n', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    const struct {
        const char *name;
        const char *other; /* the same in other widths, or NULL */
        pier__link_control control;
    } cases[] = {
        {"hello", "read-hello", hello_of("golden \xc3\xa9")},
        {"hello-longest", NULL, hello_of(longest)},
        {"greeting", NULL, greeting_of()},
        {"refused", NULL, {.type = PIER__REFUSED, .numbers = {PIER__CONFLICT}}},
        {"acknowledgement", "read-acknowledgement", {.type = PIER__ACKNOWLEDGEMENT, .numbers = {300, 200, 100}}},
        {"acknowledgement-nothing", NULL, {.type = PIER__ACKNOWLEDGEMENT}},
        {"close", NULL, {.type = PIER__CLOSE, .numbers = {128}}},
        {"error", "read-error", {.type = PIER__ERROR, .numbers = {9}, .status = PIER_LIMIT}},
        {"ping", NULL, {.type = PIER__PING, .numbers = {1}}},
        {"pong", NULL, {.type = PIER__PONG, .numbers = {UINT64_MAX}}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        check_read(cases[i].name, &cases[i].control);
        check_written(cases[i].name, &cases[i].control);
        if (cases[i].other != NULL) {
            check_read(cases[i].other, &cases[i].control);
        }
    }
}

/* A resume or welcome says a standing, and proves a key over what came before. */
static void check_standing(const char *name, pier__link_control_type type, const pier__standing_told *standing,
                           pier_bytes key, const pier__link_control_text *resume) {
    pier__link_control control;
    pier__link_control hello;
    pier__link_control greeting;
    pier__link_control made = {.type = type};
    pier__standing_told told;
    const pier__link_control_text hello_text = read_control("hello", &hello);
    const pier__link_control_text greeting_text = read_control("greeting", &greeting);
    (void)read_control(name, &control);
    assert_int_equal(control.type, type);
    assert_status(pier__standing_decode((pier_bytes){control.standing, control.standing_bytes}, &told), PIER_OK);
    assert_memory_equal(&told, standing, sizeof told);
    made.standing_bytes = pier__standing_encode(standing, made.standing);
    assert_true(pier__proof_make(key, &hello_text, &greeting_text, resume,
                                 (pier_bytes){made.standing, made.standing_bytes}, made.proof));
    check_written(name, &made);
}

/* The vector says what the other does, with elements that are not known behind its terms and behind all. */
static void check_longer_standing(const char *name, const char *other) {
    pier__link_control controls[2];
    pier__standing_told told[2];
    (void)read_control(name, &controls[0]);
    (void)read_control(other, &controls[1]);
    assert_int_equal(controls[0].type, controls[1].type);
    assert_true(controls[0].standing_bytes > controls[1].standing_bytes);
    for (size_t i = 0; i < 2; i++) {
        pier_bytes standing = {controls[i].standing, controls[i].standing_bytes};
        assert_status(pier__standing_decode(standing, &told[i]), PIER_OK);
        for (size_t cut = 0; cut < standing.size; cut++) {
            pier__standing_told less;
            assert_status(pier__standing_decode((pier_bytes){standing.data, cut}, &less), PIER_PROTOCOL);
        }
    }
    assert_memory_equal(&told[0], &told[1], sizeof told[0]);
}

static void standings_of_later_versions(void **state) {
    (void)state;
    check_longer_standing("read-resume", "resume");
    check_longer_standing("read-welcome-new", "welcome-new");
}

static void resumes_and_welcomes(void **state) {
    (void)state;
    /* Compared with what was read byte for byte, the padding too. */
    pier__standing_told client;
    pier__standing_told server;
    memset(&client, 0, sizeof client);
    memset(&server, 0, sizeof server);
    client.received = 300;
    client.received_blocks = 7;
    client.received_epoch = 2;
    client.received_check = UINT64_C(0xfedcba9876543210);
    client.durable = 200;
    client.committed = 100;
    client.sent = UINT64_C(1) << 40;
    client.terms = terms;
    memcpy(client.token, first_token, PIER__TOKEN_BYTES);
    memcpy(client.next_token, second_token, PIER__TOKEN_BYTES);
    server.received = 127;
    server.received_blocks = 128;
    server.durable = 127;
    server.committed = 127;
    server.sent = 300;
    server.terms = terms;
    pier__link_control control;
    check_standing("resume", PIER__RESUME, &client, shared_key, NULL);
    pier__link_control_text resume = read_control("resume", &control);
    check_standing("welcome", PIER__WELCOME, &server, shared_key, &resume);

    pier__standing_told created;
    memset(&created, 0, sizeof created);
    created.begins = true;
    created.sent = 5;
    created.terms = terms;
    memcpy(created.next_token, first_token, PIER__TOKEN_BYTES);
    check_standing("resume-new", PIER__RESUME, &created, (pier_bytes){NULL, 0}, NULL);
    resume = read_control("resume-new", &control);
    created.sent = 0;
    memset(created.next_token, 0, PIER__TOKEN_BYTES);
    count_up(created.key, sizeof created.key, 0x80);
    created.has_key = true;
    check_standing("welcome-new", PIER__WELCOME, &created, (pier_bytes){NULL, 0}, &resume);
}

static void gaps(void **state) {
    (void)state;
    pier__header headers[] = {
        {.flags = PIER__FLAG_EPOCH_BEGIN,
         .stream_id = UINT64_C(0x0807060504030201),
         .first_record = 11,
         .number = 5,
         .epoch = 2,
         .records = 10},
        {.stream_id = UINT64_C(0x0807060504030201), .first_record = 21, .number = 6, .epoch = 2, .records = 1}};
    static const char *const names[] = {"gap", "gap-within-epoch"};
    for (size_t i = 0; i < 2; i++) {
        test_bytes expected = read_vector(names[i]);
        pier__buffer made;
        pier__buffer_init(&made, pier_allocator_default());
        assert_true(pier__gap_put(&made, &headers[i]));
        assert_int_equal(made.size, expected.size);
        assert_memory_equal(made.data, expected.data, made.size);
        assert_true(pier__gap_is((pier_bytes){expected.data + PIER__PIECE_BYTES, expected.size - PIER__PIECE_BYTES}));
        pier__buffer_deinit(&made);
        test_bytes_free(&expected);
    }
}

static bool draw_nonce(void *user, void *bytes, size_t size) {
    (void)user;
    count_up((uint8_t *)bytes, size, 0x40);
    return true;
}

/* The accepting side: what it answers to a hello is the greeting, and it believes the proof of the resume. */
static void door_answers(void **state) {
    (void)state;
    static const struct {
        const char *resume;
        bool begins;
        bool proves;
    } cases[] = {{"resume", false, true}, {"resume-new", true, false}, {"read-resume", false, true}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pier_session_door *door = NULL;
        size_t taken = 0;
        test_bytes hello = read_vector("hello");
        test_bytes greeting = read_vector("greeting");
        test_bytes resume = read_vector(cases[i].resume);
        test_bytes refused = read_vector("refused");
        assert_status(pier_session_door_open(&door, NULL, 1, draw_nonce, NULL), PIER_OK);
        assert_status(pier_session_door_feed(door, test_bytes_view(&hello), &taken), PIER_MORE);
        pier_bytes answer = pier_session_door_drain(door);
        assert_int_equal(answer.size, greeting.size);
        assert_memory_equal(answer.data, greeting.data, answer.size);
        assert_status(pier_session_door_feed(door, test_bytes_view(&resume), &taken), PIER_OK);
        assert_string_equal(pier_session_door_name(door), "golden \xc3\xa9");
        assert_int_equal(pier_session_door_begins(door), cases[i].begins);
        assert_int_equal(pier_session_door_proves(door, shared_key), cases[i].proves);
        assert_int_equal(pier_session_door_proves(door, (pier_bytes){NULL, 0}), !cases[i].proves);
        pier__door_refuse_with(door, PIER__CONFLICT);
        answer = pier_session_door_drain(door);
        assert_int_equal(answer.size, refused.size);
        assert_memory_equal(answer.data, refused.data, answer.size);
        pier_session_door_destroy(door);
        test_bytes_free(&hello);
        test_bytes_free(&greeting);
        test_bytes_free(&resume);
        test_bytes_free(&refused);
    }
}

static bool begins_with(const char *name, const char *with) {
    return strncmp(name, with, strlen(with)) == 0;
}

static void check_bad(const char *name, pier_bytes content, void *user) {
    if (!begins_with(name, "bad-")) {
        return;
    }
    ++*(size_t *)user;
    pier__header header;
    pier__link_control control;
    pier__standing_told standing;
    const uint8_t *block = (const uint8_t *)content.data;
    assert_true(pier__piece_proves_itself(block));
    pier__header_decode(block, &header);
    if (begins_with(name, "bad-header-")) {
        assert_false(pier__link_control_is_free(&header));
        return;
    }
    assert_true(pier__link_control_is_free(&header));
    pier_status status =
        pier__link_control_decode((pier_bytes){block + PIER__PIECE_BYTES, content.size - PIER__PIECE_BYTES}, &control);
    if (status == PIER_OK && control.type == PIER__RESUME) {
        status = pier__standing_decode((pier_bytes){control.standing, control.standing_bytes}, &standing);
    }
    if (status != (begins_with(name, "bad-version-") ? PIER_VERSION : PIER_PROTOCOL)) {
        fail_msg("%s: %s", name, pier_status_name(status));
    }
}

static void bad_ones_are_refused(void **state) {
    (void)state;
    size_t count = 0;
    assert_true(test_each_vector_in(FOLDER, ".block", check_bad, &count) > count);
    assert_int_equal(count, 57);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hellos_and_small_controls),
        cmocka_unit_test(resumes_and_welcomes),
        cmocka_unit_test(standings_of_later_versions),
        cmocka_unit_test(gaps),
        cmocka_unit_test(door_answers),
        cmocka_unit_test(bad_ones_are_refused),
    };
    return cmocka_run_group_tests_name("golden vectors of sessions", tests, NULL, NULL);
}
