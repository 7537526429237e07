/* Runs many archives in one process, for the tests of this folder that are written in Python.
 *
 * Standard input holds cases, one behind the other; standard output their answers. All numbers are little-endian.
 *
 *     case     u8 job, u8 format, u8 goes on after damage, u32 chunk (0: all at once), u32 target,
 *              u32 most bytes of a record (both 0: default), u8 level of compression of what is stored, u32 size, bytes
 *     job 'L'  loads the bytes, fed in chunks. Items: 'R' a record: u64 number, u8 end of a message, bytes as they
 *              came, bytes as they are when each value is loaded and stored again, closure of its class (empty: none);
 *              'K' a record passed over, 'F' a failure: i32 status, u64 offset; last 'E': i32 status, u64 offset.
 *              "bytes" are u32 size and content.
 *     job 'C'  as 'L', but all records in one item: 'C' u32 how many, u32 how many bytes they are in the input, bytes: their
 *              values stored again one behind the other, each in its smallest form, a float always in 64 bits.
 *     job 'D'  as 'L', but of each record that has a class only its definition: 'D' bytes, an array for each type from
 *              the record's class on: [name, version, [[number, name, kind, flags, name of type or nil, of oneof or nil,
 *              bytes of the default], …]], and of an enum [name, [[number, name], …]].
 *     job 'T'  as 'L', but stores each record into one other stream: by its class, if driver_records.c has it, else by
 *              pier_archive_forward. Framed with blocks of `target`, which 0 makes plain. 'T' bytes of the stream.
 *     job 'W'  as 'T', by pier_archive_forward alone; 'M' by both in turns.
 *     job 'S'  loads the bytes as plain records, and stores them into a stream of `format`, token by token; an ext of
 *              type 81 flushes instead. Items: 'O' bytes of the stream; last 'E' as above.
 *
 * Nothing here judges an answer: that is Python's. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pier/definition.h>
#include <pier/load.h>
#include <pier/raw.h>
#include <pier/store.h>

#include "archive/archive_internal.h"
#include "base/endian_internal.h"
#include "driver_records.h"

enum { FLUSH_TYPE = 81, CASE_HEAD_BYTES = 20, CLASSES_MAX = 64 };

typedef struct test_case {
    uint8_t job;
    pier_format format;
    bool goes_on;
    uint32_t chunk;
    uint32_t target;
    uint32_t record_bytes_max;
    uint8_t level;
    uint32_t size;
    uint8_t *bytes; /* exactly `size`, so that a sanitizer sees what is read behind them */
} test_case;

static void require(bool holds, const char *what) {
    if (!holds) {
        (void)fprintf(stderr, "driver: %s\n", what);
        exit(3);
    }
}

static void put(const void *bytes, size_t size) {
    require(size == 0 || fwrite(bytes, 1, size, stdout) == size, "standard output failed");
}

static void put_u8(uint8_t value) {
    put(&value, 1);
}

static void put_u32(uint32_t value) {
    uint8_t bytes[4];
    pier__store_le32(bytes, value);
    put(bytes, sizeof bytes);
}

static void put_u64(uint64_t value) {
    uint8_t bytes[8];
    pier__store_le64(bytes, value);
    put(bytes, sizeof bytes);
}

static void put_bytes(pier_bytes bytes) {
    put_u32((uint32_t)bytes.size);
    put(bytes.data, bytes.size);
}

static void put_status(char item, pier_status status, uint64_t offset) {
    put_u8((uint8_t)item);
    put_u32((uint32_t)status);
    put_u64(offset);
}

/* Reads the next case. Returns false at the end of the input. */
static bool read_case(test_case *next) {
    uint8_t head[CASE_HEAD_BYTES];
    size_t came = fread(head, 1, sizeof head, stdin);
    if (came == 0) {
        return false;
    }
    require(came == sizeof head, "a case is cut");
    next->job = head[0];
    next->format = (pier_format)head[1];
    next->goes_on = head[2] != 0;
    next->chunk = pier__load_le32(head + 3);
    next->target = pier__load_le32(head + 7);
    next->record_bytes_max = pier__load_le32(head + 11);
    next->level = head[15];
    next->size = pier__load_le32(head + 16);
    next->bytes = (uint8_t *)malloc(next->size > 0 ? next->size : 1);
    require(next->bytes != NULL, "no memory");
    require(fread(next->bytes, 1, next->size, stdin) == next->size, "a case is cut");
    return true;
}

