/* A journal in memory as a session sees one: what was appended and not synced may be lost by a power cut, from some
 * place on. It checks that what is appended goes on from what is there. */
#ifndef PIER_TESTS_SESSION_SIM_JOURNAL_H
#define PIER_TESTS_SESSION_SIM_JOURNAL_H

#include <pier/session.h>

#include "archive/stream_internal.h"
#include "session/simulated_folder.h"

typedef struct sim_entry {
    uint8_t *bytes;
    size_t size;
    bool is_note;
    uint32_t note;
    pier__header header; /* of a block */
} sim_entry;

/* A journal: as above, or the real one in a folder of a simulated disk. */
typedef struct sim_journal {
    bool exists;
    bool is_real;
    sim_disk disk;
    pier_journal *real; /* NULL: nobody has it open */
    pier_durability durability;
    uint64_t faults; /* random state of what a power cut leaves */
    uint64_t stream_id;
    sim_entry *entries;
    size_t count;
    size_t capacity;
    size_t synced;  /* entries that survive a power cut */
    size_t trimmed; /* entries that are gone; notes and definitions among them still count */
    pier__stream stream;
} sim_journal;

/* Makes a journal that nobody has open. */
void sim_journal_make(sim_journal *journal, uint64_t stream_id, pier_durability durability, bool is_real,
                      uint64_t faults);
void sim_journal_free(sim_journal *journal);

/* A process begins with it, and is told what is there. Returns NULL, or what is wrong. The notes are borrowed. */
const char *sim_journal_open(sim_journal *journal, pier_session_found *found);

/* The process ends: what it handed to the system stays, or the power is cut. `kept`: any number; it chooses. */
void sim_journal_crash(sim_journal *journal, bool loses_power, uint64_t whim);

/* A process begins with it, and ends somewhere within that; opens: or before. Of real journals alone. A process that
 * ends takes no power with it later: what it left counts as synced. */
void sim_journal_crash_while_opening(sim_journal *journal, bool opens, bool loses_power, uint64_t whim);

/* Carry a request out. `wrong`: gets what no session may ask. data: malloc'd. */
pier_status sim_journal_do(sim_journal *journal, const pier_session_request *request, uint64_t whim, uint8_t **data,
                           size_t *size, const char **wrong);

/* Makes the next sync or write fail. */
void sim_journal_break(sim_journal *journal, pier_session_work work);

/* Copies a folder that nobody has open. */
void sim_journal_copy(sim_journal *to, const sim_journal *from);

#endif
