/* Tokens, one call each: the fields of 1,024 ticks (W1 of bench/README.md) and the heads of their arrays, nine tokens a
 * record, into memory and back into structs; Pier's archives beside msgpack-c's packer, inlined and as its users call
 * it, and its unpacker. */
#include <string.h>

#include <pier/pier.h>

#include <msgpack/object.h>
#include <msgpack/pack.h>
#include <msgpack/sbuffer.h>
#include <msgpack/unpack.h>

#include "contenders.h"
#include "demand.h"
#include "record_msgpack.h"

enum { RECORDS = 1024, TOKENS = 9 * RECORDS, SYMBOL_BYTES = 17 };

typedef struct tokens {
    tick records[RECORDS];
    tick loaded[RECORDS];
    pier_archive *store;
    pier_archive *load;
    msgpack_sbuffer packed;
    uint8_t room[RECORDS * 128];
    uint8_t *encoded; /* all records, plain */
    size_t encoded_bytes;
    uint8_t *stream; /* all records, as the archive of `load` takes them */
    size_t stream_bytes;
} tokens;

static void store_record(pier_archive *archive, const tick *record) {
    demand(pier_archive_begin(archive) == PIER_OK, "a record is not begun");
    pier_store_array(archive, 8);
    pier_store_u64(archive, record->id);
    pier_store_i64(archive, record->time);
    pier_store_f64(archive, record->price);
    pier_store_f64(archive, record->size);
    pier_store_u64(archive, record->flags);
    pier_store_u64(archive, record->kind);
    pier_store_bool(archive, record->live);
    pier_store_text(archive, (pier_text){record->symbol, strlen(record->symbol)});
    demand(pier_archive_end(archive) == PIER_OK, "a record is refused");
}

static void store_by_pier(void *state) {
    tokens *work = (tokens *)state;
    for (size_t i = 0; i < RECORDS; i++) {
        store_record(work->store, &work->records[i]);
    }
    demand(pier_archive_flush(work->store) == PIER_OK, "nothing is flushed");
    pier_archive_drained(work->store, pier_archive_drain(work->store).size);
}

/* As its users call it: the packer writes into a buffer that grows. */
static void store_by_packer(void *state) {
    tokens *work = (tokens *)state;
    msgpack_packer packer;
    msgpack_packer_init(&packer, &work->packed, msgpack_sbuffer_write);
    msgpack_sbuffer_clear(&work->packed);
    for (size_t i = 0; i < RECORDS; i++) {
        const tick *record = &work->records[i];
        int wrong = msgpack_pack_array(&packer, 8);
        wrong |= msgpack_pack_uint64(&packer, record->id);
        wrong |= msgpack_pack_int64(&packer, record->time);
        wrong |= msgpack_pack_double(&packer, record->price);
        wrong |= msgpack_pack_double(&packer, record->size);
        wrong |= msgpack_pack_uint32(&packer, record->flags);
        wrong |= msgpack_pack_uint8(&packer, record->kind);
        wrong |= record->live ? msgpack_pack_true(&packer) : msgpack_pack_false(&packer);
        size_t length = strlen(record->symbol);
        wrong |= msgpack_pack_str(&packer, length) | msgpack_pack_str_body(&packer, record->symbol, length);
        demand(wrong == 0, "msgpack-c packs nothing");
    }
}

/* Its template, inlined over memory that is large enough: no other way is faster, and none is less safe. */
static void store_by_template(void *state) {
    tokens *work = (tokens *)state;
    uint8_t *at = work->room;
    for (size_t i = 0; i < RECORDS; i++) {
        pack_tick(&at, &work->records[i]);
    }
    demand(work->encoded_bytes == 0 || (size_t)(at - work->room) == work->encoded_bytes, "other bytes");
}

static void load_record(pier_archive *archive, tick *record) {
    demand(pier_archive_next(archive) == PIER_OK && pier_load_array(archive) == 8, "a record is not loaded");
    record->id = pier_load_u64(archive);
    record->time = pier_load_i64(archive);
    record->price = pier_load_f64(archive);
    record->size = pier_load_f64(archive);
    record->flags = pier_load_u32(archive);
    record->kind = pier_load_u8(archive);
    record->live = pier_load_bool(archive);
    (void)pier_load_string(archive, record->symbol, SYMBOL_BYTES);
}

static void load_by_pier(void *state) {
    tokens *work = (tokens *)state;
    demand(pier_archive_reset(work->load) == PIER_OK &&
               pier_archive_feed(work->load, (pier_bytes){work->stream, work->stream_bytes}) == PIER_OK,
           "a stream is not taken");
    for (size_t i = 0; i < RECORDS; i++) {
        load_record(work->load, &work->loaded[i]);
    }
    demand(pier_archive_status(work->load) == PIER_OK, "a record is another");
}

static bool is_number(const msgpack_object *object) {
    return object->type == MSGPACK_OBJECT_POSITIVE_INTEGER;
}

