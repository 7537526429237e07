/* `pier listen udp://…` at work: one poll loop over the socket, standard output and the signals.
 *
 * Part of the command. Records are printed, saved and counted as those of connections: see server.h. */
#ifndef DATAGRAM_SERVER_H
#define DATAGRAM_SERVER_H

#include "server.h"

/* Runs over `running->datagrams`, which it destroys, until it is told to end, and ends in order. Returns what to exit
 * with; what is wrong is told. */
int datagram_server_run(server *running);

#endif
