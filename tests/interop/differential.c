/* Mutated documents: Pier against msgpack-c, verdict and value; differences only for the reasons listed.
 *
 *     differential [DOCUMENTS [SEED]]      100,000 and a random seed when not given; SEED repeats a run
 *
 * A document is a few values of any kind and in any form, then changed in a few places. Pier loads it as it loads a
 * plain stream from a stranger, and makes a tree of each record; msgpack-c unpacks the same bytes. They must agree on
 * how each document goes on and ends, and on every value. Where they may differ:
 *
 *     depth    msgpack-c stops at depth 32, and says that memory ran out; Pier goes to its limit.
 *     limit    Pier answers LIMIT for a depth, a size or a number of elements above its limits. Then msgpack-c is asked
 *              all the same, and must not find a value that keeps to them.
 *
 * Prints one line of JSON; on a terminal, progress on standard error. Exits with 1 at the first other difference, and
 * shows the document. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/resource.h>

#include <pier/archive.h>
#include <pier/clock.h>
#include <pier/store.h>
#include <pier/tree.h>

#include "archive/value_msgpack.h"
#include "interop/mutated_document.h"

/* What msgpack-c 4.0 is compiled for: arrays and maps in one another. */
#define MSGPACK_DEPTH_MAX 31

/* Small enough that what a head may claim costs little, and that documents meet them. */
#define DEPTH_MAX 100
#define ELEMENTS_MAX 2000
#define TEXT_BYTES_MAX 300

/* msgpack-c allocates by what a head claims: 2^32-1 elements are 96 GiB. */
#define ADDRESS_SPACE_MAX ((rlim_t)1 << 32)

/* A sanitizer's own memory does not fit into an address space that is limited, and its allocator aborts where malloc
 * would only refuse. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

/* How a document ends for Pier. */
typedef enum verdict { VERDICT_END, VERDICT_TRUNCATED, VERDICT_PROTOCOL, VERDICT_LIMIT } verdict;
enum { VERDICTS = 4 };

static const char *const verdict_names[VERDICTS] = {"end", "truncated", "protocol", "limit"};

typedef struct comparison {
    pier_archive *load;
    pier_archive *store;
    pier_tree *tree;
    pier_tree *back;
    uint64_t values;         /* that both have and that are the same */
    uint64_t restored;       /* of those, stored by Pier and loaded again */
    uint64_t ends[VERDICTS]; /* of documents, by Pier's verdict */
    uint64_t differences[2]; /* reasoned: depth, limit */
} comparison;

/* Shows what is wrong and leaves. */
static void differ(const document *of, size_t at, const char *what) {
    fprintf(stderr, "differential: byte %zu: %s\n  ", at, what);
    for (size_t i = 0; i < of->size; i++) {
        fprintf(stderr, "%02x", of->bytes[i]);
    }
    fprintf(stderr, "\n");
    exit(1);
}

static void require(bool condition, const char *what) {
    if (!condition) {
        fprintf(stderr, "differential: %s\n", what);
        exit(1);
    }
}

/* Returns how deep arrays and maps are in one another in what msgpack-c found, and counts values and the longest
 * text. */
static size_t measure(const msgpack_object *object, size_t *values, size_t *longest) {
    size_t deepest = 0;
    size_t length = 0;
    (*values)++;
    if (object->type == MSGPACK_OBJECT_ARRAY) {
        for (uint32_t i = 0; i < object->via.array.size; i++) {
            size_t depth = measure(&object->via.array.ptr[i], values, longest);
            deepest = depth > deepest ? depth : deepest;
        }
    } else if (object->type == MSGPACK_OBJECT_MAP) {
        for (uint32_t i = 0; i < object->via.map.size; i++) {
            size_t depth = measure(&object->via.map.ptr[i].key, values, longest);
            deepest = depth > deepest ? depth : deepest;
            depth = measure(&object->via.map.ptr[i].val, values, longest);
            deepest = depth > deepest ? depth : deepest;
        }
    } else {
        length = object->type == MSGPACK_OBJECT_STR   ? object->via.str.size
                 : object->type == MSGPACK_OBJECT_BIN ? object->via.bin.size
                 : object->type == MSGPACK_OBJECT_EXT ? object->via.ext.size
                                                      : 0;
        *longest = length > *longest ? length : *longest;
        return 0;
    }
    return deepest + 1;
}

