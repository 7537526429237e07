/* What the tests of archives share; see archive_support.h. Uses the C library's memory, never the allocator under
 * test. */
#include "archive/archive_support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include <pier/raw.h>

#include "archive/loader_internal.h"

void test_bytes_append(test_bytes *bytes, const void *data, size_t size) {
    if (size > bytes->capacity - bytes->size) {
        bytes->capacity = 2 * (bytes->size + size);
        bytes->data = (uint8_t *)realloc(bytes->data, bytes->capacity);
        assert_non_null(bytes->data);
    }
    if (size > 0) {
        memcpy(bytes->data + bytes->size, data, size);
        bytes->size += size;
    }
}

void test_bytes_free(test_bytes *bytes) {
    free(bytes->data);
    *bytes = (test_bytes){0};
}

void test_log_line(test_log *log, const char *format, ...) {
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    assert_true(length >= 0 && (size_t)length < sizeof line - 1);
    line[length] = '\n';
    test_bytes_append(&log->text, line, (size_t)length + 1);
}

const char *test_log_text(test_log *log) {
    test_bytes_append(&log->text, "", 1);
    log->text.size--;
    return (const char *)log->text.data;
}

void test_log_clear(test_log *log) {
    log->text.size = 0;
}

void test_log_free(test_log *log) {
    test_bytes_free(&log->text);
}

pier_archive *test_open_store(pier_file *file, const pier_archive_options *options) {
    pier_archive_options chosen = {.size = sizeof chosen};
    if (options != NULL) {
        chosen = *options;
        chosen.size = sizeof chosen;
    }
    if (chosen.stream_id == 0) {
        chosen.stream_id = STREAM_ID;
    }
    pier_archive *archive = NULL;
    pier_error error;
    if (pier_archive_open_store(&archive, file, &chosen, &error) != PIER_OK) {
        fail_msg("a storing archive cannot be opened: %s", error.text);
    }
    pier_archive_set_time(archive, OPENED_NS);
    return archive;
}

pier_archive *test_open_load(pier_file *file, const pier_archive_options *options) {
    pier_archive_options chosen = {.size = sizeof chosen};
    if (options != NULL) {
        chosen = *options;
        chosen.size = sizeof chosen;
    }
    pier_archive *archive = NULL;
    pier_error error;
    if (pier_archive_open_load(&archive, file, &chosen, &error) != PIER_OK) {
        fail_msg("a loading archive cannot be opened: %s", error.text);
    }
    return archive;
}

void test_store_u64(pier_archive *archive, uint64_t value) {
    assert_status(pier_archive_begin(archive), PIER_OK);
    pier_store(archive, value);
    assert_status(pier_archive_end(archive), PIER_OK);
}

void test_store_text(pier_archive *archive, size_t size_bytes, char fill) {
    char *text = (char *)malloc(size_bytes + 1);
    assert_non_null(text);
    memset(text, fill, size_bytes);
    assert_status(pier_archive_begin(archive), PIER_OK);
    pier_store_text(archive, (pier_text){text, size_bytes});
    assert_status(pier_archive_end(archive), PIER_OK);
    free(text);
}

size_t test_drain(pier_archive *archive, test_bytes *bytes) {
    size_t total = 0;
    for (;;) {
        pier_bytes ready = pier_archive_drain(archive);
        assert_int_equal(ready.size, pier_archive_queued_bytes(archive));
        if (ready.size == 0) {
            return total;
        }
        if (bytes != NULL) {
            test_bytes_append(bytes, ready.data, ready.size);
        }
        total += ready.size;
        pier_archive_drained(archive, ready.size);
    }
}

void test_close(pier_archive *archive, test_bytes *bytes) {
    assert_status(pier_archive_close(archive), PIER_OK);
    (void)test_drain(archive, bytes);
    pier_archive_destroy(archive);
}

