/* Finding out where a journal stands when it is opened; see journal_internal.h and proto/journal.md.
 *
 * Floor 6 (session). A process that dies leaves at most the last write half done. A power cut leaves of all that was
 * not synced whatever it likes: later blocks, too, without earlier ones. So what is wrong behind the last mark that
 * tells of a sync is cut off with all that follows, if the machine has begun a new life since; in the same life, or
 * before that mark, it is damage, and stays for who reads there. */
#include <string.h>

#include "base/error_internal.h"
#include "base/random_internal.h"
#include "session/journal_internal.h"

/* Walking ---------------------------------------------------------------------------------------------------------- */

/* Where what is not known to be synced begins in a segment. */
static uint64_t tolerated_in(const pier__segment *segment, const pier__synced *synced) {
    return segment->ordinal < synced->place.ordinal    ? UINT64_MAX
           : segment->ordinal == synced->place.ordinal ? synced->place.offset
                                                       : 0;
}

/* Whether a segment holds nothing but zeros: it never reached the disk. */
static pier_status look_for_content(pier_journal *journal, const pier__segment *segment, bool *is_blank,
                                    pier_error *error) {
    const pier__folder_ops *ops = journal->folder.ops;
    int file = PIER__FOLDER_NO_FILE;
    pier_status status = pier__journal_open_segment(journal, segment, false, &file, error);
    if (status != PIER_OK) {
        return status;
    }
    *is_blank = true;
    uint8_t bytes[4096];
    uint64_t at = 0;
    size_t got = 1;
    while (status == PIER_OK && *is_blank && got > 0) {
        status = ops->read(journal->folder.self, file, at, bytes, sizeof bytes, &got, error);
        for (size_t i = 0; i < got; i++) {
            *is_blank = *is_blank && bytes[i] == 0;
        }
        at += got;
    }
    (void)ops->close(journal->folder.self, file, NULL);
    return status;
}

static bool life_is_known(const pier_journal *journal) {
    static const uint8_t unknown[PIER__FOLDER_LIFE_BYTES];
    return memcmp(journal->life, unknown, sizeof unknown) != 0;
}

/* Whether the machine may have lost what was not synced since this checkpoint was written. */
static bool is_other_life(const pier_journal *journal, const pier__walk *walk) {
    return !walk->has_checkpoint || !life_is_known(journal) ||
           memcmp(journal->life, walk->checkpoint.life, sizeof journal->life) != 0;
}

/* What recovery knows while it looks. */
typedef struct recovery {
    pier_journal *journal;
    pier_error *error;
    pier__synced synced; /* the furthest that anything told */
    bool other_life;
    bool is_untold; /* see pier__journal_recover */
} recovery;

static void learn(recovery *of, const pier__synced *synced) {
    if (pier__place_is_before(of->synced.place, synced->place)) {
        of->synced = *synced;
    }
}

/* Whether a segment is what began a journal that must exist: then it is not taken away, whatever is in it. */
static bool must_stay(const pier_journal *journal, size_t at) {
    return at == 0 && journal->options.must_exist;
}

/* What to do with a journal that is not opened. */
#define WAY_OUT "pier journal --export gets what is left"

static pier_status refuse_void(const recovery *of) {
    return pier__error_set(of->error, PIER_NOT_FOUND, PIER_FLOOR_SESSION, 0,
                           "there is no journal in the folder: no block in its %s segment proves itself",
                           of->journal->segment_count == 1 ? "only" : "first");
}

/* Takes the segment away that nothing can be read of, if it is the last one and never reached the disk. */
static pier_status drop_blank(recovery *of) {
    pier_journal *journal = of->journal;
    const pier__segment *last = pier__journal_last(journal);
    bool is_blank = false;
    pier_status status = look_for_content(journal, last, &is_blank, of->error);
    if (status != PIER_OK) {
        return status;
    }
    bool is_salvaged = journal->options.salvages && journal->segment_count > 1;
    if (!is_blank && !is_salvaged && journal->options.durability == PIER_DURABILITY_DISK) {
        /* Such a segment was synced before it had its name: this one was damaged, and how many records it has had
         * cannot be told. */
        return pier__error_set(of->error, PIER_CORRUPT, PIER_FLOOR_SESSION, 0,
                               "the last segment, number %llu, does not prove itself anywhere%s",
                               (unsigned long long)last->ordinal, journal->segment_count > 1 ? ": " WAY_OUT : "");
    }
    if (must_stay(journal, journal->segment_count - 1)) {
        return refuse_void(of);
    }
    return pier__journal_drop_behind(journal, journal->segment_count - 1, of->error);
}

