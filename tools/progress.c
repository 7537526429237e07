/* How far something is that takes long: see progress.h. */
#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include <pier/clock.h>

#include "report.h"

#define INTERVAL_NS ((int64_t)200000000)

/* The length of the bar. */
enum { CELLS = 20 };

void progress_begin(progress *shown, bool may_show) {
    *shown = (progress){.is_shown = may_show && report_has_colours(STDERR_FILENO)};
    shown->began_ns = pier_clock_monotonic_ns();
}

bool progress_is_due(const progress *shown) {
    return shown->is_shown && pier_clock_monotonic_ns() >= shown->next_ns;
}

void progress_show(progress *shown, uint64_t done, uint64_t total, const char *words) {
    static const char cells[CELLS + 1] = "====================";
    char text[140];
    total = total > done ? total : done;
    int full = total > 0 ? (int)((double)done / (double)total * CELLS) : CELLS;
    int percent = total > 0 ? (int)((double)done / (double)total * 100) : 100;
    (void)snprintf(text, sizeof(text), "[%.*s%*s] %3d %% %s", full, cells, CELLS - full, "", percent, words);
    progress_show_words(shown, text);
}

void progress_show_words(progress *shown, const char *words) {
    report_progress(words);
    shown->next_ns = pier_clock_monotonic_ns() + INTERVAL_NS;
}

double progress_seconds(const progress *shown) {
    return (double)(pier_clock_monotonic_ns() - shown->began_ns) / 1e9;
}

void progress_format_time(char *text, unsigned long size, double seconds) {
    unsigned long whole = seconds < 360000 ? (unsigned long)seconds : 360000;
    if (whole < 60) {
        (void)snprintf(text, size, "%lu s", whole);
    } else {
        (void)snprintf(text, size, "%lu min %lu s", whole / 60, whole % 60);
    }
}

void progress_end(progress *shown) {
    if (shown->is_shown) {
        report_progress("");
    }
    shown->is_shown = false;
}