/* Returns how deep the bytes go before they end or go wrong: a walk of its own, by the specification alone. */
static size_t depth_of(const uint8_t *at, size_t size) {
    uint64_t left[1024];
    size_t depth = 0;
    size_t deepest = 0;
    while (size > 0) {
        uint8_t head = at[0];
        size_t counted = head >= 0xdc && head <= 0xdf ? (size_t)2 << (head & 1) : 0;
        size_t length_bytes = head >= 0xc4 && head <= 0xc9   ? (size_t)1 << (head - 0xc4) % 3
                              : head >= 0xd9 && head <= 0xdb ? (size_t)1 << (head - 0xd9)
                                                             : counted;
        if (head == 0xc1 || size < 1 + length_bytes) {
            break;
        }
        uint64_t length = 0;
        for (size_t i = 0; i < length_bytes; i++) {
            length = length << 8 | at[1 + i];
        }
        bool is_map = head >= 0xde || (head >= 0x80 && head <= 0x8f);
        bool is_container = counted > 0 || (head >= 0x80 && head <= 0x9f);
        is_map = is_map && is_container;
        uint64_t children = !is_container ? 0 : (counted > 0 ? length : head & 0x0fu) * (is_map ? 2 : 1);
        static const uint8_t number_bytes[] = {4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17};
        uint64_t body = is_container                   ? 0
                        : length_bytes > 0             ? length + (head >= 0xc7 && head <= 0xc9 ? 1 : 0)
                        : head >= 0xca && head <= 0xd8 ? number_bytes[head - 0xca]
                        : head >= 0xa0 && head <= 0xbf ? head & 0x1fu
                                                       : 0;
        deepest = is_container && depth + 1 > deepest ? depth + 1 : deepest;
        if (body > size - 1 - length_bytes) {
            break;
        }
        at += 1 + length_bytes + (size_t)body;
        size -= 1 + length_bytes + (size_t)body;
        if (children > 0 && depth == sizeof left / sizeof left[0]) {
            break;
        }
        if (children > 0) {
            left[depth++] = children;
            continue;
        }
        while (depth > 0 && --left[depth - 1] == 0) {
            depth--;
        }
        if (depth == 0) {
            break;
        }
    }
    return deepest;
}

/* Stores the tree and loads it again: it must be equal. */
static void store_again(comparison *c, const document *of, size_t at) {
    require(pier_archive_reset(c->store) == PIER_OK && pier_archive_begin(c->store) == PIER_OK, "a store cannot begin");
    pier_store_value(c->store, pier_tree_root(c->tree));
    if (pier_archive_end(c->store) != PIER_OK || pier_archive_flush(c->store) != PIER_OK) {
        differ(of, at, "Pier does not store what it has loaded");
    }
    if (pier_tree_parse(c->back, pier_archive_drain(c->store)) != PIER_OK ||
        !pier_value_equal(pier_tree_root(c->tree), pier_tree_root(c->back))) {
        differ(of, at, "stored and loaded again by Pier it is another value");
    }
    c->restored++;
}

/* Pier's next answer: VERDICT_END with `*has_value`, or without at the end. */
static verdict ask_pier(comparison *c, const document *of, size_t at, bool *has_value, size_t *size) {
    pier_status status = pier_archive_next(c->load);
    *has_value = status == PIER_OK;
    if (status == PIER_OK) {
        if (pier_tree_load(c->tree, c->load) != PIER_OK) {
            differ(of, at, pier_tree_error(c->tree)->text);
        }
        *size = pier_archive_record_bytes(c->load).size;
        return VERDICT_END;
    }
    switch (status) {
    case PIER_END:
        return VERDICT_END;
    case PIER_TRUNCATED:
        return VERDICT_TRUNCATED;
    case PIER_PROTOCOL:
        return VERDICT_PROTOCOL;
    case PIER_LIMIT:
        return VERDICT_LIMIT;
    default:
        differ(of, at, pier_status_name(status));
        return VERDICT_END;
    }
}

/* What msgpack-c says where Pier met a limit: it must be above one. */
static void check_limit(comparison *c, const document *of, size_t at) {
    c->differences[1]++;
    if (IS_SANITIZED) {
        return;
    }
    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    size_t offset = 0;
    msgpack_unpack_return answer = msgpack_unpack_next(&unpacked, (const char *)of->bytes + at, of->size - at, &offset);
    if (answer == MSGPACK_UNPACK_SUCCESS || answer == MSGPACK_UNPACK_EXTRA_BYTES) {
        size_t values = 0;
        size_t longest = 0;
        size_t depth = measure(&unpacked.data, &values, &longest);
        if (depth <= DEPTH_MAX && values <= ELEMENTS_MAX && longest <= TEXT_BYTES_MAX) {
            differ(of, at, "Pier answers LIMIT for a value within the limits");
        }
    }
    msgpack_unpacked_destroy(&unpacked);
}