static pier_archive *open_compressing(bool storing, pier_format format, uint32_t target, uint32_t record_bytes_max,
                                      uint32_t level) {
    pier_limits limits = {.size = sizeof limits, .block_target_bytes = target, .record_bytes_max = record_bytes_max};
    pier_archive_options options = {
        .size = sizeof options,
        .limits = &limits,
        .format = format,
        .stream_id = 0x5eed,
        .compression_level = level,
    };
    pier_archive *archive = NULL;
    pier_error error;
    pier_status status = storing ? pier_archive_open_store(&archive, NULL, &options, &error)
                                 : pier_archive_open_load(&archive, NULL, &options, &error);
    require(status == PIER_OK, "an archive could not be opened");
    return archive;
}

static pier_archive *open_archive(bool storing, pier_format format, uint32_t target, uint32_t record_bytes_max) {
    return open_compressing(storing, format, target, record_bytes_max, 0);
}

/* Loads one value, with all that it holds, and stores it again; `widens` stores every float in 64 bits. */
static void copy_value(pier_archive *to, pier_archive *from, bool widens) {
    for (uint64_t left = 1; left > 0; left--) {
        pier_kind kind = pier_load_kind(from);
        pier_token token = pier_load_token(from);
        require(token.kind == kind, "pier_load_kind and pier_load_token differ");
        switch (token.kind) {
        case PIER_KIND_NONE:
            return;
        case PIER_KIND_NIL:
            pier_store_nil(to);
            break;
        case PIER_KIND_BOOL:
            pier_store(to, token.as.boolean);
            break;
        case PIER_KIND_UINT:
            pier_store_u64(to, token.as.uint);
            break;
        case PIER_KIND_INT:
            pier_store_i64(to, token.as.sint);
            break;
        case PIER_KIND_F32:
            if (widens) {
                pier_store(to, (double)token.as.f32);
            } else {
                pier_store(to, token.as.f32);
            }
            break;
        case PIER_KIND_F64:
            pier_store(to, token.as.f64);
            break;
        case PIER_KIND_TEXT:
            pier_store(to, token.as.text);
            break;
        case PIER_KIND_BYTES:
            pier_store(to, token.as.bytes);
            break;
        case PIER_KIND_EXT:
            pier_store(to, token.as.ext);
            break;
        case PIER_KIND_TIME:
            pier_store(to, token.as.time);
            break;
        case PIER_KIND_ARRAY:
            pier_store_array(to, token.as.count);
            left += token.as.count;
            break;
        case PIER_KIND_MAP:
            pier_store_map(to, token.as.count);
            left += (uint64_t)token.as.count * 2;
            break;
        }
    }
}

static void put_record(pier_archive *archive) {
    put_u8('R');
    put_u64(pier_archive_record_number(archive));
    put_u8(pier_archive_is_message_end(archive) ? 1 : 0);
    put_bytes(pier_archive_record_bytes(archive));
    pier_archive *copy = open_archive(true, PIER_FORMAT_PLAIN, 0, 0);
    require(pier_archive_begin(copy) == PIER_OK, "a record could not be begun");
    copy_value(copy, archive, false);
    pier_status status = pier_archive_end(copy);
    if (status == PIER_OK) {
        status = pier_archive_flush(copy);
    }
    put_bytes(status == PIER_OK ? pier_archive_drain(copy) : (pier_bytes){NULL, 0});
    pier_archive_destroy(copy);
    const pier__stream_class *class_of_record = pier__archive_record_class(archive);
    put_bytes(class_of_record != NULL ? (pier_bytes){class_of_record->closure, class_of_record->closure_bytes}
                                      : (pier_bytes){NULL, 0});
}

