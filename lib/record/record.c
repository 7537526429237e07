/* Storing and loading records; see <pier/record.h>.
 *
 * Floor 5 (record). A class's own codec does the work: room is made once, and the end is looked at once. Where the form
 * is another one (a map, an array with gaps, a plan), or the class has no codec, a program does (program_internal.h).
 * What neither takes (a value that may not be stored, bytes in an unusual form, limits that a class could exceed) goes
 * the slow way, by tokens, which takes all that is legal and has the exact error for all else. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena_internal.h"
#include "base/error_internal.h"
#include "record/interpret_internal.h"
#include "record/plan_internal.h"
#include "record/program_internal.h"

pier_status pier__record_fail(pier_archive *archive, pier_status status, const char *path, const char *format, ...) {
    pier__archive *common = pier__archive_of(archive);
    char text[sizeof common->error.text];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const uint8_t *begin = NULL;
    const uint8_t *end = NULL;
    if (pier__archive_typed_window(archive, &begin, &end)) {
        (void)pier__archive_fail_at(archive, begin, status, path, "%s", text);
        common->error.floor = PIER_FLOOR_RECORD;
    }
    return status;
}

/* Whether every record of the class is within the limits that its codec does not look at. */
static bool class_is_within(const pier_class *class_of_record, const pier_limits *limits) {
    return class_of_record->measure != NULL && class_of_record->depth <= limits->depth_max &&
           class_of_record->values_max <= limits->elements_max;
}

/* What a class's codec may count while it measures a record. Only for a class that is within the limits, as the next. */
static inline pier__measuring measuring_within(const pier_limits *limits, const pier_class *class_of_record) {
    return (pier__measuring){.depth_left = limits->depth_max,
                             .elements_max = limits->elements_max - class_of_record->values_max};
}

/* What it may count while it loads one, without an arena. */
static inline pier__decoding decoding_within(const pier_limits *limits, const pier_class *class_of_record) {
    return (pier__decoding){.depth_left = limits->depth_max,
                            .elements_left = limits->elements_max - class_of_record->values_max};
}

/* Misuse that must not spoil the archive. */
static pier_status refuse_use(pier_archive *archive, const pier_class *class_of_record, const char *text) {
    pier_error *error = &pier__archive_of(archive)->error;
    (void)pier__error_set(error, PIER_USAGE, PIER_FLOOR_RECORD, 0, "%s", text);
    pier__path path;
    pier__path_init(&path, class_of_record->name);
    memcpy(error->path, path.text, sizeof error->path);
    return PIER_USAGE;
}

static pier_status refuse_version(pier_archive *archive) {
    return pier__error_set(&pier__archive_of(archive)->error, PIER_USAGE, PIER_FLOOR_RECORD, 0,
                           "the program was compiled for another version of pier_class");
}

/* Whether the program was compiled for this library's pier_class: reading another one would go astray. */
static inline bool class_is_known(const pier_class *class_of_record) {
    return PIER_LIKELY(class_of_record->size == sizeof *class_of_record);
}

/* In which form an archive stores records. */
static pier__form form_of(const pier__archive *common) {
    return common->format == PIER_FORMAT_FRAMED           ? PIER__FORM_SLOTS
           : common->options.plain_form == PIER_PLAIN_MAP ? PIER__FORM_MAP
                                                          : PIER__FORM_PLACES;
}

/* Whether the bytes that a class's codec has for a record are those of its plain array. */
static bool is_dense(pier_archive *archive, const pier_class *class_of_record) {
    const pier__prepared *prepared = pier__prepared_of(archive, class_of_record);
    return prepared != NULL && prepared->is_dense;
}

/* Stores the record that was begun by the class's codec. Returns whether that was possible. */
static PIER__HOT bool encode(pier_archive *archive, const pier_class *class_of_record, const void *record) {
    const pier__archive *common = pier__archive_of(archive);
    pier__measuring counts = measuring_within(&common->limits, class_of_record);
    uint64_t bytes = class_of_record->measure(record, &counts);
    if (bytes > common->limits.text_bytes_max || !pier__archive_reserve(archive, (size_t)bytes)) {
        return false;
    }
    uint8_t *end = class_of_record->encode(archive->cursor, record);
    if (end == NULL) {
        return false;
    }
    archive->cursor = end;
    return true;
}

