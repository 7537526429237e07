/* What came from the other side of a played connection, beside what was recorded of it.
 *
 * Part of the command; player.c asks. Records are compared with records, in their order; what was recorded as no stream
 * of records is compared byte by byte. Where one of them cannot be gone on with that is one difference, and no more of
 * this side of this connection is compared. */
#ifndef COMPARISON_H
#define COMPARISON_H

#include "ignored.h"
#include "played.h"
#include "record_diff.h"
#include "verdict.h"

/* How far a comparison has come. */
typedef enum comparison_state {
    COMPARISON_DONE,  /* with what was recorded so far */
    COMPARISON_MOVED, /* a record was compared, and more may be there */
    COMPARISON_WAITS  /* for what the other side has not said yet */
} comparison_state;

typedef struct comparison {
    const ignored *ignored;
    verdict *verdict;
    pier_tree *expected; /* NULL: memory ran out */
    pier_tree *found;
    /* What is under way. */
    bool is_fed;          /* the bytes of the event were given to the reader */
    bool has_event;       /* something was recorded that is compared next */
    side_event event;     /* that */
    size_t bytes_at;      /* how many bytes of the event were compared */
    int side;             /* whose it is */
    const played *played; /* which connection's */
} comparison;

/* Begins with the next event of the recording. */
void comparison_begin(comparison *c);

/* Compares with the bytes of a recorded event. */
comparison_state comparison_pass(comparison *c, played *of, int side, pier_bytes recorded);

/* Compares with the end of the side, which ended in the way `how` of recording_classes.h. */
comparison_state comparison_end(comparison *c, played *of, int side, int how);

/* Gives up, as what was recorded did not come: within the time, or at all. */
void comparison_give_up(comparison *c, played *of, int side, const char *came);

#endif