bool test_feed(pier_archive *archive, test_source *source) {
    size_t left = source->input.size - source->fed;
    if (left == 0) {
        if (source->never_ends || source->is_ended) {
            return false;
        }
        source->is_ended = true;
        pier_archive_feed_end(archive);
        return true;
    }
    size_t size = source->fed == 0 && source->cut != 0 ? source->cut : source->chunk != 0 ? source->chunk : left;
    size = size < left ? size : left;
    /* From a block of its own, so that a sanitizer sees what is read behind it. */
    uint8_t *exact = (uint8_t *)malloc(size);
    assert_non_null(exact);
    memcpy(exact, (const uint8_t *)source->input.data + source->fed, size);
    assert_status(pier_archive_feed(archive, (pier_bytes){exact, size}), PIER_OK);
    free(exact);
    source->fed += size;
    return true;
}

static uint64_t hash_of(pier_bytes bytes) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < bytes.size; i++) {
        hash = (hash ^ ((const uint8_t *)bytes.data)[i]) * 0x100000001b3u;
    }
    return hash;
}

/* Loads the current record value by value, and stores each again. */
static void copy_record(test_log *log, pier_archive *archive) {
    pier_archive *copy = test_open_store(NULL, &(pier_archive_options){.format = PIER_FORMAT_PLAIN});
    assert_status(pier_archive_begin(copy), PIER_OK);
    for (uint64_t left = 1; left > 0; left--) {
        pier_kind kind = pier_load_kind(archive);
        pier_token token = pier_load_token(archive);
        assert_int_equal(kind, token.kind);
        switch (token.kind) {
        case PIER_KIND_NONE:
            fail_msg("a record ends before its last value");
            break;
        case PIER_KIND_NIL:
            pier_store_nil(copy);
            break;
        case PIER_KIND_BOOL:
            pier_store(copy, token.as.boolean);
            break;
        case PIER_KIND_UINT:
            pier_store_u64(copy, token.as.uint);
            break;
        case PIER_KIND_INT:
            pier_store_i64(copy, token.as.sint);
            break;
        case PIER_KIND_F32:
            pier_store(copy, token.as.f32);
            break;
        case PIER_KIND_F64:
            pier_store(copy, token.as.f64);
            break;
        case PIER_KIND_TEXT:
            pier_store(copy, token.as.text);
            break;
        case PIER_KIND_BYTES:
            pier_store(copy, token.as.bytes);
            break;
        case PIER_KIND_ARRAY:
            pier_store_array(copy, token.as.count);
            left += token.as.count;
            break;
        case PIER_KIND_MAP:
            pier_store_map(copy, token.as.count);
            left += (uint64_t)token.as.count * 2;
            break;
        case PIER_KIND_EXT:
            pier_store(copy, token.as.ext);
            break;
        case PIER_KIND_TIME:
            pier_store(copy, token.as.time);
            break;
        }
    }
    assert_int_equal(pier_load_kind(archive), PIER_KIND_NONE);
    assert_int_equal(pier_load_token(archive).kind, PIER_KIND_NONE);
    assert_status(pier_archive_status(archive), PIER_OK);
    assert_status(pier_archive_end(copy), PIER_OK);
    assert_status(pier_archive_flush(copy), PIER_OK);
    pier_bytes stored = pier_archive_drain(copy);
    test_log_line(log, "  copied %zu %016llx", stored.size, (unsigned long long)hash_of(stored));
    pier_archive_destroy(copy);
}

static void log_record(test_log *log, pier_archive *archive, unsigned choices) {
    const pier__stream_class *of = pier__archive_record_class(archive);
    pier_bytes bytes = pier_archive_record_bytes(archive);
    assert_true(bytes.size > 0);
    char class_text[40] = "";
    if (of != NULL) {
        (void)snprintf(class_text, sizeof class_text, " class %u %016llx", of->id,
                       (unsigned long long)of->fingerprint_low);
    }
    test_log_line(log, "record %llu%s %zu %016llx%s", (unsigned long long)pier_archive_record_number(archive),
                  class_text, bytes.size, (unsigned long long)hash_of(bytes),
                  pier_archive_is_message_end(archive) ? " end" : "");
    if ((choices & TEST_TOKENS) != 0) {
        copy_record(log, archive);
    }
}

