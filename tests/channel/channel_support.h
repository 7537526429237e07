/* What the tests of channels share: two channels joined over one kind of socket after another.
 *
 * Every wait of these tests ends at a deadline. */
#ifndef PIER_TESTS_CHANNEL_SUPPORT_H
#define PIER_TESTS_CHANNEL_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <pier/channel.h>
#include <pier/load.h>
#include <pier/store.h>

/* Longer than any wait that ends well, under valgrind on a busy machine too. */
#define PATIENCE_MS 20000

#define assert_status(call, expected) assert_string_equal(pier_status_name(call), pier_status_name(expected))

/* Endpoints to listen at; a Unix path of this process is filled in. */
#define TEST_ENDPOINTS 3
const char *test_endpoint(size_t kind);

/* Makes a listener and tells its endpoint, port and all. */
pier_socket *test_listen(const char *endpoint, char *text, size_t capacity_bytes);

/* Makes a connection over an endpoint; either side's options may be NULL. Both channels wait PATIENCE_MS at most. */
void test_connect(const char *endpoint, const pier_channel_options *connecting, const pier_channel_options *accepting,
                  pier_channel **client, pier_channel **server);

/* Makes two channels over a socket pair, likewise. */
void test_pair(const pier_channel_options *first, const pier_channel_options *second, pier_channel **one,
               pier_channel **other);

/* Stores a number or a text of `size_bytes` as a record. */
pier_status test_send(pier_channel *channel, uint64_t number);
pier_status test_send_text(pier_channel *channel, size_t size_bytes);
pier_status test_flush(pier_channel *channel);

/* Loads the next record, which must be this number. */
void test_receive(pier_channel *channel, uint64_t number);

/* Looks for the next record: the other side's stream must have ended, and well. */
void test_receive_end(pier_channel *channel);

/* Waits until the handle is ready for what the channel wants; fails the test when that takes too long. */
void test_poll(pier_channel *channel);

#endif
