/* What the tests of hostile input share; see hostile_support.h. */
#include "archive/hostile_support.h"

#include <stdlib.h>
#include <sys/resource.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SHADOW_MEMORY 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define HAS_SHADOW_MEMORY 1
#endif
#endif
#ifndef HAS_SHADOW_MEMORY
#define HAS_SHADOW_MEMORY 0
#endif

void hostile_limit_address_space(void) {
    const struct rlimit limit = {256 * MIB, 256 * MIB};
    if (!HAS_SHADOW_MEMORY && setrlimit(RLIMIT_AS, &limit) != 0) {
        abort();
    }
}

static void count(counted_memory *memory, size_t old_bytes, size_t new_bytes) {
    memory->live_bytes = memory->live_bytes - old_bytes + new_bytes;
    if (memory->live_bytes > memory->peak_bytes) {
        memory->peak_bytes = memory->live_bytes;
    }
}

static void *counted_allocate(void *user, size_t size) {
    void *block = malloc(size);
    count((counted_memory *)user, 0, block != NULL ? size : 0);
    return block;
}

static void *counted_reallocate(void *user, void *block, size_t old_size, size_t new_size) {
    void *moved = realloc(block, new_size);
    if (moved != NULL) {
        count((counted_memory *)user, old_size, new_size);
    }
    return moved;
}

static void counted_release(void *user, void *block, size_t size) {
    count((counted_memory *)user, size, 0);
    free(block);
}

void counted_memory_init(counted_memory *memory) {
    *memory = (counted_memory){.allocator = {counted_allocate, counted_reallocate, counted_release, memory}};
}

void hostile_append(test_bytes *to, const hostile_bytes *what) {
    for (size_t i = 0; i < what->repeats; i++) {
        test_bytes_append(to, what->unit, what->unit_bytes);
    }
    test_bytes_append(to, what->tail, what->tail_bytes);
}

pier__preamble hostile_preamble(void) {
    return (pier__preamble){.version_major = 1,
                            .record_bytes_max = PIER_RECORD_BYTES_MAX_DEFAULT,
                            .block_target_bytes = PIER_BLOCK_TARGET_BYTES_DEFAULT,
                            .classes_max = PIER_CLASSES_MAX_DEFAULT,
                            .depth_max = PIER_DEPTH_MAX_DEFAULT,
                            .stream_id = 7};
}

pier__header hostile_header(const test_bytes *payload, uint32_t records) {
    return (pier__header){.kind = PIER_BLOCK_RECORDS,
                          .flags = PIER__FLAG_EPOCH_BEGIN | PIER__FLAG_CHECKSUM,
                          .stream_id = 7,
                          .first_record = 1,
                          .records = records,
                          .stored_bytes = (uint32_t)payload->size,
                          .raw_bytes = (uint32_t)payload->size,
                          .payload_check = pier__payload_check(payload->data, payload->size)};
}

void hostile_append_preamble(test_bytes *to, const pier__preamble *preamble) {
    uint8_t piece[PIER__PIECE_BYTES];
    pier__preamble_encode(preamble, piece);
    test_bytes_append(to, piece, sizeof piece);
}

void hostile_append_header(test_bytes *to, const pier__header *header) {
    uint8_t piece[PIER__PIECE_BYTES];
    pier__header_encode(header, piece);
    test_bytes_append(to, piece, sizeof piece);
}

void hostile_append_stream(test_bytes *to, const test_bytes *payload) {
    pier__preamble preamble = hostile_preamble();
    pier__header header = hostile_header(payload, 1);
    pier__header good = {.kind = PIER_BLOCK_RECORDS,
                         .stream_id = 7,
                         .first_record = 2,
                         .number = 1,
                         .records = 1,
                         .stored_bytes = 1,
                         .raw_bytes = 1};
    pier__header end = {.kind = PIER_BLOCK_END, .stream_id = 7, .first_record = 3, .number = 2};
    hostile_append_preamble(to, &preamble);
    hostile_append_header(to, &header);
    test_bytes_append(to, payload->data, payload->size);
    hostile_append_header(to, &good);
    test_bytes_append(to, "\x07", 1);
    hostile_append_header(to, &end);
}

size_t hostile_load(pier_archive *archive, pier_bytes bytes, size_t chunk, hostile_answer *answer) {
    test_source source = {.input = bytes, .chunk = chunk};
    *answer = (hostile_answer){.status = PIER_OK};
    for (;;) {
        pier_status status = pier_archive_next(archive);
        if (status == PIER_OK) {
            answer->records++;
        } else if (status != PIER_MORE || !test_feed(archive, &source)) {
            answer->status = status;
            answer->cause = pier_archive_error(archive)->status;
            answer->offset = status == PIER_END ? source.fed : pier_archive_error(archive)->offset;
            return source.fed;
        }
    }
}

void hostile_expect(const char *what, const hostile_answer *answer, pier_status status, uint64_t offset,
                    size_t records) {
    if (answer->status != status || answer->offset != offset || answer->records != records) {
        fail_msg("%s: expected %s at %llu after %zu records, found %s at %llu after %zu", what,
                 pier_status_name(status), (unsigned long long)offset, records, pier_status_name(answer->status),
                 (unsigned long long)answer->offset, answer->records);
    }
    assert_status(answer->cause, status == PIER_SKIPPED ? PIER_LIMIT : status == PIER_END ? PIER_OK : status);
}