/* Feeds the next chunk, or tells the end of the input. */
static void feed(pier_archive *archive, const test_case *now, uint32_t *fed) {
    if (*fed == now->size) {
        pier_archive_feed_end(archive);
        return;
    }
    uint32_t chunk = now->chunk != 0 && now->chunk < now->size - *fed ? now->chunk : now->size - *fed;
    require(pier_archive_feed(archive, (pier_bytes){now->bytes + *fed, chunk}) == PIER_OK, "feeding failed");
    *fed += chunk;
}

/* Raw bytes look like a record that is one bin. */
static void put_raw(uint64_t number, pier_bytes bytes) {
    pier_archive *copy = open_archive(true, PIER_FORMAT_PLAIN, 0, 0);
    require(pier_archive_begin(copy) == PIER_OK, "a record could not be begun");
    pier_store_bytes(copy, bytes);
    require(pier_archive_end(copy) == PIER_OK && pier_archive_flush(copy) == PIER_OK, "a record could not be ended");
    pier_bytes value = pier_archive_drain(copy);
    put_u8('R');
    put_u64(number);
    put_u8(0);
    put_bytes(value);
    put_bytes(value);
    put_bytes((pier_bytes){NULL, 0});
    pier_archive_destroy(copy);
}

/* Loads the current raw bytes: into `copy`, or for the output. Returns PIER_OK when all came; else as
 * pier_archive_load_raw. */
static pier_status take_raw(pier_archive *archive, pier_archive *copy, const test_case *now, uint32_t *fed) {
    bool is_framed = copy != NULL && pier_archive_format(copy) == PIER_FORMAT_FRAMED;
    uint64_t number = pier_archive_record_number(archive);
    uint8_t *all = (uint8_t *)malloc(now->size + 1);
    size_t size = 0;
    pier_status status;
    pier_bytes part;
    require(all != NULL, "no memory");
    require(!is_framed || pier_archive_begin_raw(copy) == PIER_OK, "raw bytes could not be begun");
    while ((status = pier_archive_load_raw(archive, &part)) == PIER_OK || status == PIER_MORE) {
        if (status == PIER_MORE) {
            feed(archive, now, fed);
            continue;
        }
        memcpy(all + size, part.data, part.size);
        size += part.size;
        size_t stored = 0;
        require(!is_framed || pier_archive_store_raw(copy, part, &stored) == PIER_OK, "raw bytes could not be stored");
    }
    if (is_framed) {
        require((status == PIER_END ? pier_archive_end_raw(copy) : pier_archive_abandon_raw(copy)) == PIER_OK,
                "raw bytes could not be ended");
    }
    if (status == PIER_END && copy == NULL) {
        put_raw(number, (pier_bytes){all, size});
    }
    free(all);
    return status == PIER_END ? PIER_OK : status;
}

static void store_enum(pier_archive *to, const pier_definition *definition) {
    uint32_t count = pier_definition_value_count(definition);
    pier_store_array(to, 2);
    pier_store(to, pier_definition_name(definition));
    pier_store_array(to, count);
    for (uint32_t i = 0; i < count; i++) {
        pier_enum_value value = pier_definition_value_at(definition, i);
        pier_store_array(to, 2);
        pier_store(to, value.number);
        pier_store(to, value.name);
    }
}

static void store_type(pier_archive *to, const pier_definition *definition) {
    if (pier_definition_kind_of(definition) == PIER_DEFINITION_ENUM) {
        store_enum(to, definition);
        return;
    }
    pier_store_array(to, 3);
    pier_store(to, pier_definition_name(definition));
    pier_store(to, pier_definition_version(definition));
    uint32_t count = pier_definition_field_count(definition);
    pier_store_array(to, count);
    for (uint32_t i = 0; i < count; i++) {
        pier_definition_field field = pier_definition_field_at(definition, i);
        pier_store_array(to, 7);
        pier_store(to, field.number);
        pier_store(to, field.name);
        pier_store(to, (uint32_t)field.kind);
        pier_store(to, field.flags);
        pier_store_string(to, field.type != NULL ? pier_definition_name(field.type) : NULL);
        pier_store_string(to, field.oneof_name);
        pier_store_bytes(to, field.default_value);
    }
}

