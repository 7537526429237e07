/* Typed records: a C struct, described once by a list of its fields, stored and loaded in one call.
 *
 * Floor 5 (record). Knows archives, and nothing of sockets. A list of fields makes a struct, its codec and its class:
 *
 *     #define MARKET_TICK(FIELD)                                                                                     \
 *         FIELD(1, u64, id)                                                                                          \
 *         FIELD(2, f64, price)                                                                                       \
 *         FIELD(3, text(16), symbol)
 *     PIER_RECORD(market_tick, "market.Tick", MARKET_TICK)
 *
 *     market_tick tick = {1, 99.5, "PIER"};
 *     pier_status status = market_tick_store(archive, &tick);
 *
 * FIELD(number, kind, name): numbers identify the fields for ever, ascend, and are 1 to 65,535. The kinds:
 *
 *     kind            member                                             remarks
 *     bool            bool name
 *     i8 … i64        int8_t name … int64_t name
 *     u8 … u64        uint8_t name … uint64_t name
 *     fixed(K)        that of K, an integer of the two lines above       as wide on the wire as in the struct
 *     f32, f64        float name, double name
 *     enumeration(E)  E name                                             E is an int32_t, E_enum its pier_enum
 *     time            pier_time name
 *     duration        pier_duration name
 *     text            pier_text name                                     UTF-8, borrowed; see below
 *     text(N)         char name[N]                                       UTF-8, terminated: at most N - 1 bytes
 *     bytes           pier_bytes name                                    borrowed; see below
 *     bytes(N)        struct { uint32_t size; uint8_t data[N]; } name    at most N bytes
 *     record(T)       T name                                             T is described before
 *     optional(K)     bool has_name; member of K                         a value that may be absent
 *     pointer(K)      T *name                                            K is record(T) or self(T); NULL: absent
 *     array(K, N)     uint32_t name_count; member of K, as an array      at most N elements
 *     list(K)         uint32_t name_count; pointer to members of K       any number of elements; K may be self(T)
 *     map(E)          uint32_t name_count; E *name                       E is described before: 1 `key`, 2 `value`
 *     typed(K, N)     as array(K, N)                                     numbers, all elements in one block of bytes
 *     typed_list(K)   as list(K)                                         the same
 *
 * The K of optional, array and list is none of optional and the kinds below it. self(T) stands for record(T) where T is
 * the record that is being described. What else a schema can say (oneofs, any, shared references, default values, and
 * records that hold one another in a circle) needs the schema compiler.
 *
 * A record that is loaded by pier_load_record borrows text and bytes from the archive, until it moves to the next
 * record or for as long as the program keeps the block (keep.h); one that is loaded by pier_load_record_into owns all
 * that it holds in an arena of the program's. What lies behind the terminator of a text, the size of bytes and the
 * count of an array has no meaning; an absent value is zero, or the default of its field.
 *
 * A class may be described in any number of source files; static functions are all it consists of. */
#ifndef PIER_RECORD_H
#define PIER_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/any.h>
#include <pier/archive.h>
#include <pier/class.h>
#include <pier/record_codec.h>
#include <pier/record_rows.h>

/* Stores a record of a class, whole or not at all.
 * class_of_record: borrowed while the archive lives, as its definition is made from it. record: the struct, read only
 * during the call. In a framed archive the definition of the class goes before its first record; a plain one stores a
 * map or an array, as pier_archive_options.plain_form says. The classes of values of kind any, which are borrowed as
 * class_of_record is, are defined before the record, too.
 * Returns PIER_OK; refused, with the field in pier_archive_error: PIER_TEXT (text is not UTF-8), PIER_RANGE (text that
 * is not terminated, a count or size above its capacity, nanoseconds above 999,999,999), PIER_TYPE (a reference to an
 * object of another class), PIER_UNSUPPORTED (a value of kind any that was kept and cannot be stored on here: any.h),
 * PIER_LIMIT; PIER_USAGE (archive loads, or is within a record; the class breaks the rules); PIER_NO_MEMORY (does not
 * stick); PIER_WOULD_BLOCK or PIER_TIMEOUT: nothing was stored, call again; or the failure that sticks. Blocks as
 * pier_archive_begin and pier_archive_end do. */
