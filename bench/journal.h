/* What is measured of journals: programs that make records durable, one after the other, in the same folder. */
#ifndef PIER_BENCH_JOURNAL_H
#define PIER_BENCH_JOURNAL_H

#include "demand.h"
#include "record_workloads.h"

enum { JOURNAL_TICKS = 1024 };

/* What one slice is to do. */
typedef struct journal_task {
    const char *folder; /* empty, and emptied afterwards */
    const tick *ticks;  /* JOURNAL_TICKS of them, stored in turn */
    uint64_t records;
    uint64_t group;        /* records that are made durable together */
    bool syncs;            /* they survive the machine; else the process */
    uint64_t bytes;        /* for those that only write: how many there are to write */
    uint64_t bytes_stored; /* is told: what the folder has in the end */
} journal_task;

/* Stores all records. Returns the nanoseconds that took, opening and closing aside. */
typedef int64_t journal_program(journal_task *task);

journal_program journal_pier;
journal_program journal_raw;
journal_program journal_sqlite; /* with BENCH_SQLITE */

#endif