/* Appends the types of a class's fields that are not in the list. Returns how many there are then. */
static size_t add_types(const pier_definition **classes, size_t count, const pier_definition *definition) {
    for (uint32_t i = 0; i < pier_definition_field_count(definition); i++) {
        const pier_definition *type = pier_definition_field_at(definition, i).type;
        size_t at = 0;
        while (type != NULL && at < count && classes[at] != type) {
            at++;
        }
        if (type != NULL && at == count) {
            require(count < CLASSES_MAX, "a definition has too many classes for the driver");
            classes[count++] = type;
        }
    }
    return count;
}

static void put_definition(pier_archive *archive) {
    const pier_definition *classes[CLASSES_MAX] = {pier_archive_definition(archive)};
    if (classes[0] == NULL) {
        return;
    }
    pier_archive *copy = open_archive(true, PIER_FORMAT_PLAIN, 0, 0);
    size_t count = 1;
    for (size_t i = 0; i < count; i++) {
        count = add_types(classes, count, classes[i]);
        require(pier_archive_begin(copy) == PIER_OK, "a record could not be begun");
        store_type(copy, classes[i]);
        require(pier_archive_end(copy) == PIER_OK, "a record could not be ended");
    }
    require(pier_archive_flush(copy) == PIER_OK, "flushing failed");
    put_u8('D');
    put_bytes(pier_archive_drain(copy));
    pier_archive_destroy(copy);
}

/* Stores the current record into `copy`; one that cannot be loaded is not, and the failure sticks. */
static void copy_record(pier_archive *archive, pier_archive *copy, uint8_t job) {
    bool by_class = job == 'T' || (job == 'M' && pier_archive_record_number(archive) % 2 == 0);
    if (by_class && driver_copy_record(archive, copy)) {
        return;
    }
    if (pier_archive_status(archive) == PIER_OK) {
        require(pier_archive_forward(copy, archive) == PIER_OK, "a record could not be forwarded");
    }
}

/* Ends a case that loads, with the stream that was copied to, if there is one. */
static void put_end(pier_archive *copy, pier_status status, uint64_t offset) {
    if (copy != NULL) {
        require(pier_archive_close(copy) == PIER_OK, "closing failed");
        put_u8('T');
        put_bytes(pier_archive_drain(copy));
    }
    put_status('E', status, offset);
}

/* Goes on after damage. Returns PIER_OK, or the status with which the case ends. */
static pier_status go_on(pier_archive *archive, const test_case *now, uint32_t *fed) {
    for (;;) {
        pier_status status = pier_archive_recover(archive, NULL);
        if (status != PIER_MORE) {
            return status;
        }
        feed(archive, now, fed);
    }
}

static void run_load(const test_case *now) {
    bool copies = strchr("TWM", now->job) != NULL;
    pier_archive *archive = open_archive(false, now->format, copies ? 0 : now->target, now->record_bytes_max);
    pier_archive *copy = NULL;
    if (copies) {
        copy = open_compressing(true, now->target != 0 ? PIER_FORMAT_FRAMED : PIER_FORMAT_PLAIN, now->target, 0,
                                now->level);
    }
    uint32_t fed = 0;
    for (;;) {
        /* An end mark answers END whenever nothing is fed behind it. */
        pier_status status = pier_archive_next(archive);
        bool is_raw = status == PIER_OK && pier_archive_is_raw(archive);
        if (is_raw && now->job != 'D') {
            status = take_raw(archive, copy, now, &fed);
        }
        uint64_t offset = pier_archive_error(archive)->offset;
        if (status == PIER_OK && is_raw) {
            continue;
        }
        if (status == PIER_OK) {
            if (now->job == 'D') {
                put_definition(archive);
            } else if (copy != NULL) {
                copy_record(archive, copy, now->job);
            } else {
                put_record(archive);
            }
        } else if (status == PIER_MORE || (status == PIER_END && fed < now->size)) {
            feed(archive, now, &fed);
        } else if (status == PIER_SKIPPED) {
            put_status('K', pier_archive_error(archive)->status, offset);
        } else if (status < 0 && now->goes_on) {
            put_status('F', status, offset);
            status = go_on(archive, now, &fed);
            if (status != PIER_OK) {
                put_end(copy, status, offset);
                break;
            }
        } else {
            put_end(copy, status, offset);
            break;
        }
    }
    pier_archive_destroy(archive);
    pier_archive_destroy(copy);
}

