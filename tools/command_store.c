/* `pier store`: JSON lines become an archive on disk. */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include <pier/limits.h>

#include "commands.h"
#include "feeder.h"
#include "keep.h"
#include "options.h"
#include "report.h"
#include "schema_option.h"
#include "signals.h"

/* A pause of the input after which what has come is written, so that who reads the file meanwhile sees it. */
#define PAUSE_MS 100

static const char command[] = "store";

static const char help[] =
    "usage: pier store FILE [options]\n"
    "\n"
    "Reads lines of JSON from standard input and keeps each as a record in FILE.\n"
    "\n"
    "  FILE                 where to keep them, - is standard output\n"
    "  --force, --append    FILE may exist: replace it, or add to it\n"
    "  --plain              bare MessagePack values, which cannot be added to later (framed)\n"
    "  --compress[=LEVEL]   make FILE smaller, 1 (fastest) to 9 (6)\n" SCHEMA_OPTIONS_HELP
    "  --timeout MS         end with 4 when no byte comes for so long (never)\n" OPTIONS_COMMON_HELP "\n"
    "A line that is no JSON, or no record, is told with line and column; those before it are kept.\n"
    "With --schema a line is what pier dump prints of such a record.\n"
    "Numbers without point and exponent are integers, from -2^63 to 2^64-1; others are 64-bit floats.\n"
    "What JSON lacks: {\"$float\":\"NaN\"}, \"Infinity\", \"-Infinity\"; {\"$bin\":\"BASE64\"};\n"
    "{\"$ext\":[TYPE,\"BASE64\"]}; {\"$time\":[SECONDS,NANOSECONDS]}; {\"$str\":\"BASE64\"}, text that is\n"
    "not UTF-8; {\"$map\":[[KEY,VALUE],...]}, a map that cannot be an object.\n"
    "Exit status: 0 done, 1 data bad, 2 usage, 3 system, 4 deadline.\n";

typedef struct store_options {
    common_options common;
    keep_options keep;
    schema_option schema;
    const char *path;
} store_options;

/* Returns as options_read. */
static int read_options(int argc, char **argv, store_options *chosen) {
    *chosen = (store_options){.common.record_bytes_max = PIER_RECORD_BYTES_MAX_DEFAULT};
    const option_spec specs[] = {
        {"--force", OPTION_FLAG, &chosen->keep.force, 0, 0},
        {"--append", OPTION_FLAG, &chosen->keep.append, 0, 0},
        {"--plain", OPTION_FLAG, &chosen->keep.plain, 0, 0},
        {"--compress", OPTION_LEVEL, &chosen->keep.compression_level, 0, 0},
        SCHEMA_OPTIONS(&chosen->schema),
        OPTIONS_COMMON(&chosen->common),
    };
    int taken = options_read(command, help, argc, argv, specs, sizeof(specs) / sizeof(specs[0]), "FILE", &chosen->path);
    if (taken >= 0) {
        return taken;
    }
    if (chosen->keep.force && chosen->keep.append) {
        return options_refuse(command, "--force and --append exclude each other", "");
    }
    if (chosen->keep.plain && chosen->keep.append) {
        return options_refuse(command, "what is --plain does not tell where it ends, for --append", "");
    }
    if (chosen->keep.plain && chosen->keep.compression_level > 0) {
        return options_refuse(command, "what is --plain has no blocks to --compress", "");
    }
    chosen->keep.plain_form = schema_option_form(&chosen->schema);
    return schema_option_check(&chosen->schema, command, chosen->keep.plain);
}

typedef enum event { EVENT_INPUT, EVENT_PAUSE, EVENT_SIGNAL } event;

/* Waits for input or a signal, for `timeout_ms` at most (-1: for ever). */
static event await(int timeout_ms) {
    struct pollfd polls[2] = {{STDIN_FILENO, POLLIN, 0}, {signals_handle(), POLLIN, 0}};
    int ready;
    do {
        ready = poll(polls, 2, timeout_ms);
    } while (ready < 0 && errno == EINTR && signals_caught() == 0);
    if (signals_caught() != 0) {
        return EVENT_SIGNAL;
    }
    return ready > 0 ? EVENT_INPUT : EVENT_PAUSE;
}

/* Waits for input, and flushes when it pauses. Returns EVENT_PAUSE when the time of --timeout is over. */
static event await_input(pier_archive *archive, uint64_t timeout_ms, pier_status *status) {
    int limit_ms = timeout_ms == 0 ? -1 : (int)timeout_ms;
    bool pauses = limit_ms < 0 || limit_ms > PAUSE_MS;
    event happened = await(pauses ? PAUSE_MS : limit_ms);
    if (happened == EVENT_PAUSE && pauses) {
        *status = pier_archive_flush(archive);
        happened = *status == PIER_OK ? await(limit_ms < 0 ? -1 : limit_ms - PAUSE_MS) : EVENT_PAUSE;
    }
    return happened;
}

/* Stores all lines. Returns what to exit with. */
static int store_lines(feeder *feed, const keep *kept, uint64_t timeout_ms) {
    while (!feed->is_over) {
        pier_status status = PIER_OK;
        event happened = await_input(kept->archive, timeout_ms, &status);
        if (happened == EVENT_SIGNAL) {
            return EXIT_DONE;
        }
        if (happened == EVENT_INPUT) {
            (void)feeder_read(feed);
            status = feeder_store(feed);
        }
        if (status != PIER_OK) {
            return report_error(command, pier_archive_error(kept->archive), kept->file.name, "");
        }
        if (happened == EVENT_PAUSE) {
            return report(command, PIER_TIMEOUT, "no byte came within %llu ms", (unsigned long long)timeout_ms);
        }
    }
    return feed->exit_status;
}

/* Stores all input in the file. Returns what to exit with. */
static int store_file(const store_options *chosen, typed_record *typed) {
    keep kept;
    feeder feed;
    int exit_status = keep_open(&kept, command, chosen->path, &chosen->keep);
    if (exit_status != EXIT_DONE) {
        return exit_status;
    }
    if (!signals_catch()) {
        exit_status = report_errno(command, errno, "signals");
    } else {
        feeder_init(&feed, command, kept.archive, typed, chosen->common.record_bytes_max);
        exit_status = store_lines(&feed, &kept, chosen->common.timeout_ms);
        feeder_deinit(&feed);
    }
    int close_status = keep_close(&kept);
    return exit_status != EXIT_DONE ? exit_status : close_status;
}

int command_store(int argc, char **argv) {
    store_options chosen;
    schema_use use;
    int exit_status = read_options(argc, argv, &chosen);
    if (exit_status >= 0) {
        return exit_status;
    }
    chosen.keep.record_bytes_max = chosen.common.record_bytes_max;
    exit_status = schema_use_open(&use, command, &chosen.schema, &chosen.common);
    if (exit_status == EXIT_DONE) {
        exit_status = store_file(&chosen, use.record);
    }
    schema_use_close(&use);
    if (signals_caught() != 0) {
        /* What came is kept, end mark and all; the shell learns why it ended. */
        signals_end_by(signals_caught());
    }
    return exit_status;
}
