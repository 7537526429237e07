/* A cancelled channel: every call that waits ends, and the channel goes on as if nothing had been.
 *
 * Floor 7 (channel). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <string.h>
#include <time.h>

#include <pier/pier.h>

enum { WAIT_MS = 30, PATIENCE_MS = 5000 };

typedef struct ends {
    pier_cancel *cancel;
    pier_channel *left; /* can be cancelled */
    pier_channel *right;
    pthread_t thread;
} ends;

static void *fire_later(void *argument) {
    struct timespec time = {0, WAIT_MS * 1000000L};
    (void)nanosleep(&time, NULL);
    pier_cancel_fire(argument);
    return NULL;
}

static void fire_soon(ends *both) {
    pier_cancel_clear(both->cancel);
    assert_int_equal(pthread_create(&both->thread, NULL, fire_later, both->cancel), 0);
}

static void fired(ends *both) {
    assert_int_equal(pthread_join(both->thread, NULL), 0);
    assert_true(pier_cancel_is_fired(both->cancel));
}

static int open_ends(void **state) {
    static ends both;
    memset(&both, 0, sizeof both);
    pier_socket *sockets[2];
    assert_int_equal(pier_cancel_create(&both.cancel, NULL, NULL), PIER_OK);
    pier_channel_options options = {.size = sizeof options, .cancel = both.cancel};
    assert_int_equal(pier_socket_pair(&sockets[0], &sockets[1], NULL, NULL), PIER_OK);
    assert_int_equal(pier_channel_open(&both.left, sockets[0], &options, NULL), PIER_OK);
    assert_int_equal(pier_channel_open(&both.right, sockets[1], NULL, NULL), PIER_OK);
    *state = &both;
    return 0;
}

static int close_ends(void **state) {
    ends *both = *state;
    pier_channel_destroy(both->left);
    pier_channel_destroy(both->right);
    pier_cancel_destroy(both->cancel);
    return 0;
}

/* Sends one number from the right to the left, which reads it. */
static void assert_number_arrives(ends *both) {
    pier_archive *out = pier_channel_store_archive(both->right);
    pier_archive *in = pier_channel_load_archive(both->left);
    pier_bytes number = {"\x07", 1};
    assert_int_equal(pier_archive_store_encoded(out, number), PIER_OK);
    assert_int_equal(pier_archive_flush(out), PIER_OK);
    pier_channel_set_deadline(both->left, pier_deadline_after_ms(PATIENCE_MS));
    assert_int_equal(pier_archive_next(in), PIER_OK);
    assert_int_equal(*(const char *)pier_archive_record_bytes(in).data, 7);
}

static void loading_is_cancelled(void **state) {
    ends *both = *state;
    pier_archive *in = pier_channel_load_archive(both->left);
    fire_soon(both);
    assert_int_equal(pier_archive_next(in), PIER_CANCELLED);
    fired(both);
    assert_int_equal(pier_archive_next(in), PIER_CANCELLED);
    assert_int_equal(pier_archive_status(in), PIER_OK);
    pier_cancel_clear(both->cancel);
    assert_number_arrives(both);
    /* Without the object nothing ends the wait but the deadline. */
    pier_channel_set_cancel(both->left, NULL);
    pier_cancel_fire(both->cancel);
    pier_channel_set_deadline(both->left, pier_deadline_after_ms(WAIT_MS));
    assert_int_equal(pier_archive_next(in), PIER_TIMEOUT);
}

