/* How far something is that takes long, on the last line of the terminal.
 *
 * Part of the command. Shown now and then alone, and on a terminal that knows how: the caller may tell as often as it
 * likes. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct progress {
    bool is_shown; /* there is such a terminal */
    int64_t began_ns;
    int64_t next_ns;
} progress;

/* Begins. may_show: false: never. */
void progress_begin(progress *shown, bool may_show);

/* Returns whether it is time to show how far it is. */
bool progress_is_due(const progress *shown);

/* Shows that `done` of `total` is done; words: what there is to say of it beside the bar. */
void progress_show(progress *shown, uint64_t done, uint64_t total, const char *words);

/* Shows words alone, of something whose end nobody knows. */
void progress_show_words(progress *shown, const char *words);

/* Returns how long it has taken, in seconds. */
double progress_seconds(const progress *shown);

/* Writes a time as people read it: 7 s, 3 min 20 s. */
void progress_format_time(char *text, unsigned long size, double seconds);

/* Takes it from the terminal, for good. */
void progress_end(progress *shown);

#endif