/* Stores the record that was begun by the class's program. Returns whether that was possible. */
static bool store_by_program(pier_archive *archive, const void *record, const pier__program *program) {
    if (program == NULL) {
        return false;
    }
    if (PIER_LIKELY(pier__program_store(program, archive, record))) {
        return true;
    }
    archive->cursor = pier__archive_stored_at(archive, 0);
    return false;
}

/* What the run is of when a program stores or loads its records; NULL: there is no such run of this class. */
static inline const pier__prepared *program_of_run(pier_archive *archive, const pier_class *class_of_record) {
    const pier__prepared *prepared = pier__archive_of(archive)->prepared;
    return archive->run.class_of_run != NULL && archive->run.class_of_run == prepared && prepared->of == class_of_record
               ? prepared
               : NULL;
}

/* Begins a run of a class whose codec, or the program when it is not NULL, has just stored or loaded a record. */
static void begin_run(pier_archive *archive, const pier_class *class_of_record, const pier__program *program) {
    pier__prepared *prepared = program != NULL ? pier__prepared_of(archive, class_of_record) : NULL;
    if (prepared != NULL) {
        prepared->running = program;
        pier__archive_begin_run(archive, class_of_record, prepared);
    } else if (program == NULL) {
        pier__archive_begin_run(archive, class_of_record, class_of_record);
    }
}

/* Stores the next record of a run at the cursor. Returns whether that was possible. */
static inline bool store_in_run(pier_archive *archive, const pier_class *class_of_record, const void *record) {
    const pier_limits *limits = &pier__archive_of(archive)->limits;
    pier__measuring counts = measuring_within(limits, class_of_record);
    if (class_of_record->measure(record, &counts) > (uint64_t)(archive->run.end - archive->cursor)) {
        return false;
    }
    return pier__run_stored(archive, class_of_record->encode(archive->cursor, record));
}

/* Stores the first record of another class behind those of a run, which goes on with it. Returns whether that was
 * possible. */
PIER__CALLED bool store_switched(pier_archive *archive, const pier_class *class_of_record, const void *record) {
    const pier_limits *limits = &pier__archive_of(archive)->limits;
    size_t switch_bytes = class_is_known(class_of_record) && class_is_within(class_of_record, limits)
                              ? pier__archive_switch_room(archive, class_of_record)
                              : 0;
    uint64_t room = (uint64_t)(archive->run.end - archive->cursor);
    if (switch_bytes == 0 || room < switch_bytes) {
        return false;
    }
    pier__measuring counts = measuring_within(limits, class_of_record);
    if (class_of_record->measure(record, &counts) > room - switch_bytes) {
        return false;
    }
    uint8_t *end = class_of_record->encode(archive->cursor + switch_bytes, record);
    if (end == NULL) {
        return false;
    }
    pier__archive_switch_stored(archive, class_of_record);
    return pier__run_stored(archive, end);
}

