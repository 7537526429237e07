/* See sim_journal.h. */
#include "session/sim_journal.h"

#include <stdlib.h>
#include <string.h>

#include "session/journal_internal.h"
#include "support/random.h"

static const pier_limits no_limits = {
    .record_bytes_max = (uint64_t)1 << 30,
    .queue_bytes_max = (uint64_t)1 << 30,
    .classes_max = 65535,
    .block_target_bytes = 1 << 20,
    .inflation_ratio_max = 1032,
};

void sim_journal_make(sim_journal *journal, uint64_t stream_id, pier_durability durability, bool is_real,
                      uint64_t faults) {
    memset(journal, 0, sizeof *journal);
    journal->exists = true;
    journal->is_real = is_real;
    journal->durability = durability;
    journal->faults = faults;
    sim_init(&journal->disk);
    journal->stream_id = stream_id;
    journal->stream = (pier__stream){.phase = PIER__PHASE_STREAM,
                                     .preamble_is_known = true,
                                     .peer = {.features_required = PIER__REQUIRES_PART, .block_target_bytes = 1 << 20},
                                     .is_known = true,
                                     .id = stream_id,
                                     .next_record = 1};
}

void sim_journal_free(sim_journal *journal) {
    if (!journal->exists) {
        return;
    }
    pier_journal_destroy(journal->real);
    sim_deinit(&journal->disk);
    for (size_t i = 0; i < journal->count; i++) {
        free(journal->entries[i].bytes);
    }
    free(journal->entries);
    memset(journal, 0, sizeof *journal);
}

static sim_entry *add(sim_journal *journal, const void *bytes, size_t size) {
    if (journal->count == journal->capacity) {
        journal->capacity = journal->capacity == 0 ? 64 : journal->capacity * 2;
        journal->entries = (sim_entry *)realloc(journal->entries, journal->capacity * sizeof *journal->entries);
    }
    sim_entry *entry = &journal->entries[journal->count++];
    memset(entry, 0, sizeof *entry);
    entry->bytes = (uint8_t *)malloc(size + 1);
    if (size > 0) {
        memcpy(entry->bytes, bytes, size);
    }
    entry->size = size;
    return entry;
}

/* Returns NULL, or what is wrong with the blocks. */
static const char *append(sim_journal *journal, pier_bytes blocks) {
    const uint8_t *at = (const uint8_t *)blocks.data;
    size_t left = blocks.size;
    while (left > 0) {
        if (left < PIER__PIECE_BYTES || !pier__piece_proves_itself(at)) {
            return "what is appended is no block";
        }
        pier__header header;
        pier__header_decode(at, &header);
        size_t size = PIER__PIECE_BYTES + (size_t)header.stored_bytes;
        pier__fault fault = pier__piece_fault(&journal->stream, at, &no_limits);
        if (fault.status != PIER_OK) {
            return fault.text;
        }
        if (size > left) {
            return "half a block is appended";
        }
        if (pier__payload_check(at + PIER__PIECE_BYTES, header.stored_bytes) != header.payload_check) {
            return "a block is appended whose check fails";
        }
        for (size_t i = 0; header.kind == PIER_BLOCK_DEFINITIONS && i < journal->count; i++) {
            const sim_entry *entry = &journal->entries[i];
            if (!entry->is_note && entry->header.kind == PIER_BLOCK_DEFINITIONS &&
                entry->header.epoch == header.epoch && entry->size == size &&
                memcmp(entry->bytes + PIER__PIECE_BYTES, at + PIER__PIECE_BYTES, size - PIER__PIECE_BYTES) == 0) {
                return "a class is defined twice in an epoch";
            }
        }
        pier__stream_pass(&journal->stream, &header);
        add(journal, at, size)->header = header;
        at += size;
        left -= size;
    }
    return NULL;
}

static void note(sim_journal *journal, uint32_t number, pier_bytes value) {
    sim_entry *entry = add(journal, value.data, value.size);
    entry->is_note = true;
    entry->note = number;
}

