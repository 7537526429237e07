/* `pier replay` at work: the events of a recording are played one by one, in their order.
 *
 * Part of the command; runs the loop of loop.h. What the played side sent is sent again, byte for byte, at its time and
 * not before all has come that had come before it when it was recorded; what the other side said is waited for and
 * compared (comparison.h). command_replay.c reads the options and opens what it needs. */
#ifndef PLAYER_H
#define PLAYER_H

#include <pier/address.h>

#include "comparison.h"
#include "loop.h"
#include "progress.h"
#include "script.h"

/* How many addresses of the target are tried. */
enum { PLAYER_ADDRESSES_MAX = 16 };

typedef struct player {
    /* Set by command_replay.c. */
    loop loop;     /* its listener, when the server's side is played, and its standard output are set */
    script script; /* open */
    script_totals totals;
    const char *endpoint; /* for messages */
    pier_address addresses[PLAYER_ADDRESSES_MAX];
    played_target target; /* when the client's side is played */
    int side;             /* that is played */
    double speed;         /* 1: as recorded; 0: as fast as it goes */
    uint64_t timeout_ms;  /* for what is to come */
    side_form form;
    uint64_t record_bytes_max;
    ignored ignored;
    verdict verdict;
    /* The player's own. */
    comparison comparison;
    script_event event; /* that is played */
    bool has_event;
    uint64_t events;          /* that were played */
    uint64_t first;           /* connections of the recordings in FILE before the current one */
    uint64_t opened;          /* connections so far */
    bool has_base;            /* the first connection of the recording was opened */
    int64_t base_unix_ns;     /* when it was, in the recording */
    int64_t base_ns;          /* and now */
    bool is_waiting;          /* for something to come */
    pier_deadline wait_until; /* then */
    pier_deadline wake;       /* when to go on at the latest */
    bool is_ending;           /* all events were played */
    progress progress;
} player;

/* Runs until all is played. Returns what to exit with but for differences; what is wrong is told. */
int player_run(player *running);

#endif
