/* See resolve_support.h. */
#include "address/resolve_support.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* How much later than promised an answer may come; sanitizers and valgrind need more. */
enum { SLACK_MS = 100 * TIME_FACTOR };

static int64_t now_ms(void) {
    return pier_clock_monotonic_ns() / 1000000;
}

outcome look_up(const char *text, const pier_resolve_options *options, int64_t timeout_ms) {
    outcome result;
    memset(&result, 0, sizeof result);
    int64_t begun = now_ms();
    result.status = pier_address_resolve(text, result.addresses, ROOM, &result.count,
                                         pier_deadline_after_ms(timeout_ms), options, &result.error);
    result.took_ms = now_ms() - begun;
    assert_int_equal(result.status == PIER_OK, result.count > 0);
    if (result.status != PIER_OK) {
        assert_int_equal(result.error.status, result.status);
        assert_int_equal(result.error.floor, PIER_FLOOR_ADDRESS);
    }
    return result;
}

pier_resolve_options ask_only(const pier_address *servers, size_t count) {
    return (pier_resolve_options){
        .size = sizeof(pier_resolve_options), .servers = servers, .server_count = count, .hosts_path = ""};
}

void assert_addresses(const outcome *result, const char *expected, bool in_order, const char *what) {
    char found[ROOM * 64] = "";
    char copy[512];
    size_t wanted = 0;
    (void)snprintf(copy, sizeof copy, "%s", expected);
    for (size_t i = 0; i < result->count; i++) {
        char text[PIER_ADDRESS_TEXT_BYTES_MAX];
        (void)pier_address_format(&result->addresses[i], text, sizeof text);
        (void)snprintf(found + strlen(found), sizeof found - strlen(found), "%s%s", i > 0 ? " " : "", text);
    }
    char *rest = copy;
    for (const char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        wanted++;
        if (strstr(found, word) == NULL) {
            fail_msg("%s: %s is missing in %s", what, word, found);
        }
    }
    if (wanted != result->count || (in_order && strcmp(found, expected) != 0)) {
        fail_msg("%s: found %s", what, found);
    }
}

void assert_took(const outcome *result, int64_t least_ms, int64_t most_ms, const char *what) {
    if (result->took_ms < least_ms || result->took_ms > most_ms + SLACK_MS) {
        fail_msg("%s took %" PRId64 " ms instead of %" PRId64 " to %" PRId64, what, result->took_ms, least_ms, most_ms);
    }
}

bool text_fits(const char *text, const char *pattern, const pier_address *server) {
    char address[PIER_ADDRESS_TEXT_BYTES_MAX];
    (void)pier_address_format(server, address, sizeof address);
    while (*pattern != '\0') {
        size_t size = 1;
        if (*pattern == '@') {
            size = strlen(address) - 6;
            if (strncmp(text, address + 6, size) != 0) {
                return false;
            }
        } else if (*pattern == '~') {
            size = strspn(text, "0123456789");
            if (size == 0) {
                return false;
            }
        } else if (*text != *pattern) {
            return false;
        }
        text += size;
        pattern++;
    }
    return true;
}

void write_file(char path[64], const char *contents) {
    (void)snprintf(path, 64, "/tmp/pier-resolve-XXXXXX");
    int handle = mkstemp(path);
    assert_true(handle >= 0);
    assert_int_equal(write(handle, contents, strlen(contents)), strlen(contents));
    assert_int_equal(close(handle), 0);
}