static uint64_t last_of(const sim_entry *entry) {
    return entry->header.first_record + entry->header.records - 1;
}

static bool has_numbers(const sim_entry *entry) {
    return !entry->is_note && entry->header.kind != PIER_BLOCK_DEFINITIONS;
}

static void trim(sim_journal *journal, uint64_t through, uint64_t whim) {
    size_t end = journal->trimmed;
    for (size_t i = journal->trimmed; i < journal->count && i < journal->synced; i++) {
        if (has_numbers(&journal->entries[i])) {
            if (last_of(&journal->entries[i]) > through || whim % 3 == 0) {
                break;
            }
            whim /= 3;
            end = i + 1;
        }
    }
    journal->trimmed = end;
}

static void put(uint8_t **out, size_t *size, const sim_entry *entry) {
    *out = (uint8_t *)realloc(*out, *size + entry->size);
    memcpy(*out + *size, entry->bytes, entry->size);
    *size += entry->size;
}

/* The definitions of an epoch before an entry, as a journal makes them anew: where they stand means nothing. */
static void put_definitions(const sim_journal *journal, size_t before, uint32_t epoch, uint8_t **out, size_t *size) {
    for (size_t i = 0; i < before; i++) {
        const sim_entry *entry = &journal->entries[i];
        if (!entry->is_note && entry->header.kind == PIER_BLOCK_DEFINITIONS && entry->header.epoch == epoch) {
            put(out, size, entry);
        }
    }
}

static pier_status read_blocks(const sim_journal *journal, uint64_t from, size_t bytes_max, uint8_t **out,
                               size_t *size) {
    *out = NULL;
    *size = 0;
    bool has_begun = false;
    if (from == journal->stream.next_record) {
        put_definitions(journal, journal->count, journal->stream.epoch, out, size);
        return PIER_OK;
    }
    for (size_t i = journal->trimmed; i < journal->count; i++) {
        const sim_entry *entry = &journal->entries[i];
        if (entry->is_note || (!has_begun && (!has_numbers(entry) || last_of(entry) < from))) {
            continue;
        }
        if (!has_begun) {
            if (entry->header.first_record > from) {
                return PIER_NOT_FOUND;
            }
            put_definitions(journal, i, entry->header.epoch, out, size);
        }
        has_begun = true;
        put(out, size, entry);
        if (has_numbers(entry) && *size >= bytes_max) {
            break;
        }
    }
    return has_begun ? PIER_OK : PIER_NOT_FOUND;
}

/* Keeps `kept` entries, no fewer than are synced. */
static void lose(sim_journal *journal, size_t kept) {
    kept = kept > journal->synced ? kept : journal->synced;
    while (journal->count > kept) {
        free(journal->entries[--journal->count].bytes);
    }
    journal->synced = journal->count; /* what is left is on the disk */
    journal->stream.next_record = 1;
    journal->stream.next_block = 0;
    journal->stream.epoch = 0;
    journal->stream.epoch_has_blocks = false;
    for (size_t i = 0; i < journal->count; i++) {
        if (!journal->entries[i].is_note) {
            pier__stream_pass(&journal->stream, &journal->entries[i].header);
        }
    }
}

static void tell_found(const sim_journal *journal, pier_session_found *found) {
    found->state.stream_id = journal->stream_id;
    found->state.next_record = journal->stream.next_record;
    found->state.next_block = journal->stream.next_block;
    found->state.epoch = journal->stream.epoch;
    found->state.epoch_has_blocks = journal->stream.epoch_has_blocks;
    found->state.first_record = journal->stream.next_record;
    for (size_t i = journal->count; i-- > journal->trimmed;) {
        if (has_numbers(&journal->entries[i])) {
            found->state.first_record = journal->entries[i].header.first_record;
        }
    }
    for (size_t i = 0; i < journal->count; i++) {
        const sim_entry *entry = &journal->entries[i];
        if (entry->is_note) {
            found->notes[entry->note] = (pier_bytes){entry->bytes, entry->size};
        } else if (i < journal->synced && has_numbers(entry)) {
            found->state.durable_record = last_of(entry);
        }
    }
}

