/* What an archive is made of, and what the record floor may ask of it.
 *
 * Floor 4 (archive). The public struct is the window; around it lies what both directions share, around that a storer
 * or a loader (storer_internal.h, loader_internal.h). The record floor uses the functions at the end of this header
 * and nothing deeper. */
#ifndef PIER_ARCHIVE_ARCHIVE_INTERNAL_H
#define PIER_ARCHIVE_ARCHIVE_INTERNAL_H

#include <pier/archive.h>
#include <pier/arena.h>

#include "base/buffer_internal.h"

/* What storing and loading archives share. `window` comes first: a pier_archive pointer is a pointer to this. */
typedef struct pier__archive {
    pier_archive window;
    pier_allocator allocator;
    pier_limits limits;
    pier_file *file; /* borrowed; NULL: by hand */
    pier_format format;
    pier_archive_options options; /* as given, with the defaults filled in */
    pier_deadline deadline;
    uint64_t time_unix_ns;
    bool time_is_given;
    bool is_detached;            /* from its file: nothing can be done with it any more */
    pier_status failure;         /* the one that sticks; PIER_OK when there is none */
    pier_error error;            /* the last failure, refusal or skipped record */
    struct pier__archive *other; /* the other direction of the connection, or NULL */
    /* What the record floor keeps with the archive; NULL: nothing yet. `release_records` is called with it when the
     * archive goes. */
    void *records;
    void (*release_records)(const pier_allocator *allocator, void *records);
    struct pier__prepared *prepared; /* what the record floor has found out about classes: as `records` */
    void (*release_prepared)(const pier_allocator *allocator, struct pier__prepared *prepared);
} pier__archive;

static inline pier__archive *pier__archive_of(pier_archive *archive) {
    return (pier__archive *)archive;
}
static inline const pier__archive *pier__archive_of_const(const pier_archive *archive) {
    return (const pier__archive *)archive;
}

/* Ends the run, if there is one: the archive counts its records. Everything that looks into an archive comes through
 * pier__storer_of or pier__loader_of, which do it first. */
void pier__archive_end_run(pier_archive *archive);

/* Makes the window empty: inline functions then fall into their slow path, which knows why. */
static inline void pier__archive_close_window(pier__archive *archive) {
    archive->window.limit = archive->window.cursor;
}

/* Returns the time to mark a piece with: as given, or over a file the system's clock, or 0. */
uint64_t pier__archive_time(const pier__archive *archive);

/* Fills what both directions share from the options. Returns PIER_OK; PIER_USAGE; PIER_UNSUPPORTED. */
pier_status pier__archive_init(pier__archive *archive, pier_file *file, const pier_archive_options *options,
                               bool storing, pier_error *error);

/* Fills the error without making it stick; the offsets are to be set afterwards. Returns `status`. */
pier_status pier__archive_tell(pier__archive *archive, pier_status status, const char *format, ...) PIER_PRINTF(3, 4);

/* Takes the failure of the file over and makes it stick. Returns its status. */
pier_status pier__archive_fail_by_file(pier__archive *archive, const pier_error *error);

/* Sends the records that a storing archive over a file has gathered: the loader of the same connection is about to wait
 * for so many bytes of input. Waits until all is sent, until that input is there, or until the deadline; a peer that
 * takes nothing may still send. Not as a message: the block that they are in ends without the mark of a flush. Nothing
 * is done for any other archive, and none of its failures is the loader's: they stick in the storing archive alone. */
void pier__archive_send_open(pier__archive *archive, uint64_t input_bytes, pier_deadline deadline);

/* For the channel floor ------------------------------------------------------------------------------------------ */

/* Lets a stream that a storing archive without a file makes have so many bytes, its end mark included, from the next
 * reset on: a record that would be too much is refused (PIER_LIMIT). The block target must be no smaller, so that a
 * stream has one block of records for each time it is flushed or a class is defined. 0: no limit. */
void pier__archive_limit_stream(pier_archive *archive, uint64_t stream_bytes_max);

/* Chooses the format of the streams from the next reset on. */
void pier__archive_choose_format(pier_archive *archive, pier_format format);

/* Returns how many bytes the stream of a storing archive without a file would have if it were closed now, a record that
 * is being stored included. Nothing was drained. */
uint64_t pier__archive_stream_bytes(const pier_archive *archive);

/* Returns whether a record was begun or stored since the stream began. */
bool pier__archive_is_touched(const pier_archive *archive);

/* For the session floor ------------------------------------------------------------------------------------------ */

/* Where a stream stands: what the next block of it says. */
typedef struct pier__standing {
    uint64_t stream_id;
    uint64_t next_record; /* from 1 */
    uint32_t next_block;
    uint32_t epoch;
    bool epoch_has_blocks; /* false: no block of the epoch was made yet */
    bool in_raw;           /* raw bytes have begun and not ended */
} pier__standing;