/* Where the stream stands is not told by what belongs to another segment, and nothing is cut by it. */
static pier_status refuse_stray(const recovery *of, const pier__segment *segment, const pier__walk *walk) {
    if (walk->stray_ordinal == 0 || of->journal->options.salvages) {
        return PIER_OK;
    }
    bool is_last = segment == pier__journal_last(of->journal);
    return pier__error_set(of->error, PIER_CORRUPT, PIER_FLOOR_SESSION, 0,
                           "%s segment, number %llu, holds what belongs to number %llu: " WAY_OUT,
                           is_last ? "the last" : "a", (unsigned long long)segment->ordinal,
                           (unsigned long long)walk->stray_ordinal);
}

/* Looks at the last segment. done: it can be gone on with, or there is none. */
static pier_status look_at_last(recovery *of, bool *done) {
    pier_journal *journal = of->journal;
    const pier__segment *last = pier__journal_last(journal);
    *done = last == NULL;
    if (*done) {
        return PIER_OK;
    }
    pier__walk walk = {0};
    pier_status status = pier__walk_segment(journal, last, 0, &walk, of->error);
    if (status == PIER_OK && !walk.has_standing) {
        status = drop_blank(of);
    } else if (status == PIER_OK) {
        status = refuse_stray(of, last, &walk);
        of->other_life = is_other_life(journal, &walk);
        learn(of, &walk.synced);
        *done = true;
    }
    pier__walk_deinit(&walk);
    return status;
}

/* Learns from the segments before the last one what they tell of syncs. from: gets the first that may hold anything
 * that was not synced. */
static pier_status learn_marks(recovery *of, size_t *from) {
    pier_journal *journal = of->journal;
    size_t at = journal->segment_count - 1;
    while (at > 0 && journal->segments[at].ordinal > of->synced.place.ordinal) {
        at--;
    }
    *from = at;
    for (; at + 1 < journal->segment_count; at++) {
        pier__walk walk = {0};
        pier_status status = pier__walk_segment(journal, &journal->segments[at], 0, &walk, of->error);
        status = status == PIER_OK ? refuse_stray(of, &journal->segments[at], &walk) : status;
        learn(of, &walk.synced);
        pier__walk_deinit(&walk);
        if (status != PIER_OK) {
            return status;
        }
    }
    return PIER_OK;
}

/* Where to cut what is torn at `offset`. A checkpoint counts with all of its definitions or not at all: without some
 * the epoch would go on, and its records could not be loaded. stint: where the one begins that has lost some, or
 * `offset`. What a segment begins with is all there is of the epoch when no segment is before it, and was synced before
 * the segment had its name when the journal promises the disk: that it is torn is damage, and what is left of it
 * stays. */
static uint64_t cut_at(const pier_journal *journal, size_t at, uint64_t offset, uint64_t stint) {
    bool stays = stint == 0 && (at == 0 || journal->options.durability == PIER_DURABILITY_DISK);
    return stays ? offset : stint;
}

static uint64_t cut_at_end(const pier_journal *journal, size_t at, const pier__walk *walk) {
    return cut_at(journal, at, walk->whole_until, walk->awaited > 0 ? walk->stint : walk->whole_until);
}

/* Whether the first thing that is wrong is in what the segment begins with. */
static bool lacks_beginning(const pier__walk *walk) {
    return walk->damage != PIER_NO_OFFSET && walk->torn_from == 0;
}

/* Walks over a segment up to where the first thing is wrong that was not synced. What it begins with was synced before
 * it had its name, where the journal promises the disk: when that is wrong it is damage, and stays with all up to the
 * first records, if these go on from there; how much is lost otherwise nothing tells. */
static pier_status walk_to_unsynced(recovery *of, const pier__segment *segment, uint64_t tolerated, pier__walk *walk) {
    pier_journal *journal = of->journal;
    pier_status status = pier__walk_segment(journal, segment, tolerated, walk, of->error);
    if (status != PIER_OK || journal->options.durability != PIER_DURABILITY_DISK || !lacks_beginning(walk)) {
        return status;
    }
    uint64_t next = walk->first_record != 0 ? walk->first_record : walk->standing.next_record;
    if (!walk->has_standing || next != segment->first_record) {
        return pier__error_set(
            of->error, PIER_CORRUPT, PIER_FLOOR_SESSION, 0,
            "the beginning of a segment, number %llu, is damaged, and nothing behind goes on from it: " WAY_OUT,
            (unsigned long long)segment->ordinal);
    }
    tolerated = walk->first_record != 0 ? walk->first_offset + 1 : UINT64_MAX;
    pier__walk_deinit(walk);
    return pier__walk_segment(journal, segment, tolerated, walk, of->error);
}

