/* What the tests of definitions share: streams whose class has given bytes as its closure.
 *
 * Everything here fails the running test when something is wrong with the test itself. */
#ifndef PIER_TESTS_DEFINITION_SUPPORT_H
#define PIER_TESTS_DEFINITION_SUPPORT_H

#include "record/record_support.h"

/* Makes a stream whose one class has this closure, under its right fingerprint, with one record of it: an empty array.
 */
test_stream test_stream_with_closure(const uint8_t *closure, size_t size);

/* Asserts that a closure is refused, whoever asks for it, at this place in it, and that the archive goes on behind. */
void test_check_lie_bytes(const uint8_t *closure, size_t size, pier_status status, size_t position, const char *path,
                          const char *text);

/* The same of PIER_PROTOCOL, with a closure of hexadecimal digits. */
void test_check_lie(const char *hex, size_t position, const char *path, const char *text);

#endif