PIER_API pier_status pier_store_record(pier_archive *archive, const pier_class *class_of_record,
                                       const void *record) PIER_MUST_USE;

/* Loads the current record, after pier_archive_next answered PIER_OK, whole or not at all: when it fails `record` is
 * all zero. May be called again, for this class or another.
 * A record without a class (of a plain archive, or one that a peer stored by tokens) may be a map by field name, in any
 * order, or an array by field number less one: unknown fields are passed over, missing ones and nil are zero, or the
 * default of their field. There an enum may be the name of its value.
 * Text and bytes are borrowed from the archive; lists, and what pointers point to, lie in an arena of the archive,
 * which keeps its memory from record to record, so that loading takes none. All of that is valid until the archive
 * moves to the next record, or as long as the program keeps the block (pier_archive_keep_block).
 * A record that the stream defines otherwise is loaded by what docs/versions.md says, with a plan that is made once.
 * Returns PIER_OK; PIER_TYPE (the record is of another class, or a value of another type, or an object of another class
 * than a reference to it); PIER_UNKNOWN_CLASS (a value of kind any has a class that the stream does not define, or that
 * the registry does not have: pier_archive_set_registry); PIER_MISMATCH (the two definitions of the class do not meet;
 * a required field is missing); PIER_RANGE (a number, text or count that does not fit); PIER_TEXT (text is not UTF-8);
 * PIER_PROTOCOL (a definition that breaks the rules, a field that comes twice, a form that the class does not have);
 * PIER_LIMIT (arena_bytes_max of pier_limits, too); PIER_NO_MEMORY; PIER_USAGE (archive stores; there is no record),
 * which does not stick; or the failure that sticks. All others stick:
 * pier_archive_recover goes on with the next record. Never blocks. */
PIER_API pier_status pier_load_record(pier_archive *archive, const pier_class *class_of_record,
                                      void *record) PIER_MUST_USE;

/* As pier_archive_next, then pier_load_record, and returns what they do: the fast way through records whose classes are
 * known before, one class all the time or several in turn. Unless it returns PIER_OK, what `record` holds is not to be
 * used. May block, as pier_archive_next. */
PIER_API pier_status pier_next_record(pier_archive *archive, const pier_class *class_of_record,
                                      void *record) PIER_MUST_USE;

/* As pier_load_record, but nothing that the record holds refers to the archive: text, bytes, lists, and what pointers
 * point to, lie in the caller's arena, and stay until that is reset or deinitialised. Only default texts and bytes
 * point to the class's own. When it fails the arena is as it was before; PIER_LIMIT may be that of the arena. */
PIER_API pier_status pier_load_record_into(pier_archive *archive, const pier_class *class_of_record, void *record,
                                           pier_arena *arena) PIER_MUST_USE;

/* Returns whether the current record is of the class, by its name: to tell records of several classes apart. False for
 * a record without a class, and when its definition breaks the rules: then the failure sticks. Never blocks. */
PIER_API bool pier_archive_record_is(pier_archive *archive, const pier_class *class_of_record);

/* Makes of a list of values the enum `name`, a typedef of int32_t, its constants, and its table `name##_enum`, for
 * fields of the kind enumeration(name):
 *
 *     #define MARKET_SIDE(VALUE) VALUE(0, SIDE_BUY) VALUE(1, SIDE_SELL)
 *     PIER_ENUM(market_side, "market.Side", MARKET_SIDE)
 *
 * VALUE(number, constant): numbers ascend; the constant's name is that of the value, too, which plain peers and `pier
 * dump` know it by. An enum is open: a field may hold other numbers. Stands outside of functions, without a semicolon.
 */
#define PIER_ENUM(name, full_name, VALUES)                                                                             \
    typedef int32_t name;                                                                                              \
    enum { pier__##name##_before = INT32_MIN, VALUES(PIER__ENUMERATOR) pier__##name##_values = 0 VALUES(PIER__ONE) };  \
    PIER__UNUSED static const pier_enum_value pier__##name##_rows[] = {VALUES(PIER__ENUM_ROW)};                        \
    PIER__UNUSED static const pier_enum name##_enum = {full_name, pier__##name##_values, pier__##name##_rows};         \
    PIER__CODEC void pier__##name##_check(void) {                                                                      \
        VALUES(PIER__CHECK_VALUE)                                                                                      \
    }