/* Lets a storing archive that is framed and has stored nothing since it was opened or reset go on with a stream: its
 * blocks have the numbers that come next, and an epoch of their own, and no preamble is made. */
void pier__archive_go_on(pier_archive *archive, const pier__standing *standing);

/* Lets a storing archive make blocks for a session alone: each has records, so that a flush behind a block that its
 * size ended marks nothing, and raw bytes are refused (PIER_UNSUPPORTED). */
void pier__archive_enter_session(pier_archive *archive);

/* Tells such an archive which codecs the peer loads, as bits by their numbers: it makes no blocks in others. Before it
 * is told, it makes none in any. */
void pier__archive_allow_codecs(pier_archive *archive, uint64_t codecs);

/* Lowers the limit of the records that a storing archive takes; a higher one changes nothing. */
void pier__archive_limit_records(pier_archive *archive, uint64_t record_bytes_max);

/* Returns the number that the next record of a storing archive gets. */
uint64_t pier__archive_next_number(const pier_archive *archive);

/* Returns where the stream of a loading archive stands behind the last block that was taken. */
pier__standing pier__archive_standing(const pier_archive *archive);

/* Tells a loading archive that has taken nothing yet that its input is parts of one stream, in order: a part or a block
 * of another one is CORRUPT wherever it stands, and what lies behind damage goes on from what was taken before. */
void pier__archive_keep_alone(pier_archive *archive);

/* Tells a loading archive that has taken nothing yet with which record of which stream its input begins: a part of that
 * stream that begins with another one is CORRUPT. */
void pier__archive_expect(pier_archive *archive, uint64_t stream_id, uint64_t record);

/* Moves a loading archive, framed, so that the next record is the first one with this number or a higher one, and of a
 * block that was ended at this time or later (0: any); blocks are passed over by their headers. Returns PIER_OK;
 * PIER_END or "not now" when no such record is there yet; or a failure. */
pier_status pier__archive_pass(pier_archive *archive, uint64_t number, uint64_t time_unix_ns) PIER_MUST_USE;

/* Returns the header and the payload of the block that pier_archive_next_block has just told, as they came; borrowed
 * until the next call. Empty when it told no block but a preamble, or one that is passed over by its header. */
pier_bytes pier__archive_piece(pier_archive *archive);

/* For the record floor: storing ---------------------------------------------------------------------------------- */

/* How the record floor encodes the closure of a class (proto/wire.md, Definitions) into `closure`. Returns PIER_OK or
 * PIER_NO_MEMORY, or PIER_USAGE with `error` filled for a class that breaks the rules. */
typedef pier_status pier__encode_closure(const void *class_of_caller, pier__buffer *closure, pier_error *error);

/* Begins a record of a class, as pier_archive_begin. Framed: before the first record of the class in this epoch its
 * definition is put into the stream, and the block is switched to the class. Plain: nothing of the sort.
 * class_of_caller: identifies the class within this archive; must stay the same thing while the archive lives. */
pier_status pier__archive_begin_class(pier_archive *archive, const void *class_of_caller, pier__encode_closure *encode);

/* Returns the id that the stream has given to a class in this epoch; 0: none yet. The first takes what identifies the
 * class within this archive, the second an encoded closure. `archive` is framed and within a record. */
uint16_t pier__archive_class_id(const pier_archive *archive, const void *class_of_caller);
uint16_t pier__archive_closure_id(const pier_archive *archive, pier_bytes closure);

/* A class that values within a record are of. class_of_caller: as above; NULL: the closure alone tells it. */
typedef struct pier__further_class {
    const void *class_of_caller;
    pier_bytes closure;
} pier__further_class;

/* Defines further classes before the record that pier__archive_begin_class began, which begins once more: what was
 * stored of it so far is dropped. A class that the stream knows already, under another class_of_caller, becomes known
 * under this one. When the record is refused the definitions made for it are taken back, too. Returns false, with the
 * record refused, when that cannot be. */
bool pier__archive_define_further(pier_archive *archive, const pier__further_class *classes, size_t count,
                                  pier__encode_closure *encode);

/* How many bytes of the record were stored so far, and where those from `position` on lie until more are stored. */
size_t pier__archive_stored_bytes(const pier_archive *archive);
uint8_t *pier__archive_stored_at(pier_archive *archive, size_t position);

/* Makes room for `bytes` at the cursor, moving the buffer if need be. Returns false, with the record refused, when
 * there is no memory or the record would be above the limit. */
bool pier__archive_reserve(pier_archive *archive, size_t bytes);

/* Refuses the record that is being stored: pier_archive_end will take it back and answer `status`. The first refusal
 * counts. path: class and field, or NULL. */