/* Loads plain records up to the first failure, or the end, and stores their values as one stream. */
static void run_canonical(const test_case *now) {
    pier_archive *from = open_archive(false, now->format, now->target, now->record_bytes_max);
    pier_archive *to = open_archive(true, PIER_FORMAT_PLAIN, 0, 0);
    uint32_t fed = 0;
    uint32_t records = 0;
    uint32_t taken = 0;
    pier_status status;
    while ((status = pier_archive_next(from)) == PIER_OK || status == PIER_MORE) {
        if (status == PIER_MORE) {
            feed(from, now, &fed);
            continue;
        }
        records++;
        taken += (uint32_t)pier_archive_record_bytes(from).size;
        require(pier_archive_begin(to) == PIER_OK, "a record could not be begun");
        copy_value(to, from, true);
        require(pier_archive_end(to) == PIER_OK, "a record could not be ended");
    }
    uint64_t offset = pier_archive_error(from)->offset;
    require(pier_archive_flush(to) == PIER_OK, "flushing failed");
    put_u8('C');
    put_u32(records);
    put_u32(taken);
    put_bytes(pier_archive_drain(to));
    put_status('E', status, offset);
    pier_archive_destroy(from);
    pier_archive_destroy(to);
}

static bool is_flush(pier_archive *archive) {
    pier_bytes record = pier_archive_record_bytes(archive);
    const uint8_t *bytes = (const uint8_t *)record.data;
    return record.size == 3 && bytes[0] == 0xd4 && bytes[1] == FLUSH_TYPE;
}

static void put_drained(pier_archive *archive) {
    pier_bytes ready = pier_archive_drain(archive);
    if (ready.size > 0) {
        put_u8('O');
        put_bytes(ready);
        pier_archive_drained(archive, ready.size);
    }
}

static void run_store(const test_case *now) {
    pier_archive *from = open_archive(false, PIER_FORMAT_PLAIN, 0, 0);
    pier_archive *to = open_compressing(true, now->format, now->target, now->record_bytes_max, now->level);
    pier_status status = now->size > 0 ? pier_archive_feed(from, (pier_bytes){now->bytes, now->size}) : PIER_OK;
    pier_archive_feed_end(from);
    while (status == PIER_OK) {
        status = pier_archive_next(from);
        if (status != PIER_OK) {
            break;
        }
        if (is_flush(from)) {
            status = pier_archive_flush(to);
        } else {
            status = pier_archive_begin(to);
            if (status == PIER_OK) {
                copy_value(to, from, false);
                status = pier_archive_end(to);
            }
        }
        put_drained(to);
    }
    if (status == PIER_END) {
        status = pier_archive_close(to);
    }
    put_drained(to);
    put_status('E', status, pier_archive_error(to)->offset);
    pier_archive_destroy(from);
    pier_archive_destroy(to);
}

int main(void) {
    test_case now;
    while (read_case(&now)) {
        require(strchr("LCDTWMS", now.job) != NULL, "no such job");
        if (now.job == 'S') {
            run_store(&now);
        } else if (now.job == 'C') {
            run_canonical(&now);
        } else {
            run_load(&now);
        }
        free(now.bytes);
    }
    return fflush(stdout) == 0 ? 0 : 3;
}
