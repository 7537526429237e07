/* JSON lines from standard input become records: see feeder.h. */
#include "feeder.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "json_read.h"
#include "record_tree.h"
#include "report.h"

/* How much longer than its record a line of JSON may be: "\u0000" is one byte of text. */
#define JSON_BYTES_A_BYTE 8

/* White space around a small record. */
#define JSON_BYTES_MORE 65536

void feeder_init(feeder *feed, const char *command, pier_archive *archive, typed_record *typed,
                 uint64_t record_bytes_max) {
    uint64_t line_bytes_max = record_bytes_max * JSON_BYTES_A_BYTE + JSON_BYTES_MORE;
    *feed = (feeder){.command = command, .archive = archive, .tree = record_tree_create(), .typed = typed};
    /* A typed record has no keys, and bytes have a longer text: its line may well be more than itself. */
    lines_init(&feed->input, STDIN_FILENO, line_bytes_max, typed != NULL ? line_bytes_max : record_bytes_max);
}

void feeder_deinit(feeder *feed) {
    lines_deinit(&feed->input);
    pier_tree_destroy(feed->tree);
}

void feeder_stop(feeder *feed) {
    feed->is_over = true;
    feed->has_value = false;
    if (feed->in_record) {
        pier_archive_abandon(feed->archive);
        feed->in_record = false;
    }
}

bool feeder_has_value(const feeder *feed) {
    return feed->has_value || feed->in_record;
}

bool feeder_read(feeder *feed) {
    pier_status status = lines_read(&feed->input);
    if (status == PIER_SYSTEM) {
        feed->exit_status = report_errno(feed->command, feed->input.os_error, "standard input");
    } else if (status < 0) {
        feed->exit_status = report(feed->command, status, "standard input: %s", pier_status_text(status));
    }
    if (status < 0) {
        feeder_stop(feed);
    }
    return status == PIER_OK;
}

/* Tells a bad line. */
static void refuse_line(feeder *feed, pier_status status, size_t column, const char *text) {
    int exit_status =
        report(feed->command, status, "line %" PRIu64 ", column %zu: %s", feed->input.number, column, text);
    /* Whatever the library calls it: the data is bad, unless there was no memory for it. */
    feed->exit_status = exit_status == EXIT_SYSTEM ? EXIT_SYSTEM : EXIT_DATA;
    feeder_stop(feed);
}

/* Tells a line that is no record of its class, or one that the archive does not take: with the field. */
static void refuse_record(feeder *feed, const pier_error *error) {
    int exit_status = report(feed->command, error->status, "line %" PRIu64 ": %s%s%s", feed->input.number, error->path,
                             error->path[0] != '\0' ? ": " : "", error->text);
    feed->exit_status = error->status == PIER_NO_MEMORY ? exit_status : EXIT_DATA;
    feeder_stop(feed);
}

static bool is_blank(const char *line, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r') {
            return false;
        }
    }
    return true;
}

/* Reads the next line into the tree. Returns whether there is a value. */
static bool take_line(feeder *feed) {
    const char *line = NULL;
    size_t size = 0;
    do {
        pier_status status = lines_next(&feed->input, &line, &size);
        if (status == PIER_LIMIT) {
            refuse_line(feed, status, 1, "the line is too long for a record (--record-max)");
        }
        feed->is_over = feed->is_over || status == PIER_END;
        if (status != PIER_OK) {
            return false;
        }
    } while (is_blank(line, size));
    json_problem problem = {.status = PIER_NO_MEMORY, .text = "memory ran out"};
    if (feed->tree == NULL || json_read(line, size, feed->tree, &problem) != PIER_OK) {
        refuse_line(feed, problem.status, json_column(line, problem.offset), problem.text);
        return false;
    }
    pier_error error;
    if (feed->typed != NULL && typed_record_take(feed->typed, pier_tree_root(feed->tree), &error) != PIER_OK) {
        refuse_record(feed, &error);
        return false;
    }
    feed->has_value = true;
    return true;
}

/* Puts the record of a class into the archive. */
static pier_status store_typed(feeder *feed) {
    pier_status status = typed_record_store(feed->typed, feed->archive);
    if (status > 0) {
        return status;
    }
    feed->has_value = false;
    if (status < 0 && pier_archive_status(feed->archive) == PIER_OK) {
        refuse_record(feed, pier_archive_error(feed->archive));
        return PIER_OK;
    }
    return status;
}

/* Puts the value into the archive and ends its record. */
static pier_status store_value(feeder *feed) {
    if (feed->typed != NULL) {
        return store_typed(feed);
    }
    if (!feed->in_record) {
        pier_status status = pier_archive_begin(feed->archive);
        if (status != PIER_OK) {
            return status;
        }
        feed->in_record = true;
        pier_store_value(feed->archive, pier_tree_root(feed->tree));
    }
    pier_status status = pier_archive_end(feed->archive);
    if (status > 0) {
        return status;
    }
    feed->in_record = false;
    feed->has_value = false;
    if (status < 0 && pier_archive_status(feed->archive) == PIER_OK) {
        /* Refused, and the archive goes on. */
        refuse_line(feed, status, 1, pier_archive_error(feed->archive)->text);
        return PIER_OK;
    }
    return status;
}

pier_status feeder_store_one(feeder *feed) {
    bool may_come = !feed->is_over || feed->has_value;
    if (!may_come || (!feed->has_value && !take_line(feed))) {
        return PIER_MORE;
    }
    pier_status status = store_value(feed);
    return status == PIER_OK && feed->exit_status != EXIT_DONE ? PIER_MORE : status;
}

pier_status feeder_store(feeder *feed) {
    while (!feed->is_over || feed->has_value) {
        if (!feed->has_value && !take_line(feed)) {
            return PIER_OK;
        }
        pier_status status = store_value(feed);
        if (status != PIER_OK) {
            return status;
        }
    }
    return PIER_OK;
}
