/* `pier listen` at work: one thread, one poll loop over the listening socket, the clients, standard output and the
 * signals, level-triggered, in which nothing waits for anybody.
 *
 * Part of the command. command_listen.c reads the options and opens what it needs; client.c serves one client. */
#ifndef SERVER_H
#define SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <poll.h>

#include <pier/archive.h>
#include <pier/channel.h>
#include <pier/datagram_channel.h>
#include <pier/tree.h>

#include "crowd.h"
#include "output.h"

typedef struct server {
    /* Set by command_listen.c. */
    pier_socket *listener;
    pier_datagram_channel *datagrams; /* instead of the listener: datagram_server.h */
    pier_archive *save;               /* NULL: records are not saved */
    const char *save_name;
    pier_format format;
    bool echoes;
    uint64_t count; /* stop after so many records; 0: never */
    uint64_t timeout_ms;
    uint64_t record_bytes_max;
    uint32_t first_byte_timeout_ms; /* as in pier_channel_options */
    uint32_t frame_timeout_ms;
    pier_budget *budget;        /* of all clients */
    uint32_t compression_level; /* of echoes; 0: off */
    output out;
    /* The loop's own. */
    pier_tree *tree; /* NULL: memory ran out */
    crowd clients;
    bool has_newcomers; /* connections wait at the listening socket */
    bool is_held_up;    /* so much waits for standard output that no client is polled for reading */
    uint64_t accepted;
    uint64_t records;
    bool has_told_crowd; /* that there are as many clients as may be */
    bool cannot_accept;  /* no descriptor or memory: the listening socket rests for a while */
    pier_deadline accept_again;
    pier_deadline idle_until; /* --timeout */
    int exit_status;          /* EXIT_DONE until something ended the whole */
    bool is_over;             /* the loop ends */
    bool has_heard_signal;    /* and acts on it: it must not wake the loop for ever */
    bool is_finishing;        /* nothing more is read */
} server;

/* Runs until it is told to end, and ends in order. Returns what to exit with; what is wrong is told. */
int server_run(server *running);

/* For client.c: prints and saves the current record of `load`, which `peer` sent. Returns false when the whole is over:
 * because it cannot be printed or saved, or because it was the last one to count. A record that cannot be loaded, or
 * that --save refuses, is neither printed nor saved: that is told, `*is_refused` is set, and only the peer has to go.
 * */
bool server_take_record(server *running, pier_archive *load, const char *peer, bool *is_refused);

#endif
