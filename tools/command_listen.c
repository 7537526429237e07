/* `pier listen`: options, and what is opened before the loop of server.c runs. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <pier/limits.h>

#include "commands.h"
#include "connection.h"
#include "datagram_server.h"
#include "datagrams.h"
#include "keep.h"
#include "options.h"
#include "report.h"
#include "report_queue.h"
#include "server.h"
#include "signals.h"

/* As pier_channel_accept has them. */
#define FIRST_BYTE_TIMEOUT_MS_DEFAULT 10000
#define FRAME_TIMEOUT_MS_DEFAULT 30000

/* No system has so many descriptors. */
#define CLIENTS_MAX_HIGHEST 100000000

static const char command[] = "listen";

static const char help[] =
    "usage: pier listen ENDPOINT [options]\n"
    "\n"
    "Takes connections, or datagrams, at ENDPOINT and prints each record that comes as a line of JSON.\n"
    "\n"
    "  ENDPOINT             tcp://127.0.0.1:7000, tcp://[::1]:0, tcp://:7000, unix:/path, unix:@name;\n"
    "                       udp:// likewise, and a group, udp://239.255.0.1:7000, is joined;\n"
    "                       with port 0 the system chooses: `listening on ENDPOINT` on standard\n"
    "                       error tells the port, and that clients may connect\n"
    "  --plain, --framed    the format of all clients (each one's is guessed)\n"
    "  --count N            end after N records of all clients together\n"
    "  --echo               send each record back to who sent it\n"
    "  --save FILE          keep the records in FILE, framed, in the order in which they are printed\n"
    "  --force, --append    FILE may exist: replace it, or add to it\n"
    "  --compress[=LEVEL]   compress FILE and, if the client takes it, echoes, 1 (fastest) to 9 (6)\n"
    "  --interface NAME     udp: this interface alone, by name, number or address\n"
    "  --timeout MS         end with 4 when no byte comes for so long (never)\n"
    "  --first-byte-timeout MS, --frame-timeout MS\n"
    "                       cut a client off that takes longer for its first byte (10000), or for the\n"
    "                       rest of a record or block that it began (30000); 0: never\n"
    "  --clients-max N      clients at once; more wait until one goes (1024)\n"
    "  --unread-max BYTES   bytes of records not whole yet, of all clients together (67108864)\n" OPTIONS_COMMON_HELP
    "\n"
    "SIGINT and SIGTERM end it in order, with 0: what has come is printed, and echoes are sent.\n"
    "A client that sends what cannot be read costs one line on standard error and its connection, or\n"
    "this datagram.\n"
    "Exit status: 0 done, 2 usage, 3 system or network, 4 deadline.\n";

typedef struct listen_options {
    common_options common;
    bool plain;
    bool framed;
    bool echo;
    keep_options keep;
    uint64_t count;
    uint64_t first_byte_timeout_ms;
    uint64_t frame_timeout_ms;
    uint64_t clients_max;
    uint64_t unread_bytes_max;
    const char *save;
    const char *interface;
    const char *endpoint;
} listen_options;

/* Returns as options_read. */
static int read_options(int argc, char **argv, listen_options *chosen) {
    *chosen = (listen_options){
        .common.record_bytes_max = PIER_RECORD_BYTES_MAX_DEFAULT,
        .first_byte_timeout_ms = FIRST_BYTE_TIMEOUT_MS_DEFAULT,
        .frame_timeout_ms = FRAME_TIMEOUT_MS_DEFAULT,
        .clients_max = PIER_CONNECTIONS_MAX_DEFAULT,
        .unread_bytes_max = PIER_UNREAD_BYTES_MAX_DEFAULT,
    };
    const option_spec specs[] = {
        {"--plain", OPTION_FLAG, &chosen->plain, 0, 0},
        {"--framed", OPTION_FLAG, &chosen->framed, 0, 0},
        {"--echo", OPTION_FLAG, &chosen->echo, 0, 0},
        {"--force", OPTION_FLAG, &chosen->keep.force, 0, 0},
        {"--append", OPTION_FLAG, &chosen->keep.append, 0, 0},
        {"--compress", OPTION_LEVEL, &chosen->keep.compression_level, 0, 0},
        {"--count", OPTION_NUMBER, &chosen->count, 1, UINT64_MAX},
        {"--first-byte-timeout", OPTION_NUMBER, &chosen->first_byte_timeout_ms, 0, INT32_MAX},
        {"--frame-timeout", OPTION_NUMBER, &chosen->frame_timeout_ms, 0, INT32_MAX},
        {"--clients-max", OPTION_NUMBER, &chosen->clients_max, 1, CLIENTS_MAX_HIGHEST},
        {"--unread-max", OPTION_NUMBER, &chosen->unread_bytes_max, 1, UINT64_MAX},
        {"--save", OPTION_TEXT, &chosen->save, 0, 0},
        {"--interface", OPTION_TEXT, &chosen->interface, 0, 0},
        OPTIONS_COMMON(&chosen->common),
    };
    int taken =
        options_read(command, help, argc, argv, specs, sizeof(specs) / sizeof(specs[0]), "ENDPOINT", &chosen->endpoint);
    if (taken >= 0) {
        return taken;
    }
    if (chosen->plain && chosen->framed) {
        return options_refuse(command, "--plain and --framed exclude each other", "");
    }
    if (chosen->interface != NULL && !datagrams_are_meant(chosen->endpoint)) {
        return options_refuse(command, "--interface is about udp://", "");
    }
    if (chosen->keep.force && chosen->keep.append) {
        return options_refuse(command, "--force and --append exclude each other", "");
    }
    if ((chosen->keep.force || chosen->keep.append) && chosen->save == NULL) {
        return options_refuse(command, "--force and --append are about --save", "");
    }
    if (chosen->save != NULL && (chosen->save[0] == '\0' || strcmp(chosen->save, "-") == 0)) {
        return options_refuse(command, "--save takes the name of a file, standard output has the records", "");
    }
    return -1;
}