static void log_error(test_log *log, const char *what, pier_status status, const pier_error *error) {
    test_log_line(log, "%s %s %lld block %lld payload %lld record %lld: %s %s", what, pier_status_name(status),
                  (long long)error->offset, (long long)error->block_offset, (long long)error->payload_offset,
                  (long long)error->record, pier_status_name(error->status), error->text);
    assert_true(error->text[0] != '\0');
}

/* Goes on after a failure. Returns PIER_OK, or what ended it. */
static pier_status recover(test_log *log, pier_archive *archive, test_source *source) {
    uint64_t skipped = 0;
    for (;;) {
        pier_status status = pier_archive_recover(archive, &skipped);
        if (status == PIER_OK || status == PIER_END) {
            test_log_line(log, "  skipped %llu%s", (unsigned long long)skipped,
                          status == PIER_END ? " to the end" : "");
            return status;
        }
        if (status == PIER_MORE && test_feed(archive, source)) {
            continue;
        }
        if (status == PIER_WOULD_BLOCK || status == PIER_TIMEOUT) {
            continue;
        }
        test_log_line(log, "  stays %s", pier_status_name(status));
        return status;
    }
}

/* Loads raw bytes to their end. The parts depend on nothing but the stream. Returns as pier_archive_load_raw. */
static pier_status load_raw(test_log *log, pier_archive *archive, test_source *source, unsigned choices) {
    uint64_t number = pier_archive_record_number(archive);
    test_bytes all = {0};
    size_t parts = 0;
    pier_status status;
    for (;;) {
        pier_bytes part;
        status = pier_archive_load_raw(archive, &part);
        if (status == PIER_OK) {
            assert_true(part.size > 0);
            test_bytes_append(&all, part.data, part.size);
            parts++;
        } else if (!(status == PIER_MORE && source != NULL && test_feed(archive, source)) &&
                   !((status == PIER_WOULD_BLOCK || status == PIER_TIMEOUT) && (choices & TEST_PAUSES) == 0)) {
            break;
        }
    }
    if (status == PIER_END) {
        test_log_line(log, "record %llu raw %zu in %zu %016llx", (unsigned long long)number, all.size, parts,
                      (unsigned long long)hash_of(test_bytes_view(&all)));
        status = PIER_OK;
    }
    test_bytes_free(&all);
    return status;
}

pier_status test_load(test_log *log, pier_archive *archive, test_source *source, unsigned choices) {
    for (;;) {
        bool is_there = (choices & TEST_HAS_NEXT) != 0 && pier_archive_has_next(archive);
        pier_status status = pier_archive_next(archive);
        bool is_not_now = status == PIER_MORE || status == PIER_WOULD_BLOCK || status == PIER_TIMEOUT;
        if (is_there && is_not_now) {
            fail_msg("there was a next record, but not now:\n%s", test_log_text(log));
        }
        if ((choices & TEST_HAS_NEXT) != 0 && source != NULL && !is_there && !is_not_now && status != PIER_END) {
            fail_msg("there was no next record, but %s:\n%s", pier_status_name(status), test_log_text(log));
        }
        bool is_raw = status == PIER_OK && pier_archive_is_raw(archive);
        if (is_raw) {
            status = load_raw(log, archive, source, choices);
        }
        if (status == PIER_OK) {
            if (!is_raw) {
                log_record(log, archive, choices);
            }
        } else if (status == PIER_SKIPPED) {
            log_error(log, "skipped", status, pier_archive_error(archive));
        } else if (status < 0) {
            log_error(log, "failure", status, pier_archive_error(archive));
            assert_status(pier_archive_status(archive), status);
            if ((choices & TEST_RECOVERS) == 0 || recover(log, archive, source) < 0) {
                return status;
            }
        } else if (source != NULL && test_feed(archive, source)) {
            continue;
        } else if (is_not_now && status != PIER_MORE) {
            if ((choices & TEST_PAUSES) != 0) {
                return status;
            }
        } else {
            test_log_line(log, "%s", pier_status_name(status));
            return status;
        }
    }
}