/* The real journal ------------------------------------------------------------------------------------------------- */

static size_t fate(void *user, size_t at, const sim_change *change) {
    (void)at;
    uint64_t draw = test_random((uint64_t *)user);
    if (change->kind != SIM_WRITE || draw % 3 == 0) {
        return draw % 2 == 0 ? 0 : change->size + 1;
    }
    return draw % 3 == 1 ? change->size : draw % 5 == 0 ? SIM_ZEROS : (size_t)(draw >> 8) % (change->size + 1);
}

/* Makes of `to` what `from` was after its first `changes` changes. chosen: the power is cut; NULL: the process ends,
 * within the last change when `bytes` are fewer than it has. */
static void copy_disk(const sim_disk *from, size_t changes, size_t bytes, sim_disk *to, sim_fate *chosen, void *user) {
    sim_disk copy;
    sim_init(&copy);
    if (chosen != NULL) {
        sim_cut_power(from, changes, &copy, chosen, user);
    } else {
        sim_kill(from, changes, bytes, &copy);
    }
    sim_settle(&copy);
    sim_deinit(to);
    *to = copy;
}

static const char *open_real(sim_journal *journal, pier_session_found *found) {
    static pier_error error;
    const pier_journal_options options = {.size = sizeof options,
                                          .durability = journal->durability,
                                          .stream_id = journal->stream_id,
                                          .segment_bytes = PIER_JOURNAL_SEGMENT_BYTES_LOWEST,
                                          .reserve_bytes = 4096};
    if (pier__journal_open_in(&journal->real, sim_open(&journal->disk), &options, &error) != PIER_OK) {
        return error.text;
    }
    found->state = pier_journal_info(journal->real);
    for (uint32_t i = 0; i < PIER_SESSION_NOTES; i++) {
        found->notes[i] = pier_journal_noted(journal->real, i);
    }
    /* Of segments that were trimmed, some may be back and others not: that is no damage. */
    return found->state.damaged_bytes != 0 ? "a crash damaged a journal" : NULL;
}

static pier_status read_real(sim_journal *journal, const pier_session_request *request, uint8_t **data, size_t *size) {
    pier_journal_reader *reader = NULL;
    const pier_journal_from from = {.size = sizeof from, .record = request->number};
    pier_status status = pier_journal_reader_open(&reader, journal->real, &from, NULL);
    bool has_records = false;
    while (status == PIER_OK) {
        pier_bytes bytes;
        pier_block block;
        status = pier_journal_reader_next(reader, &bytes, &block);
        /* It may begin some blocks earlier. */
        bool is_before = block.records > 0 && block.first_record + block.records <= request->number;
        if (status != PIER_OK || bytes.size == 0 || is_before) {
            continue;
        }
        *data = (uint8_t *)realloc(*data, *size + bytes.size);
        memcpy(*data + *size, bytes.data, bytes.size);
        *size += bytes.size;
        has_records = has_records || block.records > 0;
        if (has_records && block.records > 0 && *size >= request->bytes_max) {
            break;
        }
    }
    pier_journal_reader_destroy(reader);
    return status == PIER_END ? PIER_OK : status;
}

static pier_status do_real(sim_journal *journal, const pier_session_request *request, uint8_t **data, size_t *size) {
    switch (request->work) {
    case PIER_SESSION_WRITE:
        return pier_journal_append(journal->real, request->bytes);
    case PIER_SESSION_NOTE:
        return pier_journal_note(journal->real, (uint32_t)request->number, request->bytes);
    case PIER_SESSION_SYNC:
        return pier_journal_sync(journal->real, NULL);
    case PIER_SESSION_READ:
        return read_real(journal, request, data, size);
    default:
        return pier_journal_trim(journal->real, request->number);
    }
}

