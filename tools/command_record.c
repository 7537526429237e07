/* `pier record`: options, and what is opened before the loop of recorder.c runs. */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <pier/channel.h>
#include <pier/resolve.h>

#include "commands.h"
#include "connection.h"
#include "datagrams.h"
#include "options.h"
#include "recorder.h"
#include "report.h"
#include "report_queue.h"
#include "signals.h"

/* How long the name of the target may take. */
#define RESOLVE_MS 10000

static const char command[] = "record";

static const char help[] =
    "usage: pier record LISTEN TARGET FILE [options]\n"
    "\n"
    "Stands between two programs: takes connections at LISTEN, connects each to TARGET, passes all bytes\n"
    "both ways at once and unchanged, and keeps them in FILE with side and time, and the records in them.\n"
    "\n"
    "  LISTEN               tcp://127.0.0.1:0, unix:/path and so on, as for pier listen; `listening on\n"
    "                       ENDPOINT` on standard error tells that clients may connect, and the port\n"
    "  TARGET               the server, as for pier connect\n"
    "  FILE                 an archive, for pier replay, dump, check and repair; - is standard output\n"
    "  --force, --append    FILE may exist: replace it, or add to it\n"
    "  --compress[=LEVEL]   make FILE smaller, 1 (fastest) to 9 (6)\n"
    "  --plain              the bytes are bare MessagePack values (a stream whose first byte is text or\n"
    "                       a small integer is kept as bytes, and not looked into)\n"
    "  --bytes              keep the bytes alone, and do not look for records\n"
    "  --count N            end when N connections have ended\n"
    "  --timeout MS         end with 4 when no byte comes for so long (never)\n" OPTIONS_COMMON_HELP "\n"
    "SIGINT and SIGTERM end it in order, with 0. When FILE takes no more that is told at once, what came\n"
    "before is kept, bytes go on passing, and the exit status is 3. At the end one line of JSON sums up\n"
    "what FILE has.\n"
    "Exit status: 0 done, 2 usage, 3 system or network, 4 deadline.\n";

typedef struct record_options {
    common_options common;
    keep_options keep;
    bool plain;
    bool bytes;
    uint64_t count;
    const char *operands[3];
} record_options;

enum { LISTEN, TARGET, FILE_NAME };

/* Returns as options_read. */
static int read_options(int argc, char **argv, record_options *chosen) {
    static const char *const names[] = {"LISTEN", "TARGET", "FILE"};
    *chosen = (record_options){.common.record_bytes_max = PIER_RECORD_BYTES_MAX_DEFAULT};
    const option_spec specs[] = {
        {"--plain", OPTION_FLAG, &chosen->plain, 0, 0},
        {"--bytes", OPTION_FLAG, &chosen->bytes, 0, 0},
        {"--force", OPTION_FLAG, &chosen->keep.force, 0, 0},
        {"--append", OPTION_FLAG, &chosen->keep.append, 0, 0},
        {"--compress", OPTION_LEVEL, &chosen->keep.compression_level, 0, 0},
        {"--count", OPTION_NUMBER, &chosen->count, 1, UINT64_MAX},
        OPTIONS_COMMON(&chosen->common),
    };
    int taken = options_read_operands(command, help, argc, argv, specs, sizeof(specs) / sizeof(specs[0]), names,
                                      chosen->operands, 3);
    if (taken >= 0) {
        return taken;
    }
    if (chosen->plain && chosen->bytes) {
        return options_refuse(command, "--plain and --bytes exclude each other", "");
    }
    if (chosen->keep.force && chosen->keep.append) {
        return options_refuse(command, "--force and --append exclude each other", "");
    }
    if (datagrams_are_meant(chosen->operands[LISTEN]) || datagrams_are_meant(chosen->operands[TARGET])) {
        return options_refuse(command, "udp:// has no connections to record", "");
    }
    return -1;
}

