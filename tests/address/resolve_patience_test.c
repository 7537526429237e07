/* How long a look-up without a deadline waits for servers that do not answer: as long as docs/names.md says.
 *
 * Floor 1 (address). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <unistd.h>

#include <pier/resolve.h>

#include "support/dns_server.h"

static void silence_ends_without_a_deadline(void **state) {
    (void)state;
    int handle = -1;
    pier_address deaf = dns_deaf_address(&handle);
    pier_resolve_options options = {.size = sizeof options, .servers = &deaf, .server_count = 1, .hosts_path = ""};
    pier_address address;
    pier_error error;
    size_t count = 99;
    int64_t begun_ns = pier_clock_monotonic_ns();
    assert_int_equal(pier_address_resolve("tcp://host.example:80", &address, 1, &count, PIER_NEVER, &options, &error),
                     PIER_UNREACHABLE);
    int64_t took_ms = (pier_clock_monotonic_ns() - begun_ns) / 1000000;
    assert_int_equal(count, 0);
    assert_int_equal(strncmp(error.text, "no name server answers about host.example (", 43), 0);
    assert_non_null(strstr(error.text, "did not answer"));
    /* Four tries: half a second, and three times the double of it. */
    assert_in_range(took_ms, 7500, 7500 + 100 * TIME_FACTOR);
    assert_int_equal(close(handle), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silence_ends_without_a_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
