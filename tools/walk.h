/* Going through an archive from its first byte to its last, over whatever damage: what dump, check, repair, replay and
 * journal share.
 *
 * Part of the command. Every damage is told in one line on standard error, with its offset, how many bytes were passed
 * over and which records are lost by it; all of it is counted. */
#ifndef WALK_H
#define WALK_H

#include <stdbool.h>
#include <stdint.h>

#include <pier/raw.h>

#include "dump_input.h"
#include "dump_stats.h"
#include "options.h"
#include "output.h"

/* What to go through, and how. */
typedef struct walk_options {
    const char *command; /* for messages */
    const char *path;    /* "-" is standard input */
    common_options common;
    bool plain;        /* bare MessagePack values */
    bool pieces_only;  /* the records are not looked at */
    bool is_silent;    /* damage is not told: a walk before this one has done so; no progress either */
    bool may_lack_end; /* it is whole without an end mark, too: it is still written */
    bool prints;       /* much is written to `out` meanwhile: no progress where that is a terminal */
} walk_options;

/* What the walk has come to. */
typedef enum walk_event {
    WALK_PIECE,  /* a piece of a framed stream: `piece` */
    WALK_RECORD, /* a record, which the archive stands at; its class, if it has one, is defined right */
    WALK_OVER    /* the end, or a failure that ends the walk and was told: `exit_status` */
} walk_event;

/* Records by their numbers; none when `first` is 0. */
typedef struct record_range {
    uint64_t first;
    uint64_t last;
} record_range;

/* Turns the offset of an error into one in a file, whose name it gives, where several files are one archive. */
typedef const char *walk_place(void *user, pier_error *error);

typedef struct walk {
    walk_options chosen;
    output *out; /* written out before the walk waits for input */
    dump_input input;
    pier_archive *archive;
    bool borrows_archive;
    walk_place *place; /* NULL: the archive is one file */
    void *place_user;
    dump_stats stats;
    pier_block piece;
    bool is_damaged; /* something was told */
    int exit_status; /* EXIT_DONE, or of the failure that ended the walk */
    /* The current block: records of it that are to come, and the number of the first of them. */
    uint32_t block_left;
    uint64_t block_next;
    /* The current stream: the number of the record behind the last piece. */
    bool stream_is_known;
    bool enters_part; /* a part of a stream, of which no block came that says where it begins */
    uint64_t stream_id;
    uint64_t stream_next;
    /* A damage that is told when the next piece shows which records it cost. */
    bool has_damage;
    pier_error damage;
    uint64_t damage_bytes;
    uint64_t raw_lost; /* number of a record of raw bytes that the damage cost, 0: none */
    /* Records in a row whose class is not defined, as one damage, which is told when the row ends; none when its status
     * is PIER_OK. */
    pier_error row;
    uint64_t row_bytes;
    record_range row_lost;
} walk;

/* Opens the archive. out: borrowed. Returns EXIT_DONE, or what to exit with, and it was told. Either way walk_close is
 * due. */
int walk_open(walk *w, const walk_options *chosen, output *out);

/* Begins to walk over an archive that somebody else opened, from where it is. archive, name: borrowed. */
void walk_open_over(walk *w, const walk_options *chosen, pier_archive *archive, const char *name, output *out);

/* Tells that the archive stands within a piece already, before the record of this number. */
void walk_enter(walk *w, const pier_block *piece, uint64_t next_record);

/* The limits of what is walked over: all but the record's are as high as they go, as what is on disk is read. */
pier_limits walk_limits(const common_options *common);

/* Goes on to the next piece or record. */
walk_event walk_next(walk *w);

/* Ends the walk by a failure of memory or of the system that the current record had, and tells it. */
void walk_fail(walk *w, pier_status status);

/* Loads the next part of the raw bytes that the archive stands at. part: borrowed until the next call. Returns PIER_OK;
 * PIER_END when all came; otherwise they are not whole, which is told and counted here or by the next step. */
pier_status walk_load_raw(walk *w, pier_bytes *part);

/* Goes through all that is left, raw bytes too, and ends the progress bar. */
void walk_through(walk *w);

/* Ends the progress bar, so that something else can be printed. */
void walk_end_progress(walk *w);

void walk_close(walk *w);

/* Returns what a command exits with that has gone through all: EXIT_DATA when something was told. */
int walk_exit(const walk *w);

#endif