/* Opens where clients are heard, and finds the target. Returns EXIT_DONE, or what to exit with. */
static int open_places(const record_options *chosen, recorder *running) {
    pier_error error;
    const char *target = chosen->operands[TARGET];
    pier_status status =
        pier_address_resolve(target, running->addresses, RECORDER_ADDRESSES_MAX, &running->address_count,
                             pier_deadline_after_ms(RESOLVE_MS), NULL, &error);
    if (status != PIER_OK) {
        return report_error(command, &error, target, "");
    }
    status = pier_channel_listen(&running->loop.listener, NULL, chosen->operands[LISTEN], NULL, &error);
    return status == PIER_OK ? EXIT_DONE : report_error(command, &error, chosen->operands[LISTEN], "");
}

/* Prints what the file has, unless standard output is the file. */
static int print_summary(const recording *out) {
    char line[256];
    if (strcmp(out->path, "-") == 0) {
        return EXIT_DONE;
    }
    (void)snprintf(line, sizeof(line),
                   "{\"connections\":%" PRIu64 ",\"client_bytes\":%" PRIu64 ",\"server_bytes\":%" PRIu64
                   ",\"client_records\":%" PRIu64 ",\"server_records\":%" PRIu64 "}\n",
                   out->connections, out->bytes[SIDE_OF_CLIENT], out->bytes[SIDE_OF_SERVER],
                   out->records[SIDE_OF_CLIENT], out->records[SIDE_OF_SERVER]);
    return options_print(command, line);
}

/* Announces and runs the loop, which takes the listener. */
static int run(recorder *running) {
    char listening[PIER_ADDRESS_TEXT_BYTES_MAX];
    int exit_status = signals_catch() ? EXIT_DONE : report_errno(command, errno, "signals");
    if (exit_status == EXIT_DONE) {
        connection_local_name(running->loop.listener, listening, sizeof(listening));
        recording_start(running->out, listening, running->target);
        recording_flush(running->out);
        report_queue_begin(command);
        exit_status = connection_announce(command, running->loop.listener);
    }
    if (exit_status != EXIT_DONE) {
        pier_socket_destroy(running->loop.listener);
        return exit_status;
    }
    output_init(&running->loop.out, STDOUT_FILENO);
    exit_status = recorder_run(running);
    output_deinit(&running->loop.out);
    return exit_status;
}

int command_record(int argc, char **argv) {
    record_options chosen;
    int exit_status = read_options(argc, argv, &chosen);
    if (exit_status >= 0) {
        return exit_status;
    }
    recording out = {.exit_status = EXIT_DONE};
    recorder running = {
        .loop.timeout_ms = chosen.common.timeout_ms,
        .out = &out,
        .target = chosen.operands[TARGET],
        .form = chosen.bytes   ? SIDE_BYTES
                : chosen.plain ? SIDE_PLAIN
                               : SIDE_GUESS,
        .record_bytes_max = chosen.common.record_bytes_max,
        .count = chosen.count,
    };
    chosen.keep.record_bytes_max = PIER_RECORD_BYTES_MAX_HIGHEST;
    chosen.keep.takes_anything = true;
    connection_raise_limit();
    /* Before the file: an address in use must not leave an empty archive behind. */
    exit_status = open_places(&chosen, &running);
    if (exit_status != EXIT_DONE) {
        return exit_status;
    }
    exit_status = recording_open(&out, command, chosen.operands[FILE_NAME], &chosen.keep);
    if (exit_status == EXIT_DONE) {
        exit_status = run(&running);
    } else {
        pier_socket_destroy(running.loop.listener);
    }
    bool was_open = out.kept.file.file != NULL || out.connections > 0;
    int close_status = recording_close(&out);
    report_queue_end(pier_deadline_after_ms(REPORT_QUEUE_LAST_MS));
    exit_status = exit_status != EXIT_DONE ? exit_status : close_status;
    int print_status = was_open ? print_summary(&out) : EXIT_DONE;
    return exit_status != EXIT_DONE ? exit_status : print_status;
}
