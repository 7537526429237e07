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

/* A class with every kind of field that a schema has, described by hand; and its closure. */
extern const pier_class test_all_class;
extern const pier_enum_value test_side_values[5];

#define ALL_HEAD "93 94 00 a56b2e416c6c 03 dc0014 "
#define ALL_FIELDS                                                                                                     \
    "97 01 a473696465 11 00 a66b2e53696465 c0 02 "                                                                     \
    "97 02 a47370616e 0f 00 c0 c0 92ffd2e2329b00 "                                                                     \
    "97 03 a477686174 12 00 c0 c0 c0 "                                                                                 \
    "97 04 a762795f6e616d65 10 21 b16b2e416c6c2e42794e616d65456e747279 c0 c0 "                                         \
    "97 05 a4636f6465 08 04 c0 c0 07 "                                                                                 \
    "97 06 a773616d706c6573 0a 09 c0 c0 c0 "                                                                           \
    "97 07 a46e657874 10 10 a56b2e416c6c c0 c0 "                                                                       \
    "97 08 a161 0c 00 c0 a663686f696365 c0 "                                                                           \
    "97 09 a162 05 00 c0 a56f74686572 c0 "                                                                             \
    "97 0a a163 10 00 a56b2e416c6c a663686f696365 c0 "                                                                 \
    "97 0b a57469746c65 0c 00 c0 c0 a6756e746f6c64 "                                                                   \
    "97 0c a46e6f7465 0c 00 c0 c0 a2c3bc "                                                                             \
    "97 0d a46d61726b 0d 00 c0 c0 c4020102 "                                                                           \
    "97 0e a573696e6365 0e 00 c0 c0 d7ff0000001400000001 "                                                             \
    "97 0f a46c697665 01 02 c0 c0 c3 "                                                                                 \
    "97 10 a36c6f77 03 00 c0 c0 d1fed4 "                                                                               \
    "97 11 a468616c66 0a 00 c0 c0 ca3f000000 "                                                                         \
    "97 12 a47a65726f 0b 00 c0 c0 c0 "                                                                                 \
    "97 13 a57369646573 11 01 a66b2e53696465 c0 c0 "                                                                   \
    "97 cd012c aa616e795f736861726564 12 12 c0 c0 c0 "
#define ALL_ENTRY                                                                                                      \
    "94 00 b16b2e416c6c2e42794e616d65456e747279 00 92 97 01 a36b6579 09 04 c0 c0 c0 "                                  \
    "97 02 a576616c7565 10 10 a56b2e416c6c c0 c0 "
#define ALL_SIDE "93 01 a66b2e53696465 95 92ffa34f4646 9200a44e4f4e45 9202a341534b 9202a453454c4c 92ccc8a44d554348"
#define ALL_CLOSURE ALL_HEAD ALL_FIELDS ALL_ENTRY ALL_SIDE

#endif
