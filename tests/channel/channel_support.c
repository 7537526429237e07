/* What the tests of channels share; see channel_support.h. */
#include "channel/channel_support.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const char *test_endpoint(size_t kind) {
    static char path[64];
    static const char *const endpoints[TEST_ENDPOINTS] = {"tcp://127.0.0.1:0", "tcp://[::1]:0", path};
    (void)snprintf(path, sizeof path, "unix:@pier-channel-test-%ld", (long)getpid());
    return endpoints[kind];
}

pier_socket *test_listen(const char *endpoint, char *text, size_t capacity_bytes) {
    pier_socket *listener = NULL;
    pier_address bound;
    pier_error error = {0};
    if (pier_channel_listen(&listener, &bound, endpoint, NULL, &error) != PIER_OK) {
        fail_msg("%s: %s", endpoint, error.text);
    }
    assert_true(pier_address_format(&bound, text, capacity_bytes) < capacity_bytes);
    return listener;
}

static void set_patience(pier_channel *channel) {
    pier_channel_set_deadline(channel, pier_deadline_after_ms(PATIENCE_MS));
}

void test_connect(const char *endpoint, const pier_channel_options *connecting, const pier_channel_options *accepting,
                  pier_channel **client, pier_channel **server) {
    char text[PIER_ADDRESS_TEXT_BYTES_MAX];
    pier_error error = {0};
    pier_socket *listener = test_listen(endpoint, text, sizeof text);
    if (pier_channel_connect(client, text, pier_deadline_after_ms(PATIENCE_MS), connecting, &error) != PIER_OK ||
        pier_channel_accept(server, listener, pier_deadline_after_ms(PATIENCE_MS), accepting, &error) != PIER_OK) {
        fail_msg("%s: %s", text, error.text);
    }
    pier_socket_destroy(listener);
    set_patience(*client);
    set_patience(*server);
}

void test_pair(const pier_channel_options *first, const pier_channel_options *second, pier_channel **one,
               pier_channel **other) {
    pier_socket *sockets[2];
    assert_status(pier_socket_pair(&sockets[0], &sockets[1], NULL, NULL), PIER_OK);
    assert_status(pier_channel_open(one, sockets[0], first, NULL), PIER_OK);
    assert_status(pier_channel_open(other, sockets[1], second, NULL), PIER_OK);
    set_patience(*one);
    set_patience(*other);
}

pier_status test_send(pier_channel *channel, uint64_t number) {
    pier_archive *archive = pier_channel_store_archive(channel);
    pier_status status = pier_archive_begin(archive);
    if (status == PIER_OK) {
        pier_store(archive, number);
        status = pier_archive_end(archive);
    }
    return status;
}

pier_status test_send_text(pier_channel *channel, size_t size_bytes) {
    pier_archive *archive = pier_channel_store_archive(channel);
    pier_status status = pier_archive_begin(archive);
    if (status == PIER_OK) {
        char *text = (char *)calloc(1, size_bytes + 1);
        assert_non_null(text);
        pier_store_text(archive, (pier_text){text, size_bytes});
        free(text);
        status = pier_archive_end(archive);
        if (status > 0) {
            pier_archive_abandon(archive);
        }
    }
    return status;
}

pier_status test_flush(pier_channel *channel) {
    return pier_archive_flush(pier_channel_store_archive(channel));
}

void test_receive(pier_channel *channel, uint64_t number) {
    pier_archive *archive = pier_channel_load_archive(channel);
    assert_status(pier_archive_next(archive), PIER_OK);
    assert_int_equal(pier_load_u64(archive), number);
    assert_status(pier_archive_status(archive), PIER_OK);
}

void test_receive_end(pier_channel *channel) {
    assert_status(pier_archive_next(pier_channel_load_archive(channel)), PIER_END);
}

void test_poll(pier_channel *channel) {
    uint32_t wanted = pier_channel_wanted(channel);
    struct pollfd entry = {
        .fd = pier_channel_handle(channel),
        .events = (short)(((wanted & PIER_READABLE) != 0 ? POLLIN : 0) | ((wanted & PIER_WRITABLE) != 0 ? POLLOUT : 0)),
    };
    assert_true(wanted != 0);
    assert_int_equal(poll(&entry, 1, PATIENCE_MS), 1);
}