static void take_object(const msgpack_object *object, tick *record) {
    demand(object->type == MSGPACK_OBJECT_ARRAY && object->via.array.size == 8, "msgpack-c loads no record");
    const msgpack_object *at = object->via.array.ptr;
    demand(is_number(&at[0]) && is_number(&at[1]) && at[2].type == MSGPACK_OBJECT_FLOAT64 &&
               at[3].type == MSGPACK_OBJECT_FLOAT64 && is_number(&at[4]) && at[4].via.u64 <= UINT32_MAX &&
               is_number(&at[5]) && at[5].via.u64 <= UINT8_MAX && at[6].type == MSGPACK_OBJECT_BOOLEAN &&
               at[7].type == MSGPACK_OBJECT_STR && at[7].via.str.size < SYMBOL_BYTES,
           "msgpack-c loads another record");
    record->id = at[0].via.u64;
    record->time = (int64_t)at[1].via.u64;
    record->price = at[2].via.f64;
    record->size = at[3].via.f64;
    record->flags = (uint32_t)at[4].via.u64;
    record->kind = (uint8_t)at[5].via.u64;
    record->live = at[6].via.boolean;
    memcpy(record->symbol, at[7].via.str.ptr, at[7].via.str.size);
    record->symbol[at[7].via.str.size] = '\0';
}

static void load_by_unpacker(void *state) {
    tokens *work = (tokens *)state;
    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    size_t offset = 0;
    for (size_t i = 0; i < RECORDS; i++) {
        msgpack_unpack_return answer =
            msgpack_unpack_next(&unpacked, (const char *)work->encoded, work->encoded_bytes, &offset);
        demand(answer == MSGPACK_UNPACK_SUCCESS, "msgpack-c unpacks nothing");
        take_object(&unpacked.data, &work->loaded[i]);
    }
    msgpack_unpacked_destroy(&unpacked);
}

static void compare(tokens *work) {
    for (size_t i = 0; i < RECORDS; i++) {
        const tick *one = &work->records[i];
        const tick *other = &work->loaded[i];
        demand(one->id == other->id && one->time == other->time && memcmp(&one->price, &other->price, 16) == 0 &&
                   one->flags == other->flags && one->kind == other->kind && one->live == other->live &&
                   strcmp(one->symbol, other->symbol) == 0,
               "what was loaded is not what was stored");
    }
    memset(work->loaded, 0, sizeof work->loaded);
}

/* records: NULL to make some. */
static tokens *prepare(pier_format format, const tick *records) {
    tokens *work = (tokens *)allocate(sizeof *work);
    const pier_archive_options options = {.size = sizeof options, .format = format};
    pier_error error;
    demand(pier_archive_open_store(&work->store, NULL, &options, &error) == PIER_OK &&
               pier_archive_open_load(&work->load, NULL, &options, &error) == PIER_OK,
           "no archive");
    msgpack_sbuffer_init(&work->packed);
    for (size_t i = 0; i < RECORDS; i++) {
        if (records != NULL) {
            work->records[i] = records[i];
        } else {
            fill_tick(&work->records[i], i);
        }
    }
    store_by_packer(work);
    work->encoded = (uint8_t *)allocate(work->packed.size);
    memcpy(work->encoded, work->packed.data, work->packed.size);
    work->encoded_bytes = work->packed.size;
    store_by_template(work);
    demand(memcmp(work->room, work->encoded, work->encoded_bytes) == 0, "the two ways of msgpack-c differ");
    for (size_t i = 0; i < RECORDS; i++) {
        store_record(work->store, &work->records[i]);
    }
    demand(pier_archive_flush(work->store) == PIER_OK, "nothing is flushed");
    pier_bytes stored = pier_archive_drain(work->store);
    work->stream = (uint8_t *)allocate(stored.size);
    memcpy(work->stream, stored.data, stored.size);
    work->stream_bytes = stored.size;
    pier_archive_drained(work->store, stored.size);
    demand(format != PIER_FORMAT_PLAIN ||
               (stored.size == work->encoded_bytes && memcmp(work->stream, work->encoded, stored.size) == 0),
           "Pier and msgpack-c store other bytes");
    load_by_pier(work);
    compare(work);
    load_by_unpacker(work);
    compare(work);
    return work;
}

size_t add_token_contenders(contender *contenders) {
    tokens *framed = prepare(PIER_FORMAT_FRAMED, NULL);
    tokens *plain = prepare(PIER_FORMAT_PLAIN, framed->records);
    const contender all[] = {
        {.group = "tokens/store", .name = "msgpack-c, packer", .run = store_by_packer, .state = plain},
        {.group = "tokens/store", .name = "msgpack-c, template", .run = store_by_template, .state = plain},
        {.group = "tokens/store", .name = "Pier, plain", .run = store_by_pier, .state = plain},
        {.group = "tokens/store", .name = "Pier, framed", .run = store_by_pier, .state = framed},
        {.group = "tokens/load", .name = "msgpack-c, unpack_next", .run = load_by_unpacker, .state = plain},
        {.group = "tokens/load", .name = "Pier, plain", .run = load_by_pier, .state = plain},
        {.group = "tokens/load", .name = "Pier, framed", .run = load_by_pier, .state = framed},
    };
    size_t count = sizeof all / sizeof all[0];
    for (size_t i = 0; i < count; i++) {
        contenders[i] = all[i];
        contenders[i].unit = "tokens";
        contenders[i].items = TOKENS;
        contenders[i].bytes = plain->encoded_bytes;
    }
    return count;
}