/* Makes of a list of fields: the struct `name`, its class `name##_class`, and the functions
 *
 *     pier_status name##_store(pier_archive *archive, const name *record);    as pier_store_record
 *     pier_status name##_load(pier_archive *archive, name *record);           as pier_load_record
 *     pier_status name##_next(pier_archive *archive, name *record);           as pier_next_record
 *
 * Stands outside of functions, without a semicolon. */
#define PIER_RECORD(name, full_name, FIELDS) PIER_RECORD_VERSION(name, full_name, 0, FIELDS)

/* As PIER_RECORD, with a version of the program's own in the definition. */
#define PIER_RECORD_VERSION(name, full_name, version, FIELDS)                                                          \
    typedef struct name name;                                                                                          \
    struct name {                                                                                                      \
        FIELDS(PIER__MEMBER_FIELD)                                                                                     \
    };                                                                                                                 \
    PIER_DESCRIBE_VERSION(name, full_name, version, FIELDS)

/* As PIER_RECORD for a struct that the program already has: `name` is its typedef. The types of the members that the
 * list names are checked when it is compiled; members that it does not name are left alone, but zeroed by a load that
 * fails. */
#define PIER_DESCRIBE(name, full_name, FIELDS) PIER_DESCRIBE_VERSION(name, full_name, 0, FIELDS)

