/* Going through an archive: see walk.h.
 *
 * Which records a damage has cost is known at once when it lies within a block; otherwise the numbers in the next piece
 * tell, and until then the damage waits to be told. */
#include "walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pier/definition.h>
#include <pier/limits.h>

#include "journal_folder.h"
#include "report.h"
#include "signals.h"

/* What is read at once. Larger reads were not faster over a disk of 3 GB/s. */
#define READ_BYTES ((uint32_t)256 << 10)

static uint64_t add_saturated(uint64_t a, uint64_t b) {
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

pier_limits walk_limits(const common_options *common) {
    return (pier_limits){
        .size = sizeof(pier_limits),
        .record_bytes_max = common->record_bytes_max,
        .text_bytes_max = common->record_bytes_max,
        .elements_max = UINT64_MAX,
        .depth_max = PIER_DEPTH_MAX_HIGHEST,
        .classes_max = PIER_CLASSES_MAX_HIGHEST,
    };
}

/* Opens the archive over the input. */
static pier_status open_archive(walk *w, pier_error *error) {
    pier_limits limits = walk_limits(&w->chosen.common);
    pier_archive_options options = {
        .size = sizeof(options),
        .limits = &limits,
        .format = w->chosen.plain ? PIER_FORMAT_PLAIN : PIER_FORMAT_FRAMED,
        .read_bytes = READ_BYTES,
    };
    bool may_show = !w->chosen.is_silent && !(w->chosen.prints && w->out->colours);
    pier_status status =
        dump_input_open(&w->input, w->chosen.path, w->out, w->chosen.common.timeout_ms, may_show, error);
    return status == PIER_OK ? pier_archive_open_load(&w->archive, w->input.file, &options, error) : status;
}

int walk_open(walk *w, const walk_options *chosen, output *out) {
    pier_error error;
    *w = (walk){.chosen = *chosen, .out = out, .input.inner.handle = -1};
    if (open_archive(w, &error) != PIER_OK) {
        const char *hint = error.status == PIER_UNSUPPORTED ? journal_folder_hint(chosen->path) : "";
        int exit_status = report_error(chosen->command, &error, chosen->path, hint);
        w->exit_status = exit_status == EXIT_USAGE ? EXIT_SYSTEM : exit_status;
    }
    return w->exit_status;
}

void walk_open_over(walk *w, const walk_options *chosen, pier_archive *archive, const char *name, output *out) {
    *w = (walk){.chosen = *chosen, .out = out, .archive = archive, .borrows_archive = true};
    w->input.inner = (path_file){.name = name, .handle = -1};
}

void walk_enter(walk *w, const pier_block *piece, uint64_t next_record) {
    w->piece = *piece;
    w->stream_is_known = true;
    w->stream_id = piece->stream_id;
    w->stream_next = piece->first_record + piece->records;
    w->block_next = next_record;
    w->block_left = (uint32_t)(w->stream_next - next_record);
}

void walk_end_progress(walk *w) {
    dump_input_end_progress(&w->input);
}

void walk_close(walk *w) {
    if (!w->borrows_archive) {
        pier_archive_destroy(w->archive);
    }
    w->archive = NULL;
    dump_input_close(&w->input);
    dump_stats_deinit(&w->stats);
}

int walk_exit(const walk *w) {
    return w->exit_status == EXIT_DONE && w->is_damaged ? EXIT_DATA : w->exit_status;
}

/* Telling --------------------------------------------------------------------------------------------------------- */

/* Tells an error, with the file that it is in. */
static int tell_error(walk *w, const pier_error *error, const char *tail) {
    pier_error placed = *error;
    const char *name = w->place != NULL ? w->place(w->place_user, &placed) : w->input.inner.name;
    return report_error(w->chosen.command, &placed, name, tail);
}

/* Tells a damage, with what was passed over and the records that it cost. */
static void tell(walk *w, const pier_error *damage, uint64_t bytes, record_range lost) {
    char tail[128];
    int size = snprintf(tail, sizeof(tail), "; %" PRIu64 " bytes skipped", bytes);
    if (lost.first != 0 && lost.first == lost.last) {
        (void)snprintf(tail + size, sizeof(tail) - (size_t)size, ", record %" PRIu64 " lost", lost.first);
    } else if (lost.first != 0) {
        (void)snprintf(tail + size, sizeof(tail) - (size_t)size, ", records %" PRIu64 " to %" PRIu64 " lost",
                       lost.first, lost.last);
    }
    if (!w->chosen.is_silent) {
        (void)tell_error(w, damage, tail);
    }
}

/* Tells the row of records without a class that has ended. */
static void tell_row(walk *w) {
    if (w->row.status != PIER_OK) {
        tell(w, &w->row, w->row_bytes, w->row_lost);
        w->row.status = PIER_OK;
    }
}

/* Adds the damage that waits to the row of records without a class, which it may begin: where a definition is lost, a
 * line for each record would say the same a million times. */
static void add_to_row(walk *w, record_range lost) {
    bool goes_on =
        w->row.status != PIER_OK && lost.first == w->row_lost.last + 1 && strcmp(w->row.text, w->damage.text) == 0;
    if (goes_on) {
        w->stats.damages--; /* it was counted as one of its own */
    } else {
        tell_row(w);
        w->row = w->damage;
        w->row_bytes = 0;
        w->row_lost.first = lost.first;
    }
    w->row_bytes += w->damage_bytes;
    w->row_lost.last = lost.last;
}

/* Tells the damage that waits, with the records that it cost. */
static void tell_damage(walk *w, record_range lost) {
    if (!w->has_damage) {
        return;
    }
    if (w->raw_lost != 0) {
        /* Raw bytes end where the damage begins: what else is lost follows them. */
        lost = (record_range){w->raw_lost, lost.first != 0 ? lost.last : w->raw_lost};
        w->raw_lost = 0;
    }
    if (w->damage.status == PIER_UNKNOWN_CLASS && lost.first != 0) {
        add_to_row(w, lost);
    } else {
        tell_row(w);
        tell(w, &w->damage, w->damage_bytes, lost);
    }
    w->has_damage = false;
}

static void tell_skipped_record(walk *w) {
    tell_damage(w, (record_range){0, 0});
    tell_row(w);
    if (!w->chosen.is_silent) {
        (void)tell_error(w, pier_archive_error(w->archive), "");
    }
    w->is_damaged = true;
    w->stats.records_skipped++;
}

/* Tells a failure that no other place of the archive can mend. */
static void tell_end(walk *w, pier_status status) {
    const char *name = w->input.inner.name;
    tell_damage(w, (record_range){0, 0});
    tell_row(w);
    if (w->input.out_status != PIER_OK || signals_caught() != 0) {
        return; /* not the archive's fault, and told by who asked for the walk */
    }
    if (status > 0) {
        w->exit_status = report(w->chosen.command, status, "%s: no byte came within %" PRIu64 " ms", name,
                                w->chosen.common.timeout_ms);
        return;
    }
    bool is_archive = pier_archive_status(w->archive) == status || pier_archive_error(w->archive)->status == status;
    w->exit_status = is_archive ? tell_error(w, pier_archive_error(w->archive), "")
                                : report(w->chosen.command, status, "%s: %s", name, pier_status_text(status));
    w->exit_status = w->exit_status == EXIT_USAGE ? EXIT_SYSTEM : w->exit_status;
}

/* Counting -------------------------------------------------------------------------------------------------------- */

/* Counts the records that a range lacks, and gives it. */
static record_range lose(walk *w, uint64_t first, uint64_t count) {
    w->stats.records_lost = add_saturated(w->stats.records_lost, count);
    return count > 0 ? (record_range){first, first + count - 1} : (record_range){0, 0};
}

/* Counts a piece, and tells the damage before it. */
static void count_piece(walk *w, bool is_skipped) {
    const pier_block *piece = &w->piece;
    dump_stats_add_block(&w->stats, piece);
    if (!w->stream_is_known || w->stream_id != piece->stream_id || piece->kind == PIER_BLOCK_PREAMBLE) {
        w->stream_is_known = true;
        w->stream_id = piece->stream_id;
        w->stream_next = 1;
        /* Control blocks come in parts alone, which tells it when the preamble is lost. */
        w->enters_part = piece->kind == PIER_BLOCK_PREAMBLE ? piece->is_part : piece->kind == PIER_BLOCK_CONTROL;
    }
    record_range lost = {0, 0};
    /* A control block may have no place among the records. */
    bool has_place = piece->kind != PIER_BLOCK_PREAMBLE && piece->first_record != 0;
    if (has_place && w->enters_part) {
        /* The first number of a part is known from its blocks alone: nothing tells what is lost before it. */
        w->stream_next = piece->first_record;
        w->enters_part = false;
    }
    if (has_place && piece->first_record > w->stream_next) {
        lost = lose(w, w->stream_next, piece->first_record - w->stream_next);
    }
    tell_damage(w, lost);
    if (has_place) {
        w->stream_next = add_saturated(piece->first_record, piece->records);
    }
    w->block_left = is_skipped || w->chosen.pieces_only || piece->kind == PIER_BLOCK_CONTROL ? 0 : piece->records;
    w->block_next = piece->first_record;
}

/* The next record of the block is dealt with. */
static void pass_record(walk *w) {
    if (w->block_left > 0) {
        w->block_left--;
        w->block_next++;
    }
}

/* Going ---------------------------------------------------------------------------------------------------------- */

/* Goes on behind a damage. Returns whether there is something behind it. */
static bool recover(walk *w) {
    w->damage = *pier_archive_error(w->archive);
    w->damage_bytes = 0;
    w->has_damage = true;
    bool was_damaged = w->is_damaged;
    w->is_damaged = true;
    bool in_record = pier_archive_record_number(w->archive) != 0;
    pier_status status = pier_archive_recover(w->archive, &w->damage_bytes);
    if (w->chosen.may_lack_end && w->damage.status == PIER_TRUNCATED && status == PIER_END && w->damage_bytes == 0) {
        w->has_damage = false;
        w->is_damaged = was_damaged;
        return false;
    }
    w->stats.damages++;
    w->stats.skipped_bytes += w->damage_bytes;
    if (w->block_left > 0) {
        /* Of a block that proved itself one record is lost, or all that were to come. */
        tell_damage(w, lose(w, w->block_next, in_record ? 1 : w->block_left));
        w->block_left = in_record ? w->block_left : 1;
        pass_record(w);
    }
    if (status == PIER_OK) {
        return true;
    }
    if (status < 0 && pier_archive_error(w->archive)->status != w->damage.status) {
        return true; /* reading failed meanwhile: the next step tells */
    }
    if (status > 0 && status != PIER_END) {
        tell_end(w, status);
    } else {
        tell_damage(w, (record_range){0, 0});
    }
    return false;
}

/* Deals with what a step answered but a piece or a record. Returns whether to go on. */
static bool go_on(walk *w, pier_status status) {
    if (status == PIER_END) {
        tell_damage(w, (record_range){0, 0});
        return false;
    }
    pier_status_category category = pier_status_category_of(status);
    if (status > 0 || category == PIER_CATEGORY_SYSTEM || category == PIER_CATEGORY_MEMORY ||
        category == PIER_CATEGORY_USAGE) {
        tell_end(w, status);
        return false;
    }
    tell_damage(w, (record_range){0, 0});
    return recover(w);
}

void walk_fail(walk *w, pier_status status) {
    tell_end(w, status);
}

pier_status walk_load_raw(walk *w, pier_bytes *part) {
    pier_status status = pier_archive_load_raw(w->archive, part);
    if (status == PIER_OK || status == PIER_END) {
        return status;
    }
    w->stats.records--;
    w->stats.untyped_records--;
    if (status == PIER_SKIPPED) {
        tell_skipped_record(w);
    } else {
        w->stats.records_lost = add_saturated(w->stats.records_lost, 1);
        w->raw_lost = w->block_next - 1;
    }
    return status;
}

void walk_through(walk *w) {
    walk_event event;
    while ((event = walk_next(w)) != WALK_OVER) {
        pier_bytes part;
        while (event == WALK_RECORD && pier_archive_is_raw(w->archive) && walk_load_raw(w, &part) == PIER_OK) {
        }
    }
    walk_end_progress(w);
}

/* Takes the next record. Its definition is read, so that it can be printed and stored again. */
static pier_status take_record(walk *w) {
    pier_status status = pier_archive_next(w->archive);
    if (status != PIER_OK) {
        return status;
    }
    const pier_definition *definition = pier_archive_definition(w->archive);
    if (pier_archive_status(w->archive) != PIER_OK) {
        return pier_archive_status(w->archive);
    }
    pass_record(w);
    return dump_stats_add_record(&w->stats, definition) ? PIER_OK : PIER_NO_MEMORY;
}

walk_event walk_next(walk *w) {
    while (w->exit_status == EXIT_DONE && w->input.out_status == PIER_OK) {
        bool takes_record = w->chosen.plain || w->block_left > 0;
        pier_status status = takes_record ? take_record(w) : pier_archive_next_block(w->archive, &w->piece);
        if (!takes_record && (status == PIER_OK || status == PIER_SKIPPED)) {
            count_piece(w, status == PIER_SKIPPED);
        }
        if (status == PIER_OK) {
            if (takes_record) {
                tell_row(w);
            }
            return takes_record ? WALK_RECORD : WALK_PIECE;
        }
        if (status != PIER_SKIPPED && !go_on(w, status)) {
            break;
        }
        if (status == PIER_SKIPPED) {
            tell_skipped_record(w);
            pass_record(w);
            if (!takes_record) {
                return WALK_PIECE;
            }
        }
    }
    tell_row(w);
    w->stats.bytes = w->input.bytes;
    return WALK_OVER;
}