void pier__archive_refuse(pier_archive *archive, pier_status status, const char *path, const char *format, ...)
    PIER_PRINTF(4, 5);

/* Ends a record that a codec has stored, as pier_archive_end, without looking at its bytes: the codec vouches that they
 * are one value within depth and elements. */
pier_status pier__archive_end_typed(pier_archive *archive);

/* Begins a run, where the last record is of this class and the next one needs nothing but its own bytes: no block, no
 * class switch, no limit, no wait. What stores or loads its records needs nothing of the archive, and what is loaded
 * borrows from the block alone. A record that could need more than is left up to the run's end, or that is not taken,
 * goes the usual way, which ends the run. run_by: what the run is known by: the class itself when its codec does the
 * work. */
void pier__archive_begin_run(pier_archive *archive, const void *class_of_run, const void *run_by);

/* Returns how many bytes a switch to a class takes with which the run could go on; 0: none, as the records are not in a
 * framed run, or the class is not defined in this epoch, or is in force. */
size_t pier__archive_switch_room(pier_archive *archive, const void *class_of_caller);

/* Goes on with the run at that class: puts the switch at the cursor, where it has its room, and moves the cursor behind
 * it. The record's bytes there are not touched. */
void pier__archive_switch_stored(pier_archive *archive, const void *class_of_caller);

/* For the record floor: loading ---------------------------------------------------------------------------------- */

/* A class that the stream defined. */
typedef struct pier__stream_class {
    uint16_t id;
    uint64_t fingerprint_high;
    uint64_t fingerprint_low;
    uint8_t *closure; /* the encoded closure, owned by the loader until the epoch ends */
    size_t closure_bytes;
    uint64_t offset; /* of the closure on the wire */
    /* Of the record floor: whom the class was matched with, and what it made of the definition. `release` is called
     * with `definition` (not NULL) when the class goes. */
    const void *bound;
    const void *plan; /* how records become ones of `bound`; NULL: they are in its own form */
    void *bindings;   /* whom it was matched with so far, freed by `release_bindings` when the class goes */
    void (*release_bindings)(const pier_allocator *allocator, void *bindings);
    void *definition;
    void (*release)(const pier_allocator *allocator, void *definition);
    uint8_t holds_ids; /* whether records may hold ids of other classes: storer_forward.c; 0: not looked yet */
    uint8_t reaches;   /* what is special in the definition; 0: not looked yet */
    void *refusal;     /* what was wrong with the definition, of `refusal_bytes`; NULL: not read yet, or nothing */
    size_t refusal_bytes;
} pier__stream_class;

/* Returns the class of the current record; NULL when it has none or there is no record. */
pier__stream_class *pier__archive_record_class(pier_archive *archive);

/* Returns the class that has this id in the current epoch; NULL: none. `archive` loads. */
pier__stream_class *pier__archive_class_of_id(const pier_archive *archive, uint64_t id);

/* Gives the current record to a codec: `*begin` is its first byte, `*end` where its block's payload ends; behind it
 * lie at least PIER_PADDING_BYTES readable bytes. Returns false when there is no record or a failure sticks. */
bool pier__archive_typed_window(pier_archive *archive, const uint8_t **begin, const uint8_t **end);

/* Tells that the codec has taken the record whole, up to `end`. */
void pier__archive_typed_done(pier_archive *archive, const uint8_t *end);

/* Within a run: looks for a switch at the cursor. record: gets where the record behind it begins. Returns the class that
 * it names; NULL: there is none, it names no class of the epoch, or no record may follow. */
pier__stream_class *pier__archive_see_switch(pier_archive *archive, const uint8_t **record);

/* Goes on with the run behind that switch, by the codec of the class that `to` is bound to. */
void pier__archive_switch_loaded(pier_archive *archive, pier__stream_class *to, const uint8_t *record);

/* Opens the window of the token calls on the current record from its first byte, after a scan of the whole record;
 * cursor and limit are then its bounds. Returns false when there is none or the scan fails (which sticks). */
bool pier__archive_open_record(pier_archive *archive);

/* Returns the arena for what is made of the current record; it is emptied when the archive moves on. `archive`
 * loads. */
pier_arena *pier__archive_arena(pier_archive *archive);

/* Fills the error for the current record, at its first byte, without making it stick. Returns `status`. */
pier_status pier__archive_tell_record(pier_archive *archive, pier_status status, const char *format, ...)
    PIER_PRINTF(3, 4);

/* Fails the loading of the current record at `at`, a byte of its window; sticks. Returns `status`. */
pier_status pier__archive_fail_at(pier_archive *archive, const uint8_t *at, pier_status status, const char *path,
                                  const char *format, ...) PIER_PRINTF(5, 6);

#endif