#define PIER_DESCRIBE_VERSION(name, full_name, version_of_class, FIELDS)                                               \
    PIER__CODEC void pier__##name##_check(void) {                                                                      \
        typedef name pier__self;                                                                                       \
        PIER__STATIC_ASSERT(0 FIELDS(PIER__COUNT_FIELD) > 0, "a record has at least one field");                       \
        enum { pier__number_zero = 0 FIELDS(PIER__NUMBER_FIELD) };                                                     \
        FIELDS(PIER__CHECK_FIELD)                                                                                      \
    }                                                                                                                  \
    enum {                                                                                                             \
        pier__##name##_fields = 0 FIELDS(PIER__COUNT_FIELD),                                                           \
        pier__##name##_most = 3 FIELDS(PIER__MOST_FIELD),                                                              \
        pier__##name##_values = 1 FIELDS(PIER__VALUES_FIELD),                                                          \
        pier__##name##_flags = 0 FIELDS(PIER__FLAGS_FIELD)                                                             \
    };                                                                                                                 \
    union pier__##name##_depth {                                                                                       \
        char pier__self[1];                                                                                            \
        FIELDS(PIER__DEPTH_FIELD)                                                                                      \
    };                                                                                                                 \
    PIER__DECLARE_CLASS(name##_class)                                                                                  \
    PIER__CODEC uint64_t pier__##name##_extra(const name *record, pier__measuring *counts) {                           \
        uint64_t extra = 0;                                                                                            \
        FIELDS(PIER__EXTRA_FIELD)                                                                                      \
        (void)record;                                                                                                  \
        (void)counts;                                                                                                  \
        return extra;                                                                                                  \
    }                                                                                                                  \
    PIER__CODEC uint8_t *pier__##name##_put(uint8_t *at, const name *record);                                          \
    PIER__CODEC uint8_t *pier__##name##_put_fields(uint8_t *at, const name *record) {                                  \
        unsigned wrong = 0;                                                                                            \
        FIELDS(PIER__PUT_FIELD)                                                                                        \
        (void)record;                                                                                                  \
        return wrong == 0 ? at : NULL;                                                                                 \
    }                                                                                                                  \
    PIER__CODEC uint8_t *pier__##name##_put(uint8_t *at, const name *record) {                                         \
        return pier__##name##_put_fields(pier__put_count(at, pier__##name##_fields), record);                          \
    }                                                                                                                  \
    PIER__CODEC const uint8_t *pier__##name##_take(const uint8_t *at, const uint8_t *end, name *record,                \
                                                   pier__decoding *how);                                               \
    PIER__CODEC const uint8_t *pier__##name##_take_fields(const uint8_t *at, const uint8_t *end, name *record,         \
                                                          pier__decoding *how, unsigned wrong) {                       \
        enum { pier__checks_fields = (int)pier__##name##_most > PIER__UNCHECKED_BYTES };                               \
        FIELDS(PIER__TAKE_FIELD)                                                                                       \
        (void)end;                                                                                                     \
        (void)record;                                                                                                  \
        (void)how;                                                                                                     \
        return wrong == 0 ? at : NULL;                                                                                 \
    }                                                                                                                  \
    PIER__CODEC const uint8_t *pier__##name##_take(const uint8_t *at, const uint8_t *end, name *record,                \
                                                   pier__decoding *how) {                                              \
        unsigned wrong = 0;                                                                                            \
        at = pier__take_slots(at, pier__##name##_fields, &wrong);                                                      \
        return pier__##name##_take_fields(at, end, record, how, wrong);                                                \
    }                                                                                                                  \
    PIER__CODEC uint64_t pier__##name##_measure(const void *record, pier__measuring *counts) {                         \
        uint64_t extra = pier__##name##_extra((const name *)record, counts);                                           \
        return pier__measured(counts, (uint64_t)pier__##name##_most + PIER__OVERHANG_BYTES + extra);                   \
    }                                                                                                                  \
    PIER__CODEC uint8_t *pier__##name##_encode(uint8_t *at, const void *record) {                                      \
        return pier__##name##_put(at, (const name *)record);                                                           \
    }                                                                                                                  \
    PIER__CODEC const uint8_t *pier__##name##_decode(const uint8_t *at, const uint8_t *end, void *record,              \
                                                     pier__decoding *how) {                                            \
        at = pier__##name##_take(at, end, (name *)record, how);                                                        \
        return at != NULL && at <= end ? at : NULL;                                                                    \
    }                                                                                                                  \
    PIER__CODEC const pier_field *pier__##name##_rows(const pier_class *self) {                                        \
        typedef name pier__self;                                                                                       \
        (void)self;                                                                                                    \
        static const pier_field rows[] = {FIELDS(PIER__ROW_FIELD)};                                                    \
        return rows;                                                                                                   \
    }                                                                                                                  \
    PIER__DEFINE_CLASS(name##_class, sizeof(pier_class), full_name, version_of_class, pier__##name##_flags,            \
                       pier__##name##_fields, 0, pier__##name##_values, sizeof(union pier__##name##_depth),            \
                       sizeof(name), pier__##name##_rows, NULL, pier__##name##_measure, pier__##name##_encode,         \
                       pier__##name##_decode)                                                                          \
    PIER_MUST_USE PIER__CODEC pier_status name##_store(pier_archive *archive, const name *record) {                    \
        if ((pier__##name##_flags & PIER_CLASS_UNBOUNDED) == 0) {                                                      \
            pier__measuring counts = {0, 0, 0};                                                                        \
            uint64_t bytes = (uint64_t)pier__##name##_most + PIER__OVERHANG_BYTES;                                     \
            if (pier__run_stores(archive, &name##_class, bytes + pier__##name##_extra(record, &counts)) &&             \
                pier__run_stored(archive, pier__##name##_encode(archive->cursor, record))) {                           \
                return PIER_OK;                                                                                        \
            }                                                                                                          \
        }                                                                                                              \
        return pier_store_record(archive, &name##_class, record);                                                      \
    }                                                                                                                  \
    PIER_MUST_USE PIER__CODEC pier_status name##_load(pier_archive *archive, name *record) {                           \
        return pier_load_record(archive, &name##_class, record);                                                       \
    }                                                                                                                  \
    PIER_MUST_USE PIER__CODEC pier_status name##_next(pier_archive *archive, name *record) {                           \
        if ((pier__##name##_flags & PIER_CLASS_UNBOUNDED) == 0 && pier__run_loads(archive, &name##_class)) {           \
            pier__decoding how = {NULL, false, 0, 0};                                                                  \
            if (pier__run_loaded(archive, pier__##name##_decode(archive->cursor, archive->run.end, record, &how))) {   \
                return PIER_OK;                                                                                        \
            }                                                                                                          \
        }                                                                                                              \
        return pier_next_record(archive, &name##_class, record);                                                       \
    }

#endif