/* Both ------------------------------------------------------------------------------------------------------------- */

const char *sim_journal_open(sim_journal *journal, pier_session_found *found) {
    memset(found, 0, sizeof *found);
    if (journal->is_real) {
        return open_real(journal, found);
    }
    tell_found(journal, found);
    return NULL;
}

void sim_journal_crash(sim_journal *journal, bool loses_power, uint64_t whim) {
    if (journal->is_real) {
        pier_journal_destroy(journal->real);
        journal->real = NULL;
    }
    journal->disk.fail_sync_in = 0;
    journal->disk.fail_write_in = 0;
    if (loses_power && journal->is_real) {
        copy_disk(&journal->disk, journal->disk.trace_count, SIZE_MAX, &journal->disk, fate, &journal->faults);
    } else if (loses_power) {
        lose(journal, journal->synced + (size_t)(whim % (journal->count - journal->synced + 1)));
    }
}

void sim_journal_crash_while_opening(sim_journal *journal, bool opens, bool loses_power, uint64_t whim) {
    size_t before = journal->disk.trace_count;
    pier_session_found found;
    if (opens) {
        /* Whether it opens, the next one says. */
        (void)sim_journal_open(journal, &found);
        pier_journal_destroy(journal->real);
        journal->real = NULL;
    }
    size_t changes = before + (size_t)(whim % (journal->disk.trace_count - before + 1));
    size_t bytes = changes > before ? (size_t)((whim >> 20) % (journal->disk.trace[changes - 1].size + 1)) : SIZE_MAX;
    copy_disk(&journal->disk, changes, bytes, &journal->disk, loses_power ? fate : NULL, &journal->faults);
}

void sim_journal_break(sim_journal *journal, pier_session_work work) {
    if (work == PIER_SESSION_SYNC) {
        journal->disk.fail_sync_in = 1;
    } else {
        journal->disk.fail_write_in = 1;
    }
}

pier_status sim_journal_do(sim_journal *journal, const pier_session_request *request, uint64_t whim, uint8_t **data,
                           size_t *size, const char **wrong) {
    pier_status status = PIER_OK;
    if (journal->is_real) {
        status = do_real(journal, request, data, size);
        *wrong = request->work == PIER_SESSION_WRITE && (status == PIER_CORRUPT || status == PIER_PROTOCOL)
                     ? pier_journal_error(journal->real)->text
                     : NULL;
        return status;
    }
    bool breaks = journal->disk.fail_sync_in + journal->disk.fail_write_in > 0;
    if (breaks && (request->work == PIER_SESSION_SYNC || request->work == PIER_SESSION_WRITE)) {
        return PIER_SYSTEM;
    }
    switch (request->work) {
    case PIER_SESSION_WRITE:
        *wrong = append(journal, request->bytes);
        break;
    case PIER_SESSION_NOTE:
        note(journal, (uint32_t)request->number, request->bytes);
        break;
    case PIER_SESSION_SYNC:
        journal->synced = journal->count;
        break;
    case PIER_SESSION_READ:
        status = read_blocks(journal, request->number, request->bytes_max, data, size);
        break;
    case PIER_SESSION_TRIM:
        trim(journal, request->number, whim);
        break;
    }
    return status;
}

void sim_journal_copy(sim_journal *to, const sim_journal *from) {
    sim_journal_free(to);
    sim_journal_make(to, from->stream_id, from->durability, from->is_real, from->faults);
    if (from->is_real) {
        copy_disk(&from->disk, from->disk.trace_count, SIZE_MAX, &to->disk, NULL, NULL);
    }
    for (size_t i = 0; i < from->count; i++) {
        sim_entry *entry = add(to, from->entries[i].bytes, from->entries[i].size);
        entry->is_note = from->entries[i].is_note;
        entry->note = from->entries[i].note;
        entry->header = from->entries[i].header;
    }
    to->synced = from->synced;
    to->trimmed = from->trimmed;
    to->stream = from->stream;
    to->exists = from->exists;
}
