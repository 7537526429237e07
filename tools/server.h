/* `pier listen` at work: what its clients send is printed, saved and echoed.
 *
 * Part of the command; runs the loop of loop.h. command_listen.c reads the options and opens what it needs; client.c
 * serves one client. */
#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/archive.h>
#include <pier/channel.h>
#include <pier/datagram_channel.h>
#include <pier/tree.h>

#include "loop.h"

typedef struct server {
    /* Set by command_listen.c. */
    loop loop;                        /* its listener, standard output and --timeout are set */
    pier_datagram_channel *datagrams; /* instead of the listener: datagram_server.h */
    pier_archive *save;               /* NULL: records are not saved */
    const char *save_name;
    pier_format format;
    bool echoes;
    uint64_t count; /* stop after so many records; 0: never */
    uint64_t record_bytes_max;
    uint32_t first_byte_timeout_ms; /* as in pier_channel_options */
    uint32_t frame_timeout_ms;
    pier_budget *budget;        /* of all clients */
    uint32_t compression_level; /* of echoes; 0: off */
    /* The server's own. */
    pier_tree *tree; /* NULL: memory ran out */
    uint64_t records;
    bool is_finishing; /* nothing more is read */
} server;

/* Runs until it is told to end, and ends in order. Returns what to exit with; what is wrong is told. */
int server_run(server *running);

/* For client.c: prints and saves the current record of `load`, which `peer` sent. Returns false when the whole is over:
 * because it cannot be printed or saved, or because it was the last one to count. A record that cannot be loaded, or
 * that --save refuses, is neither printed nor saved: that is told, `*is_refused` is set, and only the peer goes. */
bool server_take_record(server *running, pier_archive *load, const char *peer, bool *is_refused);

/* For datagram_server.c, too: writes what was made; when no input waits (`pauses`), all of it. */
void server_settle(server *running, bool pauses);

#endif
