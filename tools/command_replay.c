/* `pier replay`: options, and what is opened before the loop of player.c runs. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pier/channel.h>
#include <pier/resolve.h>

#include "commands.h"
#include "connection.h"
#include "datagrams.h"
#include "options.h"
#include "path_file.h"
#include "player.h"
#include "report.h"
#include "report_queue.h"
#include "signals.h"

#define TIMEOUT_MS_DEFAULT 10000

/* A recording of a day is over in a tenth of a second, then. */
#define SPEED_HIGHEST 1e6

static const char command[] = "replay";

static const char help[] =
    "usage: pier replay FILE TARGET [options]\n"
    "\n"
    "Plays the clients of a recording to TARGET: connects as they did, sends what they sent, byte for\n"
    "byte, and compares what comes back with what was recorded, record by record and field by field.\n"
    "\n"
    "  FILE                 what pier record wrote\n"
    "  TARGET               the server, as for pier connect\n"
    "  --server             play the server: listen at TARGET, and compare what clients send. They are\n"
    "                       taken in the order in which they were recorded\n"
    "  --speed N            1: at the times of the recording (the default); 4: four times as fast;\n"
    "                       max: at once, but nothing before what had come before it has come\n"
    "  --ignore FIELD       a field that need not be the same: a name, wherever it stands, or a path from\n"
    "                       the record, in which [*] is any element: time, head.id, items[*].price\n"
    "  --ignore-times       no value that is a time need be the same\n"
    "  --plain              the bytes are bare MessagePack values, as for pier record\n"
    "  --bytes              compare bytes, and not records\n"
    "  --json               a line of JSON for each difference, and for the sum of all\n"
    "  --timeout MS         to connect, and for what is to come, from when it came (10000)\n" OPTIONS_COMMON_HELP "\n"
    "What had been received before something was sent is waited for before that is sent again. What does\n"
    "not come in time, or cannot be read, is a difference, and ends the comparing of its connection.\n"
    "Exit status: 0 no difference, 1 differences, or FILE is damaged, 2 usage, 3 system or network.\n";

typedef struct replay_options {
    common_options common;
    bool server;
    bool plain;
    bool bytes;
    bool json;
    const char *speed_text;
    double speed;
    ignored ignored;
    const char *operands[2];
} replay_options;

enum { FILE_NAME, TARGET };

/* Reads the speed. Returns as options_read. */
static int read_speed(replay_options *chosen) {
    const char *text = chosen->speed_text;
    char *end = NULL;
    if (text == NULL) {
        chosen->speed = 1;
        return -1;
    }
    if (strcmp(text, "max") == 0) {
        chosen->speed = 0;
        return -1;
    }
    bool is_number = text[0] != '\0' && strspn(text, "0123456789.") == strlen(text);
    chosen->speed = is_number ? strtod(text, &end) : 0;
    if (!is_number || *end != '\0' || !(chosen->speed > 0) || chosen->speed > SPEED_HIGHEST) {
        return options_refuse(command, "--speed takes max, or a number above 0 up to 1000000, not ",
                              text[0] != '\0' ? text : "nothing");
    }
    return -1;
}

/* Returns as options_read. */
static int read_options(int argc, char **argv, replay_options *chosen) {
    static const char *const names[] = {"FILE", "TARGET"};
    *chosen = (replay_options){
        .common = {.record_bytes_max = PIER_RECORD_BYTES_MAX_DEFAULT, .timeout_ms = TIMEOUT_MS_DEFAULT},
    };
    const option_spec specs[] = {
        {"--server", OPTION_FLAG, &chosen->server, 0, 0},
        {"--speed", OPTION_TEXT, &chosen->speed_text, 0, 0},
        {"--ignore", OPTION_TEXTS, &chosen->ignored.fields, 0, 0},
        {"--ignore-times", OPTION_FLAG, &chosen->ignored.times, 0, 0},
        {"--plain", OPTION_FLAG, &chosen->plain, 0, 0},
        {"--bytes", OPTION_FLAG, &chosen->bytes, 0, 0},
        {"--json", OPTION_FLAG, &chosen->json, 0, 0},
        OPTIONS_COMMON(&chosen->common),
    };
    int taken = options_read_operands(command, help, argc, argv, specs, sizeof(specs) / sizeof(specs[0]), names,
                                      chosen->operands, 2);
    taken = taken < 0 ? read_speed(chosen) : taken;
    taken = taken < 0 ? ignored_check(&chosen->ignored, command) : taken;
    if (taken >= 0) {
        return taken;
    }
    if (chosen->plain && chosen->bytes) {
        return options_refuse(command, "--plain and --bytes exclude each other", "");
    }
    if (chosen->bytes && (chosen->ignored.times || chosen->ignored.fields.count > 0)) {
        return options_refuse(command, "with --bytes there are no fields to ignore", "");
    }
    if (strcmp(chosen->operands[FILE_NAME], "-") == 0) {
        return options_refuse(command, "FILE is read twice, and cannot be standard input", "");
    }
    if (path_file_is_device(chosen->operands[FILE_NAME])) {
        return options_refuse(command, "FILE is read twice, and cannot be a pipe: ", chosen->operands[FILE_NAME]);
    }
    if (datagrams_are_meant(chosen->operands[TARGET])) {
        return options_refuse(command, "udp:// has no connections to play", "");
    }
    return -1;
}