/* Stores a record that is no further one of a run by its codec. */
static pier_status store_alone(pier_archive *archive, const pier_class *class_of_record, const void *record) {
    if (!class_is_known(class_of_record)) {
        return refuse_version(archive);
    }
    if (!archive->storing) {
        return refuse_use(archive, class_of_record, "a loading archive stores no record");
    }
    const pier__prepared *of_run = program_of_run(archive, class_of_record);
    if (of_run != NULL && PIER_LIKELY(pier__program_store_in_run(of_run->running, archive, record))) {
        return PIER_OK;
    }
    pier_status status = pier__archive_begin_class(archive, class_of_record, pier__class_encode_closure);
    if (status != PIER_OK) {
        return status;
    }
    pier__form form = form_of(pier__archive_of(archive));
    bool is_own = class_is_within(class_of_record, &pier__archive_of(archive)->limits) &&
                  (form == PIER__FORM_SLOTS || (form == PIER__FORM_PLACES && is_dense(archive, class_of_record)));
    const pier__program *program = is_own ? NULL : pier__prepared_program(archive, class_of_record, form);
    if (PIER_LIKELY(is_own ? encode(archive, class_of_record, record) : store_by_program(archive, record, program))) {
        status = pier__archive_end_typed(archive);
        if (status == PIER_OK) {
            begin_run(archive, class_of_record, program);
        }
        return status;
    }
    pier__interpret_store(archive, class_of_record, record);
    status = pier_archive_end(archive);
    if (status > 0) {
        pier_archive_abandon(archive);
    }
    return status;
}

PIER__HOT pier_status pier_store_record(pier_archive *archive, const pier_class *class_of_record, const void *record) {
    if (PIER_LIKELY(archive->run.stored_class == class_of_record) &&
        PIER_LIKELY(store_in_run(archive, class_of_record, record))) {
        return PIER_OK;
    }
    if (archive->run.stored_class != NULL && store_switched(archive, class_of_record, record)) {
        return PIER_OK;
    }
    return store_alone(archive, class_of_record, record);
}

/* Where the current record lies, and what loads it. */
typedef struct way {
    const uint8_t *begin;
    const uint8_t *end;
    const pier__program *program; /* NULL: the class's codec */
} way;

/* Finds what loads a record that is in a form of the class's own. Returns false when nothing but tokens does. */
static bool find_way(pier_archive *archive, const pier_class *class_of_record, bool is_typed, way *chosen) {
    bool is_map = (chosen->begin[0] & 0xf0u) == 0x80u || (chosen->begin[0] ^ 0xdeu) <= 1;
    bool is_own = class_is_within(class_of_record, &pier__archive_of(archive)->limits) &&
                  (is_typed || (!is_map && is_dense(archive, class_of_record)));
    pier__form form = is_typed ? PIER__FORM_SLOTS : is_map ? PIER__FORM_MAP : PIER__FORM_PLACES;
    chosen->program = is_own ? NULL : pier__prepared_program(archive, class_of_record, form);
    return is_own || chosen->program != NULL;
}

/* Loads a record by a codec or a program. Returns whether that was possible. */
static PIER__HOT bool decode(pier_archive *archive, const pier_class *class_of_record, const way *chosen, void *record,
                             const pier__decoding *wanted) {
    pier__decoding how = *wanted;
    pier__arena_place place = pier__arena_here(how.arena);
    const uint8_t *end;
    if (chosen->program == NULL) {
        how.elements_left -= class_of_record->values_max;
        end = class_of_record->decode(chosen->begin, chosen->end, record, &how);
    } else {
        end = pier__program_load(chosen->program, chosen->begin, chosen->end, record, &how);
    }
    uint64_t text_bytes_max = pier__archive_of(archive)->limits.text_bytes_max;
    if (PIER_UNLIKELY(end == NULL || (uint64_t)(end - chosen->begin) > text_bytes_max)) {
        pier__arena_go_back(how.arena, &place);
        return false;
    }
    pier__archive_typed_done(archive, end);
    return true;
}