/* Opens where clients are heard. Returns EXIT_DONE, or what to exit with. */
static int open_place(const listen_options *chosen, server *running) {
    pier_error error;
    if (datagrams_are_meant(chosen->endpoint)) {
        datagram_options datagrams = {
            .endpoint = chosen->endpoint,
            .interface = chosen->interface,
            .format = running->format,
            .record_bytes_max = chosen->common.record_bytes_max,
        };
        return datagrams_listen(&running->datagrams, command, &datagrams);
    }
    return pier_channel_listen(&running->loop.listener, NULL, chosen->endpoint, NULL, &error) == PIER_OK
               ? EXIT_DONE
               : report_error(command, &error, chosen->endpoint, "");
}

/* Returns EXIT_DONE, or what to exit with. */
static int make_budget(const listen_options *chosen, server *running) {
    pier_error error;
    pier_budget_options options = {
        .size = sizeof(options),
        .connections_max = (uint32_t)chosen->clients_max,
        .unread_bytes_max = chosen->unread_bytes_max,
    };
    return pier_budget_create(&running->budget, &options, &error) == PIER_OK ? EXIT_DONE
                                                                             : report_error(command, &error, "", "");
}

/* A time as the channels take it. */
static uint32_t timeout_of(uint64_t timeout_ms) {
    return timeout_ms == 0 ? PIER_NO_TIMEOUT : (uint32_t)timeout_ms;
}

/* Opens the file of --save, announces and runs the loop, which takes `running->loop.listener` or
 * `running->datagrams`. */
static int serve(const listen_options *chosen, server *running, keep *kept) {
    int exit_status = EXIT_DONE;
    if (chosen->save != NULL) {
        exit_status = keep_open(kept, command, chosen->save, &chosen->keep);
        running->save = kept->archive;
    }
    if (exit_status == EXIT_DONE && !signals_catch()) {
        exit_status = report_errno(command, errno, "signals");
    }
    if (exit_status == EXIT_DONE) {
        report_queue_begin(command);
        exit_status =
            connection_announce(command, running->datagrams != NULL ? pier_datagram_channel_socket(running->datagrams)
                                                                    : running->loop.listener);
    }
    if (exit_status != EXIT_DONE) {
        pier_socket_destroy(running->loop.listener);
        pier_datagram_channel_destroy(running->datagrams);
        return exit_status;
    }
    output_init(&running->loop.out, STDOUT_FILENO);
    return running->datagrams != NULL ? datagram_server_run(running) : server_run(running);
}

int command_listen(int argc, char **argv) {
    listen_options chosen;
    int exit_status = read_options(argc, argv, &chosen);
    if (exit_status >= 0) {
        return exit_status;
    }
    keep kept = {.file.handle = -1};
    chosen.keep.record_bytes_max = chosen.common.record_bytes_max;
    chosen.keep.takes_anything = true;
    server running = {
        .save_name = chosen.save,
        .format = chosen.plain    ? PIER_FORMAT_PLAIN
                  : chosen.framed ? PIER_FORMAT_FRAMED
                                  : PIER_FORMAT_GUESS,
        .echoes = chosen.echo,
        .compression_level = chosen.keep.compression_level,
        .count = chosen.count,
        .loop.timeout_ms = chosen.common.timeout_ms,
        .record_bytes_max = chosen.common.record_bytes_max,
        .first_byte_timeout_ms = timeout_of(chosen.first_byte_timeout_ms),
        .frame_timeout_ms = timeout_of(chosen.frame_timeout_ms),
    };
    connection_raise_limit();
    /* Before the file of --save: an address in use must not leave an empty archive behind. */
    exit_status = open_place(&chosen, &running);
    if (exit_status == EXIT_DONE) {
        exit_status = make_budget(&chosen, &running);
    }
    if (exit_status != EXIT_DONE) {
        pier_datagram_channel_destroy(running.datagrams);
        pier_socket_destroy(running.loop.listener);
        return exit_status;
    }
    exit_status = serve(&chosen, &running, &kept);
    pier_budget_destroy(running.budget);
    int close_status = keep_close(&kept);
    report_queue_end(pier_deadline_after_ms(REPORT_QUEUE_LAST_MS));
    return exit_status != EXIT_DONE ? exit_status : close_status;
}
