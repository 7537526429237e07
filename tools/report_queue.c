/* Lines of standard error that wait: see report_queue.h. */
#include "report_queue.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "output.h"

/* About 10,000 lines. */
#define QUEUE_BYTES_MAX ((size_t)1 << 20)

static struct {
    const char *command;
    output lines;
    uint64_t lost; /* lines, since the last one that told so */
    bool is_active;
    bool is_dead; /* standard error failed */
} queue;

/* Appends whole or not at all. */
static bool append(const char *line, size_t size_bytes) {
    text_buffer_append(&queue.lines.text, line, size_bytes);
    bool is_appended = !queue.lines.text.failed;
    /* Without memory it is one line that is lost, not all that follow. */
    queue.lines.text.failed = false;
    return is_appended;
}

/* Tells how many lines were lost, behind those that came before them. Returns whether that could be done. */
static bool tell_lost(void) {
    char line[160];
    int size = snprintf(line, sizeof(line),
                        "pier %s: LIMIT: %" PRIu64 " lines are lost here: nobody read standard error, where %zu bytes"
                        " may wait\n",
                        queue.command, queue.lost, QUEUE_BYTES_MAX);
    bool is_told = append(line, (size_t)size);
    queue.lost = is_told ? 0 : queue.lost;
    return is_told;
}

void report_queue_begin(const char *command) {
    queue.command = command;
    output_init(&queue.lines, STDERR_FILENO);
    queue.is_active = true;
}

bool report_queue_take(const char *line, size_t size_bytes) {
    if (!queue.is_active) {
        return false;
    }
    if (queue.is_dead) {
        return true;
    }
    bool has_room = output_pending(&queue.lines) + size_bytes <= QUEUE_BYTES_MAX;
    /* Once lines are lost, more are until half of the queue is free: one line tells of all of them. */
    if (queue.lost > 0) {
        has_room = output_pending(&queue.lines) <= QUEUE_BYTES_MAX / 2 && tell_lost();
    }
    if (!has_room || !append(line, size_bytes)) {
        queue.lost++;
    }
    return true;
}

void report_queue_pump(void) {
    if (!report_queue_waits()) {
        return;
    }
    if (output_pending(&queue.lines) == 0) {
        (void)tell_lost();
    }
    if (output_pump(&queue.lines) < 0) {
        queue.is_dead = true;
        output_deinit(&queue.lines);
        queue.lines.begin = 0;
    }
}

bool report_queue_waits(void) {
    return queue.is_active && !queue.is_dead && (output_pending(&queue.lines) > 0 || queue.lost > 0);
}

void report_queue_end(pier_deadline deadline) {
    if (queue.is_active && !queue.is_dead) {
        if (queue.lost > 0) {
            (void)tell_lost();
        }
        (void)(output_drain(&queue.lines, deadline) == PIER_OK);
    }
    output_deinit(&queue.lines);
    queue.lines.begin = 0;
    queue.lost = 0;
    queue.is_dead = false;
    queue.is_active = false;
}