/* Cuts a segment, and drops those behind it, where the first thing is wrong that was not synced. */
static pier_status cut_unsynced(recovery *of, size_t at, bool *has_cut) {
    pier_journal *journal = of->journal;
    const pier__segment *segment = &journal->segments[at];
    bool is_last = at + 1 == journal->segment_count;
    uint64_t tolerated = tolerated_in(segment, &of->synced);
    pier__walk walk = {0};
    pier_status status = walk_to_unsynced(of, segment, tolerated, &walk);
    if (status == PIER_OK && lacks_beginning(&walk) && must_stay(journal, at)) {
        status = refuse_void(of);
    } else if (status == PIER_OK) {
        bool lacks_end = !is_last && tolerated != UINT64_MAX && walk.whole_until >= tolerated && !walk.has_ended;
        /* Where the end of what was synced is damaged, the place tells how far the numbers went. */
        uint64_t next =
            tolerated != UINT64_MAX && walk.whole_until < tolerated ? of->synced.record + 1 : walk.standing.next_record;
        bool is_apart =
            !is_last && tolerated != UINT64_MAX && walk.has_standing && next != journal->segments[at + 1].first_record;
        uint64_t offset = walk.damage != PIER_NO_OFFSET ? cut_at(journal, at, walk.damage, walk.torn_from)
                                                        : cut_at_end(journal, at, &walk);
        *has_cut = walk.damage != PIER_NO_OFFSET || lacks_end || is_apart || (is_last && offset < walk.size);
        if (*has_cut) {
            status = pier__journal_drop_behind(journal, at + 1, of->error);
            status = status == PIER_OK && offset < segment->size ? pier__journal_cut_last(journal, offset, of->error)
                                                                 : status;
        }
    }
    pier__walk_deinit(&walk);
    return status;
}

/* Takes away what a power cut may have left of what was not synced, or a process of a write that it did not finish. */
static pier_status cut_torn(recovery *of) {
    pier_journal *journal = of->journal;
    size_t at = journal->segment_count - 1;
    pier_status status = of->other_life ? learn_marks(of, &at) : PIER_OK;
    bool has_cut = false;
    for (; status == PIER_OK && of->other_life && !has_cut && at < journal->segment_count; at++) {
        status = cut_unsynced(of, at, &has_cut);
    }
    return status;
}

/* Where the journal stands ----------------------------------------------------------------------------------------- */

static void take_standing(pier_journal *journal, const pier__standing *standing) {
    journal->stream.id = standing->stream_id;
    journal->stream.peer = pier__journal_preamble(journal);
    journal->stream.next_record = standing->next_record;
    journal->stream.next_block = standing->next_block;
    journal->stream.epoch = standing->epoch;
    journal->stream.epoch_has_blocks = standing->epoch_has_blocks;
    journal->stream.in_raw = standing->in_raw;
}

static void take_walk(recovery *of, pier__walk *walk) {
    pier_journal *journal = of->journal;
    pier__segment *last = pier__journal_last(journal);
    take_standing(journal, &walk->standing);
    if (journal->options.salvages && journal->stream.next_record < last->first_record) {
        /* It holds what belongs to another one: those before it had the records that its name tells. */
        journal->stream.next_record = last->first_record;
    }
    pier__buffer_deinit(&journal->definitions);
    journal->definitions = walk->definitions;
    pier__buffer_init(&walk->definitions, &journal->allocator);
    journal->end = walk->whole_until;
    last->size = walk->whole_until;
    last->time_unix_ns = walk->time_unix_ns;
    journal->needs_end = !walk->has_ended;
    pier__journal_size_segments(journal, walk->whole_until);
    journal->prefers_new = walk->whole_until >= journal->full_at / 2;
    journal->found.was_closed = walk->has_ended && journal->found.cut_bytes == 0;
    journal->found.damaged_bytes = walk->damaged_bytes;
    const pier__place end = {last->ordinal, journal->end};
    if (of->other_life && life_is_known(journal)) {
        /* What is there after a power cut is on the disk, but for the end mark: a process since, which left the segment,
         * may have written it and nothing else that would tell of this life. */
        journal->synced = (pier__synced){end, journal->stream.next_record - 1};
        if (walk->has_ended) {
            journal->synced.place.offset -= PIER__PIECE_BYTES;
            journal->inherited_ordinal = end.ordinal;
            journal->inherited_end = end.offset;
        }
        return;
    }
    /* Who made the last segment may have died before its name was synced. */
    journal->names_unsynced = true;
    journal->synced = of->synced;
    if (pier__place_is_before(end, journal->synced.place)) {
        journal->synced = (pier__synced){end, journal->stream.next_record - 1};
    }
    if (pier__place_is_before(journal->synced.place, end)) {
        journal->inherited_ordinal = end.ordinal;
        journal->inherited_end = end.offset;
    }
}