/* Loads the current record. chosen: gets what did it; `begin` is NULL when tokens did. */
static PIER__HOT pier_status load(pier_archive *archive, const pier_class *class_of_record, void *record,
                                  const pier__decoding *how, way *chosen) {
    if (!pier__archive_typed_window(archive, &chosen->begin, &chosen->end)) {
        pier_status status = pier_archive_status(archive);
        return status != PIER_OK ? status : refuse_use(archive, class_of_record, "there is no record to load");
    }
    pier__stream_class *of_stream = pier__archive_record_class(archive);
    if (of_stream != NULL && PIER_UNLIKELY(of_stream->bound != class_of_record)) {
        pier_status status = pier__class_match(archive, of_stream, class_of_record);
        if (status != PIER_OK) {
            return status;
        }
    }
    bool is_planned = of_stream != NULL && of_stream->plan != NULL;
    if (is_planned) {
        chosen->program = ((const pier__plan *)of_stream->plan)->program;
    }
    if ((is_planned ? chosen->program != NULL : find_way(archive, class_of_record, of_stream != NULL, chosen)) &&
        PIER_LIKELY(decode(archive, class_of_record, chosen, record, how))) {
        return PIER_OK;
    }
    chosen->begin = NULL;
    memset(record, 0, class_of_record->record_bytes);
    if (!pier__archive_open_record(archive)) {
        return pier_archive_status(archive);
    }
    if (of_stream != NULL && of_stream->plan != NULL) {
        return pier__plan_load(archive, (const pier__plan *)of_stream->plan, record, how);
    }
    return pier__interpret_load(archive, class_of_record, record, of_stream != NULL, how);
}

/* Loads, with all that the record holds in an arena, or with its text and bytes borrowed. */
static PIER__HOT pier_status load_with(pier_archive *archive, const pier_class *class_of_record, void *record,
                                       pier_arena *arena, bool owns, way *chosen) {
    if (!class_is_known(class_of_record)) {
        return refuse_version(archive);
    }
    if (archive->storing) {
        memset(record, 0, class_of_record->record_bytes);
        return refuse_use(archive, class_of_record, "a storing archive loads no record");
    }
    const pier_limits *limits = &pier__archive_of(archive)->limits;
    pier__decoding how = {.arena = arena != NULL ? arena : pier__archive_arena(archive),
                          .owns = owns,
                          .depth_left = limits->depth_max,
                          .elements_left = limits->elements_max};
    pier__arena_place place = pier__arena_here(how.arena);
    pier_status status = load(archive, class_of_record, record, &how, chosen);
    if (PIER_UNLIKELY(status != PIER_OK)) {
        pier__arena_go_back(how.arena, &place);
        memset(record, 0, class_of_record->record_bytes);
    }
    return status;
}

/* Whether records of a class of the stream are loaded by the codec of the program's class alone: they are in its own
 * form, pass no limit that it does not look at, and need no memory. of_stream: NULL for a record that has no class. */
static inline bool codec_is_enough(const pier__stream_class *of_stream, const pier_class *class_of_record,
                                   const pier_limits *limits) {
    return of_stream != NULL && of_stream->bound == class_of_record && of_stream->plan == NULL &&
           class_is_known(class_of_record) && (class_of_record->flags & PIER_CLASS_UNBOUNDED) == 0 &&
           class_is_within(class_of_record, limits);
}

/* Loads the current record when it is in the form of the class's codec, and needs no memory: the straight way of most.
 * Returns whether that was possible. */
static inline bool load_at_once(pier_archive *archive, const pier_class *class_of_record, void *record) {
    const pier_limits *limits = &pier__archive_of(archive)->limits;
    const uint8_t *begin;
    const uint8_t *end;
    if (!codec_is_enough(pier__archive_record_class(archive), class_of_record, limits) ||
        !pier__archive_typed_window(archive, &begin, &end)) {
        return false;
    }
    pier__decoding how = decoding_within(limits, class_of_record);
    end = class_of_record->decode(begin, end, record, &how);
    if (PIER_UNLIKELY(end == NULL || (uint64_t)(end - begin) > limits->text_bytes_max)) {
        return false;
    }
    pier__archive_typed_done(archive, end);
    return true;
}

PIER__HOT pier_status pier_load_record(pier_archive *archive, const pier_class *class_of_record, void *record) {
    if (PIER_LIKELY(load_at_once(archive, class_of_record, record))) {
        return PIER_OK;
    }
    way chosen = {NULL, NULL, NULL};
    return load_with(archive, class_of_record, record, NULL, false, &chosen);
}

