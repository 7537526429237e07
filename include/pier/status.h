/* Status codes: what every call of Pier that can fail answers.
 *
 * Floor 0 (base). Knows nothing of any object; any thread may use it.
 *
 * Zero is done. A positive status means "not now": nothing is lost, nothing sticks, the same call may be
 * repeated. A negative status is a failure; its hundreds are its category (pier_status_category_of).
 */
#ifndef PIER_STATUS_H
#define PIER_STATUS_H

#include <pier/export.h>

/* The one table of statuses: name, value, sentence. The enum, pier_status_name() and pier_status_text() are all
 * made from it. */
#define PIER_STATUS_TABLE(X)                                                                                           \
    X(OK, 0, "done")                                                                                                   \
    X(MORE, 1, "more input is needed")                                                                                 \
    X(WOULD_BLOCK, 2, "not ready: the call would have to wait")                                                        \
    X(END, 3, "the end was reached between two records")                                                               \
    X(TIMEOUT, 4, "the deadline has passed")                                                                           \
    X(CANCELLED, 5, "the call was cancelled")                                                                          \
    X(SKIPPED, 6, "a record was passed over")                                                                          \
    X(USAGE, -100, "the call is not valid here")                                                                       \
    X(UNSUPPORTED, -101, "this object cannot do that")                                                                 \
    X(ADDRESS, -102, "the text is not an address")                                                                     \
    X(NO_MEMORY, -200, "memory ran out")                                                                               \
    X(SYSTEM, -300, "a system call failed")                                                                            \
    X(REFUSED, -301, "the connection was refused")                                                                     \
    X(RESET, -302, "the connection was reset by the peer")                                                             \
    X(IN_USE, -303, "the address or the file is in use")                                                               \
    X(EXISTS, -304, "the file exists")                                                                                 \
    X(NOT_FOUND, -305, "there is nothing of that name")                                                                \
    X(NO_SPACE, -306, "no space is left")                                                                              \
    X(DENIED, -307, "permission was denied")                                                                           \
    X(UNREACHABLE, -308, "the network or the host cannot be reached")                                                  \
    X(CLOSED, -309, "the peer no longer reads")                                                                        \
    X(PROTOCOL, -400, "the bytes break the rules of the format")                                                       \
    X(TYPE, -401, "the value is of another type")                                                                      \
    X(RANGE, -402, "the number does not fit")                                                                          \
    X(TEXT, -403, "the text is not valid UTF-8")                                                                       \
    X(UNKNOWN_CLASS, -404, "the class is not defined in the stream")                                                   \
    X(MISMATCH, -405, "the class is defined differently on the two sides")                                             \
    X(VERSION, -406, "the stream requires a newer version or an unknown feature")                                      \
    X(LIMIT, -500, "a limit was exceeded")                                                                             \
    X(CORRUPT, -600, "a check failed: the bytes were changed or are not of this stream")                               \
    X(TRUNCATED, -601, "the input ended before its end mark or inside a record")

/* Answers of Pier's calls. PIER_OK is 0, "not now" is positive, a failure is negative. */
typedef enum pier_status {
#define PIER__STATUS_ENUM(name, value, text) PIER_##name = (value),
    PIER_STATUS_TABLE(PIER__STATUS_ENUM)
#undef PIER__STATUS_ENUM
} pier_status;

/* What kind of answer a status is. */
typedef enum pier_status_category {
    PIER_CATEGORY_DONE = 0,     /* PIER_OK */
    PIER_CATEGORY_NOT_NOW = 1,  /* positive: repeat later, or take note of the end */
    PIER_CATEGORY_USAGE = 2,    /* the program called wrongly */
    PIER_CATEGORY_MEMORY = 3,   /* the allocator gave nothing */
    PIER_CATEGORY_SYSTEM = 4,   /* the operating system or the network: pier_error.os_error tells */
    PIER_CATEGORY_PROTOCOL = 5, /* the peer's bytes mean something that is not allowed or not expected */
    PIER_CATEGORY_LIMIT = 6,    /* a limit of pier_limits */
    PIER_CATEGORY_CORRUPT = 7   /* bytes were changed, lost or cut off */
} pier_status_category;

/* Returns the name of a status without its prefix, "WOULD_BLOCK" for instance; "UNKNOWN" for a value that is
 * not in the table. The text is static. Never blocks. */
PIER_API const char *pier_status_name(pier_status status);

/* Returns the sentence of a status, in lower case and without a full stop; static. Never blocks. */
PIER_API const char *pier_status_text(pier_status status);

/* Returns the category of a status; a value that is not in the table counts by its sign and hundreds. */
PIER_API pier_status_category pier_status_category_of(pier_status status);

#endif