/* Whether the place up to which damage stays is to be told anew. What told it may have been cut off: it lies behind the
 * place, and not always at it. Or damage was met in the same life of the machine behind that place, and stays because
 * all is synced now; but that is not told before somebody writes. */
static bool is_untold(const recovery *of, const pier__walk *walk) {
    const pier_journal *journal = of->journal;
    const pier__segment *last = &journal->segments[journal->segment_count - 1];
    bool was_cut_off = journal->found.cut_bytes > 0 && pier__place_is_before(walk->synced.place, of->synced.place);
    bool is_passed = walk->last_damage != PIER_NO_OFFSET &&
                     !pier__place_is_before((pier__place){last->ordinal, walk->last_damage}, walk->synced.place);
    return was_cut_off || (is_passed && journal->options.durability == PIER_DURABILITY_DISK);
}

/* Takes the last segment over. again: something of it was taken away, and what is left is to be looked at anew. */
static pier_status take_last(recovery *of, bool *again) {
    pier_journal *journal = of->journal;
    pier__index_clear(&journal->index);
    memset(journal->notes, 0, sizeof journal->notes);
    pier__walk walk = {.notes = journal->notes, .index = &journal->index};
    pier_status status = pier__walk_segment(journal, pier__journal_last(journal), 0, &walk, of->error);
    uint64_t end = cut_at_end(journal, journal->segment_count - 1, &walk);
    bool is_void = status == PIER_OK && (!walk.has_standing || end == 0);
    *again = is_void || (status == PIER_OK && end < walk.whole_until);
    if (is_void) {
        status = pier__journal_drop_behind(journal, journal->segment_count - 1, of->error);
    } else if (status == PIER_OK && end < walk.size) {
        status = pier__journal_cut_last(journal, end, of->error);
    }
    if (status == PIER_OK && !*again) {
        of->is_untold = is_untold(of, &walk);
        take_walk(of, &walk);
    }
    pier__walk_deinit(&walk);
    return status;
}

/* Begins the stream of a new journal. */
static pier_status begin_stream(pier_journal *journal, pier_error *error) {
    journal->stream.id = journal->options.stream_id;
    journal->stream.next_record = 1;
    if (journal->stream.id == 0 && !pier__random_u64(&journal->stream.id)) {
        return pier__error_set(error, PIER_SYSTEM, PIER_FLOOR_SESSION, 0, "the system gives no random number");
    }
    journal->stream.peer = pier__journal_preamble(journal);
    return PIER_OK;
}

static pier_status find_standing(recovery *of) {
    pier_journal *journal = of->journal;
    bool again = true;
    while (again) {
        bool done = false;
        pier_status status = PIER_OK;
        while (status == PIER_OK && !done) {
            status = look_at_last(of, &done);
        }
        if (status == PIER_OK && journal->segment_count > 0 && !journal->options.salvages) {
            status = cut_torn(of);
        }
        if (status != PIER_OK || journal->segment_count == 0) {
            return status;
        }
        status = take_last(of, &again);
        if (status != PIER_OK) {
            return status;
        }
        if (journal->segment_count == 0) {
            return PIER_OK;
        }
    }
    return PIER_OK;
}

pier_status pier__journal_recover(pier_journal *journal, bool *is_untold, pier_error *error) {
    recovery of = {.journal = journal, .error = error};
    journal->stream = (pier__stream){.phase = PIER__PHASE_STREAM, .preamble_is_known = true, .is_known = true};
    journal->folder.ops->life(journal->folder.self, journal->life);
    pier_status status = pier__journal_list(journal, error);
    status = status == PIER_OK ? find_standing(&of) : status;
    *is_untold = of.is_untold;
    if (status != PIER_OK) {
        return status;
    }
    if (journal->segment_count == 0) {
        return journal->options.must_exist
                   ? pier__error_set(error, PIER_NOT_FOUND, PIER_FLOOR_SESSION, 0, "there is no journal in the folder")
                   : begin_stream(journal, error);
    }
    if (journal->options.stream_id != 0 && journal->options.stream_id != journal->stream.id) {
        return pier__error_set(error, PIER_MISMATCH, PIER_FLOOR_SESSION, 0, "the journal is one of another stream");
    }
    return PIER_OK;
}