void test_load_bytes(test_log *log, const pier_archive_options *options, pier_bytes input, size_t cut, size_t chunk,
                     unsigned choices) {
    pier_archive *archive = test_open_load(NULL, options);
    test_source source = {.input = input, .cut = cut, .chunk = chunk};
    (void)test_load(log, archive, &source, choices);
    pier_archive_destroy(archive);
}

size_t test_log_count(test_log *log, const char *word) {
    size_t count = 0;
    size_t length = strlen(word);
    const char *line = test_log_text(log);
    while (*line != '\0') {
        count += strncmp(line, word, length) == 0 ? 1u : 0u;
        line = strchr(line, '\n') + 1;
    }
    return count;
}

static bool read_path(const char *path, test_bytes *bytes) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    uint8_t chunk[4096];
    size_t came;
    while ((came = fread(chunk, 1, sizeof chunk, file)) > 0) {
        test_bytes_append(bytes, chunk, came);
    }
    assert_int_equal(ferror(file), 0);
    (void)fclose(file);
    return true;
}

void test_read_file(const char *path_from_root, test_bytes *bytes) {
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s", PIER_SOURCE_DIR, path_from_root);
    if (!read_path(path, bytes)) {
        fail_msg("%s cannot be read", path);
    }
}

size_t test_each_vector(const char *suffix, void (*visit)(const char *name, pier_bytes content, void *user),
                        void *user) {
    return test_each_vector_in("proto/vectors", suffix, visit, user);
}

size_t test_each_vector_in(const char *folder_from_root, const char *suffix,
                           void (*visit)(const char *name, pier_bytes content, void *user), void *user) {
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", PIER_SOURCE_DIR, folder_from_root);
    DIR *folder = opendir(path);
    assert_non_null(folder);
    size_t count = 0;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char name[256];
        size_t length = strlen(entry->d_name);
        if (length <= strlen(suffix) || strcmp(entry->d_name + length - strlen(suffix), suffix) != 0) {
            continue;
        }
        (void)snprintf(name, sizeof name, "%.*s", (int)(length - strlen(suffix)), entry->d_name);
        (void)snprintf(path, sizeof path, "%s/%s%s", folder_from_root, name, suffix);
        test_bytes content = {0};
        test_read_file(path, &content);
        visit(name, test_bytes_view(&content), user);
        test_bytes_free(&content);
        count++;
    }
    (void)closedir(folder);
    return count;
}

void test_read_errors(const char *name, test_bytes *bytes) {
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/proto/vectors/%s.error", PIER_SOURCE_DIR, name);
    (void)read_path(path, bytes);
}

pier_status test_encode_closure(const void *class_of_caller, pier__buffer *closure, pier_error *error) {
    const test_class *of = (const test_class *)class_of_caller;
    size_t length = strlen(of->name) > of->closure_bytes ? strlen(of->name) : of->closure_bytes;
    uint8_t head[3] = {0xda, (uint8_t)(length >> 8), (uint8_t)length};
    if (of->status != PIER_OK) {
        error->status = of->status;
        return of->status;
    }
    if (!pier__buffer_reserve(closure, sizeof head + length)) {
        return PIER_NO_MEMORY;
    }
    (void)pier__buffer_append(closure, head, sizeof head);
    for (size_t i = 0; i < length; i++) {
        (void)pier__buffer_append(closure, i < strlen(of->name) ? &of->name[i] : ".", 1);
    }
    return PIER_OK;
}

pier_status test_store_typed(pier_archive *archive, const test_class *of, uint64_t value) {
    pier_status status = pier__archive_begin_class(archive, of, test_encode_closure);
    if (status != PIER_OK) {
        return status;
    }
    pier_store_array(archive, 1);
    pier_store_u64(archive, value);
    return pier__archive_end_typed(archive);
}