static void flushing_is_cancelled(void **state) {
    ends *both = *state;
    static char blob[60000] = "\xc6\x00\x00\xea\x5b"; /* bin 32 of 59,995 bytes */
    pier_bytes value = {blob, sizeof blob};
    pier_archive *out = pier_channel_store_archive(both->left);
    pier_archive *in = pier_channel_load_archive(both->right);
    size_t count = 0;
    pier_channel_set_deadline(both->left, PIER_NOW);
    for (pier_status status = PIER_OK; status == PIER_OK; count++) {
        assert_int_equal(pier_archive_store_encoded(out, value), PIER_OK);
        status = pier_archive_flush(out);
    }
    pier_channel_set_deadline(both->left, PIER_NEVER);
    fire_soon(both);
    assert_int_equal(pier_archive_flush(out), PIER_CANCELLED);
    fired(both);
    assert_int_equal(pier_archive_status(out), PIER_OK);
    assert_true(pier_archive_queued_bytes(out) > 0);
    /* All records arrive, once. */
    pier_channel_set_deadline(both->left, PIER_NOW);
    pier_channel_set_deadline(both->right, pier_deadline_after_ms(PATIENCE_MS));
    for (size_t i = 0; i < count; i++) {
        (void)(pier_archive_flush(out) == PIER_OK);
        assert_int_equal(pier_archive_next(in), PIER_OK);
        assert_int_equal(pier_archive_record_bytes(in).size, sizeof blob);
    }
    assert_int_equal(pier_archive_flush(out), PIER_OK);
    pier_channel_set_deadline(both->right, PIER_NOW);
    assert_int_equal(pier_archive_next(in), PIER_WOULD_BLOCK);
}

static void closing_is_cancelled(void **state) {
    ends *both = *state;
    fire_soon(both);
    /* The peer does not end its side. */
    assert_int_equal(pier_channel_close(both->left), PIER_CANCELLED);
    fired(both);
    assert_true(pier_channel_handle(both->left) >= 0);
    pier_cancel_clear(both->cancel);
    assert_int_equal(pier_channel_shutdown(both->right), PIER_OK);
    assert_int_equal(pier_channel_close(both->left), PIER_OK);
    assert_int_equal(pier_channel_handle(both->left), -1);
}

static void accepting_and_connecting_take_the_object(void **state) {
    ends *both = *state;
    pier_socket *listener = NULL;
    pier_channel *accepted = NULL;
    pier_channel *connected = NULL;
    pier_address address;
    char text[PIER_ADDRESS_TEXT_BYTES_MAX];
    pier_channel_options options = {.size = sizeof options, .cancel = both->cancel};
    assert_int_equal(pier_channel_listen(&listener, &address, "tcp://127.0.0.1:0", NULL, NULL), PIER_OK);
    assert_int_equal(pier_socket_set_cancel(listener, both->cancel), PIER_OK);
    fire_soon(both);
    assert_int_equal(pier_channel_accept(&accepted, listener, PIER_NEVER, NULL, NULL), PIER_CANCELLED);
    fired(both);
    assert_null(accepted);
    (void)pier_address_format(&address, text, sizeof text);
    pier_deadline deadline = pier_deadline_after_ms(PATIENCE_MS);
    pier_cancel_clear(both->cancel);
    assert_int_equal(pier_channel_connect(&connected, text, deadline, &options, NULL), PIER_OK);
    assert_int_equal(pier_channel_accept(&accepted, listener, deadline, NULL, NULL), PIER_OK);
    pier_cancel_fire(both->cancel);
    /* What was sent at the opening is read, and then both would wait. */
    assert_int_equal(pier_archive_next(pier_channel_load_archive(connected)), PIER_CANCELLED);
    assert_int_equal(pier_archive_next(pier_channel_load_archive(accepted)), PIER_CANCELLED);
    /* A name that must be asked for is not even asked for. */
    pier_channel *unasked = NULL;
    assert_int_equal(pier_channel_connect(&unasked, "tcp://host.invalid:1", PIER_NEVER, &options, NULL),
                     PIER_CANCELLED);
    assert_null(unasked);
    pier_channel_destroy(connected);
    pier_channel_destroy(accepted);
    pier_socket_destroy(listener);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(loading_is_cancelled, open_ends, close_ends),
        cmocka_unit_test_setup_teardown(flushing_is_cancelled, open_ends, close_ends),
        cmocka_unit_test_setup_teardown(closing_is_cancelled, open_ends, close_ends),
        cmocka_unit_test_setup_teardown(accepting_and_connecting_take_the_object, open_ends, close_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