/* Opens the place, or finds the target. Returns EXIT_DONE, or what to exit with. */
static int open_place(player *running) {
    pier_error error;
    pier_status status;
    if (running->side == SIDE_OF_SERVER) {
        status = pier_channel_listen(&running->loop.listener, NULL, running->endpoint, NULL, &error);
    } else {
        pier_deadline deadline = pier_deadline_after_ms((int64_t)running->timeout_ms);
        status = pier_address_resolve(running->endpoint, running->addresses, PLAYER_ADDRESSES_MAX,
                                      &running->target.count, deadline, NULL, &error);
        running->target.addresses = running->addresses;
        running->target.timeout_ms = running->timeout_ms;
    }
    return status == PIER_OK ? EXIT_DONE : report_error(command, &error, running->endpoint, "");
}

/* Plays all. Returns what to exit with. */
static int play(player *running) {
    int exit_status = signals_catch() ? EXIT_DONE : report_errno(command, errno, "signals");
    report_queue_begin(command);
    if (exit_status == EXIT_DONE && running->loop.listener != NULL) {
        exit_status = connection_announce(command, running->loop.listener);
    }
    if (exit_status != EXIT_DONE) {
        pier_socket_destroy(running->loop.listener);
        return exit_status;
    }
    exit_status = player_run(running);
    if ((exit_status == EXIT_DONE || exit_status == EXIT_DATA) && signals_caught() == 0) {
        verdict_sum_up(&running->verdict);
    }
    if (running->loop.out.os_error == 0) {
        pier_status status = output_drain(&running->loop.out, PIER_NEVER);
        if (status != PIER_OK) {
            return output_report(&running->loop.out, command, status);
        }
    }
    return exit_status != EXIT_DONE ? exit_status : running->verdict.differences > 0 ? EXIT_DATA : EXIT_DONE;
}

/* Looks through FILE, opens the place and plays. Returns what to exit with. */
static int survey_and_play(const replay_options *chosen, player *running) {
    const char *path = chosen->operands[FILE_NAME];
    int survey_status = script_survey(command, path, &chosen->common, &running->loop.out, &running->totals);
    bool is_damaged = survey_status == EXIT_DATA && running->totals.events > 0;
    if (survey_status != EXIT_DONE && !is_damaged) {
        return survey_status;
    }
    int exit_status = script_open(&running->script, command, path, &chosen->common, &running->loop.out, true);
    if (exit_status == EXIT_DONE) {
        exit_status = open_place(running);
    }
    if (exit_status == EXIT_DONE) {
        exit_status = play(running);
        report_queue_end(pier_deadline_after_ms(REPORT_QUEUE_LAST_MS));
    }
    script_close(&running->script);
    return exit_status != EXIT_DONE ? exit_status : survey_status;
}

int command_replay(int argc, char **argv) {
    replay_options chosen;
    int exit_status = read_options(argc, argv, &chosen);
    if (exit_status >= 0) {
        return exit_status;
    }
    player running = {
        .endpoint = chosen.operands[TARGET],
        .side = chosen.server ? SIDE_OF_SERVER : SIDE_OF_CLIENT,
        .speed = chosen.speed,
        .timeout_ms = chosen.common.timeout_ms,
        .form = chosen.bytes   ? SIDE_BYTES
                : chosen.plain ? SIDE_PLAIN
                               : SIDE_GUESS,
        .record_bytes_max = chosen.common.record_bytes_max,
        .ignored = chosen.ignored,
        .verdict.json = chosen.json,
        .script.from.input.inner.handle = -1,
    };
    output_init(&running.loop.out, STDOUT_FILENO);
    connection_raise_limit();
    exit_status = survey_and_play(&chosen, &running);
    output_deinit(&running.loop.out);
    if (signals_caught() != 0) {
        signals_end_by(signals_caught());
    }
    return exit_status;
}
