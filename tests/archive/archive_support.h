/* What the tests of archives share: archives opened and drained, what a loader answers written down as text, and the
 * golden vectors.
 *
 * Everything here fails the running test when something is wrong with the test itself. */
#ifndef PIER_TESTS_ARCHIVE_SUPPORT_H
#define PIER_TESTS_ARCHIVE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <pier/load.h>
#include <pier/store.h>

#include "archive/archive_internal.h"

#define STREAM_ID 0x1122334455667788u
#define OPENED_NS 1700000000000000000u

/* Asserts a status, and shows it by name when it is another. */
#define assert_status(call, expected) assert_string_equal(pier_status_name(call), pier_status_name(expected))

/* A run of bytes that grows; zero it. */
typedef struct test_bytes {
    uint8_t *data;
    size_t size;
    size_t capacity;
} test_bytes;

void test_bytes_append(test_bytes *bytes, const void *data, size_t size);
void test_bytes_free(test_bytes *bytes);
static inline pier_bytes test_bytes_view(const test_bytes *bytes) {
    return (pier_bytes){bytes->data, bytes->size};
}

/* Lines of text, for comparing what two loaders answered; zero it. */
typedef struct test_log {
    test_bytes text;
} test_log;

void test_log_line(test_log *log, const char *format, ...) PIER_PRINTF(2, 3);
const char *test_log_text(test_log *log); /* terminated; borrowed until the next line */
void test_log_clear(test_log *log);
void test_log_free(test_log *log);

/* Opens an archive. Storing ones by hand get a stream id and a time, unless the options have them, so that their output
 * is the same each time. options: NULL for the defaults; their size is filled in. */
pier_archive *test_open_store(pier_file *file, const pier_archive_options *options);
pier_archive *test_open_load(pier_file *file, const pier_archive_options *options);

/* Stores a record of one value. */
void test_store_u64(pier_archive *archive, uint64_t value);
void test_store_text(pier_archive *archive, size_t size_bytes, char fill);

/* Takes what is ready out of an archive without a file; returns how much it was. bytes: NULL to drop it. */
size_t test_drain(pier_archive *archive, test_bytes *bytes);

/* Makes a view of what a storing archive made of everything so far, closed. */
void test_close(pier_archive *archive, test_bytes *bytes);

/* Where a loader without a file gets its input from: first `cut` bytes, then chunks of `chunk`; 0 means all that is
 * left. */
typedef struct test_source {
    pier_bytes input;
    size_t cut;
    size_t chunk;
    bool never_ends; /* the end of the input is not told */
    size_t fed;
    bool is_ended;
} test_source;

/* Feeds the next chunk, or tells the end. Returns false when there is nothing more to tell. */
bool test_feed(pier_archive *archive, test_source *source);

/* Choices of test_load. */
#define TEST_RECOVERS 1u /* goes on after damage */
#define TEST_TOKENS 2u   /* loads each record value by value, and stores it again for comparison */
#define TEST_HAS_NEXT 4u /* asks pier_archive_has_next before each next, and checks what it answered */
#define TEST_PAUSES 8u   /* over a file: returns when the answer is "not now", without a line for it */

/* Loads until the end, a failure that is not gone on after, or want of input, and writes down what came: each record
 * with its number, class, mark and bytes, each skipped record and failure with all its offsets, and the end. source:
 * NULL for an archive over a file. Returns the last status. */
pier_status test_load(test_log *log, pier_archive *archive, test_source *source, unsigned choices);

/* Loads `input` with a new archive, as test_load. */
void test_load_bytes(test_log *log, const pier_archive_options *options, pier_bytes input, size_t cut, size_t chunk,
                     unsigned choices);

/* Counts the lines of a log that begin with `word`. */
size_t test_log_count(test_log *log, const char *word);

/* Reads a file of the source tree whole. */
void test_read_file(const char *path_from_root, test_bytes *bytes);

/* Calls `visit` with each golden vector of a suffix (".pier", ".msgpack"), in no order. Returns how many there were. */
size_t test_each_vector(const char *suffix, void (*visit)(const char *name, pier_bytes content, void *user),
                        void *user);

/* The same of the vectors in another folder of the source tree. */
size_t test_each_vector_in(const char *folder_from_root, const char *suffix,
                           void (*visit)(const char *name, pier_bytes content, void *user), void *user);

/* Reads NAME.error; empty when there is none. */
void test_read_errors(const char *name, test_bytes *bytes);

/* A class of the tests: `class_of_caller` for pier__archive_begin_class, with an encoder that makes its closure. The
 * closure is one value, and nothing below the record floor asks what is in it. */
typedef struct test_class {
    const char *name;
    size_t closure_bytes; /* at least the name's; filled up */
    pier_status status;   /* what the encoder answers */
} test_class;

pier_status test_encode_closure(const void *class_of_caller, pier__buffer *closure, pier_error *error);

/* Stores a record of a class: an array of one number. */
pier_status test_store_typed(pier_archive *archive, const test_class *of, uint64_t value);

#endif