/* Loads the next record of a run at the cursor. Returns whether that was possible. */
static inline bool load_in_run(pier_archive *archive, const pier_class *class_of_record, void *record) {
    const pier_limits *limits = &pier__archive_of(archive)->limits;
    pier__decoding how = decoding_within(limits, class_of_record);
    return pier__run_loaded(archive, class_of_record->decode(archive->cursor, archive->run.end, record, &how));
}

/* The same by a program. */
static bool load_in_program_run(pier_archive *archive, const pier__program *program, void *record) {
    const pier_limits *limits = &pier__archive_of(archive)->limits;
    pier__decoding how = {.depth_left = limits->depth_max, .elements_left = limits->elements_max};
    return pier__run_loaded(archive, pier__program_load(program, archive->cursor, archive->run.end, record, &how));
}

/* Loads the first record of another class behind those of a run, which goes on with it. Returns whether that was
 * possible. */
PIER__CALLED bool load_switched(pier_archive *archive, const pier_class *class_of_record, void *record) {
    const pier_limits *limits = &pier__archive_of(archive)->limits;
    const uint8_t *begin;
    pier__stream_class *of_stream = pier__archive_see_switch(archive, &begin);
    if (!codec_is_enough(of_stream, class_of_record, limits)) {
        return false;
    }
    pier__decoding how = decoding_within(limits, class_of_record);
    const uint8_t *end = class_of_record->decode(begin, archive->run.end, record, &how);
    if (end == NULL || end > archive->run.end) {
        return false;
    }
    pier__archive_switch_loaded(archive, of_stream, begin);
    return pier__run_loaded(archive, end);
}

/* Loads a record that is no further one of a run by its codec, and begins a run behind it where codec or program alone
 * can go on. What lies in the archive's arena goes with each record, which a run does not tell of. */
static pier_status next_alone(pier_archive *archive, const pier_class *class_of_record, void *record) {
    const pier__prepared *of_run = archive->storing ? NULL : program_of_run(archive, class_of_record);
    if (of_run != NULL && archive->run.left > 0 && PIER_LIKELY(load_in_program_run(archive, of_run->running, record))) {
        return PIER_OK;
    }
    way chosen = {NULL, NULL, NULL};
    pier_status status = pier_archive_next(archive);
    if (status == PIER_OK && PIER_LIKELY(load_at_once(archive, class_of_record, record))) {
        begin_run(archive, class_of_record, NULL);
        return PIER_OK;
    }
    if (status == PIER_OK) {
        status = load_with(archive, class_of_record, record, NULL, false, &chosen);
    }
    if (status == PIER_OK && chosen.begin != NULL && (class_of_record->flags & PIER_CLASS_UNBOUNDED) == 0) {
        begin_run(archive, class_of_record, chosen.program);
    }
    return status;
}

PIER__HOT pier_status pier_next_record(pier_archive *archive, const pier_class *class_of_record, void *record) {
    if (pier__run_loads(archive, class_of_record) && PIER_LIKELY(load_in_run(archive, class_of_record, record))) {
        return PIER_OK;
    }
    const bool sees_switch = archive->run.class_of_run != NULL && !archive->storing && (archive->cursor[0] | 1) == 0xd5;
    if (sees_switch && load_switched(archive, class_of_record, record)) {
        return PIER_OK;
    }
    return next_alone(archive, class_of_record, record);
}

pier_status pier_load_record_into(pier_archive *archive, const pier_class *class_of_record, void *record,
                                  pier_arena *arena) {
    way chosen = {NULL, NULL, NULL};
    return load_with(archive, class_of_record, record, arena, true, &chosen);
}

bool pier_archive_record_is(pier_archive *archive, const pier_class *class_of_record) {
    pier__stream_class *of_stream = pier__archive_record_class(archive);
    if (of_stream == NULL || pier_archive_status(archive) != PIER_OK) {
        return false;
    }
    if (of_stream->bound == class_of_record) {
        return true;
    }
    const pier_definition *definition = pier__definition_of(archive, of_stream);
    return definition != NULL && strcmp(pier_definition_name(definition), class_of_record->name) == 0;
}
