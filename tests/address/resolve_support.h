/* What the tests of looking names up share: one look-up with all that it gave, and what is demanded of it.
 *
 * Floor 1 (address). Everything here fails the running test when something is wrong. */
#ifndef PIER_TESTS_RESOLVE_SUPPORT_H
#define PIER_TESTS_RESOLVE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pier/network.h>
#include <pier/resolve.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { ROOM = 8 };

/* What one look-up gave. */
typedef struct outcome {
    pier_status status;
    pier_address addresses[ROOM];
    size_t count;
    pier_error error;
    int64_t took_ms;
} outcome;

/* Looks up with these options; a timeout below 0 is none. */
outcome look_up(const char *text, const pier_resolve_options *options, int64_t timeout_ms);

/* Options that ask these servers and nothing of this machine. */
pier_resolve_options ask_only(const pier_address *servers, size_t count);

/* Checks that the addresses are those of `expected`, texts with blanks between, in that order or in any. */
void assert_addresses(const outcome *result, const char *expected, bool in_order, const char *what);

/* Checks that a look-up took no less than `least_ms`, and not much more than `most_ms`. */
void assert_took(const outcome *result, int64_t least_ms, int64_t most_ms, const char *what);

/* Compares a text with a pattern, in which `@` stands for the server and `~` for a number; the pattern may end
 * early. */
bool text_fits(const char *text, const char *pattern, const pier_address *server);

/* Writes a file of this test's, and returns its path in `path`. */
void write_file(char path[64], const char *contents);

#endif
