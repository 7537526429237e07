/* The inline half of runs: records that follow one another in one block, and need the archive for nothing but the place
 * where they lie. Here the next one is of the class that the last one had; one of another class, which a run may go on
 * with, takes a call of the library. For the code that PIER_RECORD and the schema compiler make.
 *
 * Floor 5 (record). The library begins a run when it has stored or loaded a record itself, and has looked then at all
 * that a record may meet; it ends the run before it looks at the archive again (pier__run in <pier/archive.h>). In
 * between, a record costs its codec and the few instructions here. Whoever uses the archive may use these. */
#ifndef PIER_RECORD_RUN_H
#define PIER_RECORD_RUN_H

#include <pier/archive.h>
#include <pier/class.h>
#include <pier/record_words.h>

/* Whether the next record of the class is stored at the cursor, as it needs no more than `bytes`. */
PIER__KERNEL bool pier__run_stores(const pier_archive *archive, const pier_class *class_of_record, uint64_t bytes) {
    return PIER_LIKELY(archive->run.stored_class == class_of_record) &&
           PIER_LIKELY(bytes <= (uint64_t)(archive->run.end - archive->cursor));
}

/* A record was stored at the cursor, up to `end`; NULL: it was not. Returns whether it was. */
PIER__KERNEL bool pier__run_stored(pier_archive *archive, uint8_t *end) {
    if (PIER_UNLIKELY(end == NULL)) {
        return false;
    }
    archive->cursor = end;
    archive->limit = end;
    archive->run.count++;
    return true;
}

/* Whether the next record lies at the cursor, and is one of the class. */
PIER__KERNEL bool pier__run_loads(const pier_archive *archive, const pier_class *class_of_record) {
    return PIER_LIKELY(archive->run.class_of_run == class_of_record) && PIER_LIKELY(archive->run.left > 0);
}

/* A record was loaded from the cursor, up to `end`; NULL: it was not. Returns whether it was, and ends in its block. */
PIER__KERNEL bool pier__run_loaded(pier_archive *archive, const uint8_t *end) {
    if (PIER_UNLIKELY(end == NULL) || PIER_UNLIKELY(end > archive->run.end)) {
        return false;
    }
    uint8_t *begin = archive->cursor;
    archive->run.last = begin;
    archive->cursor = begin + (end - begin);
    archive->limit = archive->cursor;
    archive->run.left--;
    return true;
}

#endif