/* Compares what both say of the value at `at`. Returns whether there is more to compare behind it. */
static bool compare_value(comparison *c, const document *of, size_t *at, bool has_value, size_t size, verdict found) {
    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    size_t offset = 0;
    msgpack_unpack_return answer =
        msgpack_unpack_next(&unpacked, (const char *)of->bytes + *at, of->size - *at, &offset);
    bool is_value = answer == MSGPACK_UNPACK_SUCCESS || answer == MSGPACK_UNPACK_EXTRA_BYTES;
    if (answer == MSGPACK_UNPACK_NOMEM_ERROR && depth_of(of->bytes + *at, of->size - *at) > MSGPACK_DEPTH_MAX) {
        c->differences[0]++;
    } else if (has_value != is_value) {
        differ(of, *at, has_value ? "msgpack-c finds no value" : "msgpack-c finds a value");
    } else if (has_value) {
        if (offset != size || !same_as_object(pier_tree_root(c->tree), &unpacked.data)) {
            differ(of, *at, "msgpack-c finds another value");
        }
        c->values++;
    } else if (answer != (found == VERDICT_TRUNCATED ? MSGPACK_UNPACK_CONTINUE : MSGPACK_UNPACK_PARSE_ERROR)) {
        differ(of, *at, "msgpack-c has another verdict");
    }
    msgpack_unpacked_destroy(&unpacked);
    if (has_value && c->values % 16 == 0) {
        store_again(c, of, *at);
    }
    *at += size;
    return has_value;
}

static void compare(comparison *c, const document *of) {
    require(pier_archive_reset(c->load) == PIER_OK, "a loader cannot begin again");
    require(pier_archive_feed(c->load, (pier_bytes){of->bytes, of->size}) == PIER_OK, "a loader takes no document");
    pier_archive_feed_end(c->load);
    size_t at = 0;
    for (;;) {
        bool has_value = false;
        size_t size = 0;
        verdict found = ask_pier(c, of, at, &has_value, &size);
        if (found == VERDICT_LIMIT) {
            check_limit(c, of, at);
        } else if (!has_value && found == VERDICT_END) {
            if (at != of->size) {
                differ(of, at, "Pier ends before the document does");
            }
        } else if (compare_value(c, of, &at, has_value, size, found)) {
            continue;
        }
        c->ends[found]++;
        return;
    }
}

static void open_all(comparison *c) {
    pier_limits limits = {
        .size = sizeof limits, .depth_max = DEPTH_MAX, .elements_max = ELEMENTS_MAX, .text_bytes_max = TEXT_BYTES_MAX};
    pier_archive_options plain = {.size = sizeof plain, .limits = &limits, .format = PIER_FORMAT_PLAIN};
    pier_tree_options tree = {.size = sizeof tree, .limits = &limits};
    *c = (comparison){.load = NULL};
    require(pier_archive_open_load(&c->load, NULL, &plain, NULL) == PIER_OK &&
                pier_archive_open_store(&c->store, NULL, &plain, NULL) == PIER_OK &&
                pier_tree_create(&c->tree, &tree, NULL) == PIER_OK &&
                pier_tree_create(&c->back, &tree, NULL) == PIER_OK,
            "memory ran out");
}

static void close_all(comparison *c) {
    pier_archive_destroy(c->load);
    pier_archive_destroy(c->store);
    pier_tree_destroy(c->tree);
    pier_tree_destroy(c->back);
}

static void print_result(const comparison *c, uint64_t documents, uint64_t seed, double seconds) {
    printf("{\"documents\":%" PRIu64 ",\"seed\":%" PRIu64 ",\"values_same\":%" PRIu64 ",\"stored_again\":%" PRIu64,
           documents, seed, c->values, c->restored);
    for (int i = 0; i < VERDICTS; i++) {
        printf(",\"%s\":%" PRIu64, verdict_names[i], c->ends[i]);
    }
    printf(",\"differ_by_depth\":%" PRIu64 ",\"differ_by_limit\":%" PRIu64
           ",\"differ_otherwise\":0,\"seconds\":%.1f}\n",
           c->differences[0], c->differences[1], seconds);
}

int main(int argc, char **argv) {
    uint64_t documents = argc > 1 ? strtoull(argv[1], NULL, 0) : 100000;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : (uint64_t)time(NULL) ^ (uint64_t)getpid() << 32;
    if (!IS_SANITIZED) {
        struct rlimit space = {ADDRESS_SPACE_MAX, ADDRESS_SPACE_MAX};
        require(setrlimit(RLIMIT_AS, &space) == 0, "the address space cannot be limited");
    }
    static document one;
    comparison c;
    open_all(&c);
    document_seed(seed);
    bool shows = isatty(STDERR_FILENO) == 1;
    int64_t begun = pier_clock_monotonic_ns();
    for (uint64_t i = 0; i < documents; i++) {
        document_make(&one);
        compare(&c, &one);
        if (shows && i % 65536 == 0) {
            fprintf(stderr, "\r%" PRIu64 " of %" PRIu64 " documents", i, documents);
        }
    }
    if (shows) {
        fprintf(stderr, "\r\033[K");
    }
    print_result(&c, documents, seed, (double)(pier_clock_monotonic_ns() - begun) / 1e9);
    close_all(&c);
    return 0;
}
