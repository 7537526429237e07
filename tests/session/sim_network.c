/* Connections that are slow, held up, cut for one side before the other, and doubled; see sim.h. */
#include <stdlib.h>
#include <string.h>

#include "session/sim.h"

static void put(sim_pipe *pipe, const void *bytes, size_t size) {
    if (pipe->size + size > pipe->capacity) {
        pipe->capacity = (pipe->size + size) * 2;
        pipe->bytes = (uint8_t *)realloc(pipe->bytes, pipe->capacity);
    }
    if (size > 0) {
        memcpy(pipe->bytes + pipe->size, bytes, size);
        pipe->size += size;
    }
}

static void take(sim_pipe *pipe, size_t size) {
    if (size == 0) {
        return; /* a pipe without bytes may have no memory either */
    }
    memmove(pipe->bytes, pipe->bytes + size, pipe->size - size);
    pipe->size -= size;
}

static void free_connection(sim_connection *connection) {
    free(connection->pipes[0].bytes);
    free(connection->pipes[1].bytes);
    pier_session_door_destroy(connection->door);
    memset(connection, 0, sizeof *connection);
}

static bool is_link(const sim *world, const sim_connection *connection, unsigned node) {
    const pier_session *session = world->nodes[node].session;
    return session != NULL && (node == 0 || connection->is_attached) &&
           pier_session_link_state(session) != PIER_SESSION_LINK_NONE &&
           pier_session_link_number(session) == connection->numbers[node];
}

/* One side closes, and says so if its session's link it is. */
static void close_side(sim *world, sim_connection *connection, unsigned node) {
    connection->is_open[node] = false;
    if (node == 1) {
        pier_session_door_destroy(connection->door);
        connection->door = NULL;
    }
    if (!connection->is_open[0] && !connection->is_open[1]) {
        free_connection(connection);
    }
    (void)world;
}

void sim_network_connect(sim *world) {
    sim_node *client = &world->nodes[0];
    if (client->session == NULL || pier_session_link_state(client->session) != PIER_SESSION_LINK_NONE ||
        pier_session_status(client->session) != PIER_OK) {
        return;
    }
    sim_connection *free_one = NULL;
    for (unsigned i = 0; i < SIM_CONNECTIONS; i++) {
        sim_connection *each = &world->connections[i];
        /* The client's side of an older one is closed. */
        if (each->exists && each->is_open[0]) {
            return;
        }
        free_one = each->exists ? free_one : each;
    }
    if (free_one == NULL || pier_session_connect(client->session) != PIER_OK) {
        return;
    }
    world->counts.connections++;
    free_one->exists = true;
    free_one->is_open[0] = true;
    free_one->is_open[1] = true;
    free_one->numbers[0] = pier_session_link_number(client->session);
    if (pier_session_door_open(&free_one->door, NULL, world->now_ns, sim_node_draw, world) != PIER_OK) {
        abort();
    }
    sim_say(world, "the client connects");
}

/* The server's side before its session is known. */
static void move_door(sim *world, sim_connection *connection) {
    sim_pipe *up = &connection->pipes[1];
    size_t taken = 0;
    pier_status status = pier_session_door_feed(connection->door, (pier_bytes){up->bytes, up->size}, &taken);
    take(up, taken);
    pier_bytes out = pier_session_door_drain(connection->door);
    put(&connection->pipes[0], out.data, out.size);
    if (status < 0) {
        sim_blame(world, "the door finds a fault in a hello: %s", pier_status_name(status));
        close_side(world, connection, 1);
        return;
    }
    if (status == PIER_MORE && up->size == 0 && !connection->is_open[0]) {
        close_side(world, connection, 1);
        return;
    }
    sim_node *server = &world->nodes[1];
    if (status != PIER_OK || (server->exists && server->session == NULL)) {
        return;
    }
    if (!server->exists) {
        if (!pier_session_door_begins(connection->door)) {
            sim_blame(world, "the client resumes what never was");
            return;
        }
        sim_node_start(world, 1, pier_session_door_id(connection->door));
    }
    status = pier_session_accept(server->session, connection->door);
    out = pier_session_door_drain(connection->door);
    put(&connection->pipes[0], out.data, out.size);
    if (status == PIER_OK) {
        connection->is_attached = true;
        connection->numbers[1] = pier_session_link_number(server->session);
        pier_session_door_destroy(connection->door);
        connection->door = NULL;
    } else {
        close_side(world, connection, 1);
    }
}

/* One side moves bytes, in pieces of any size. Returns false when the connection is gone. */
static bool move_side(sim *world, sim_connection *connection, unsigned node) {
    pier_session *session = world->nodes[node].session;
    sim_pipe *in = &connection->pipes[node];
    sim_pipe *out = &connection->pipes[1 - node];
    if (!connection->is_open[node]) {
        return true;
    }
    if (node == 1 && connection->door != NULL) {
        move_door(world, connection);
        return connection->exists;
    }
    if (!is_link(world, connection, node)) {
        close_side(world, connection, node);
        return connection->exists;
    }
    pier_bytes ready = pier_session_drain(session);
    size_t size = sim_happens(world, 3) ? (size_t)sim_draw(world, ready.size + 1) : ready.size;
    put(out, ready.data, size);
    pier_session_drained(session, size);
    if (pier_session_link_state(session) == PIER_SESSION_LINK_ENDING && pier_session_drain(session).size == 0) {
        pier_session_disconnect(session);
        close_side(world, connection, node);
        return connection->exists;
    }
    size = sim_happens(world, 3) ? (size_t)sim_draw(world, in->size + 1) : in->size;
    size_t taken = 0;
    pier_session_feed(session, (pier_bytes){in->bytes, size}, &taken);
    take(in, taken);
    if (in->size == 0 && !connection->is_open[1 - node]) {
        pier_session_disconnect(session);
        close_side(world, connection, node);
    }
    return connection->exists;
}

void sim_network_move(sim *world, unsigned index) {
    sim_connection *connection = &world->connections[index];
    if (!connection->exists || world->now_ns < connection->held_until) {
        return;
    }
    for (unsigned node = 0; node < SIM_NODES && connection->exists; node++) {
        if (connection->is_cut) {
            if (connection->is_open[node] && world->now_ns >= connection->told_at[node]) {
                if (is_link(world, connection, node)) {
                    pier_session_disconnect(world->nodes[node].session);
                }
                close_side(world, connection, node);
            }
        } else if (!move_side(world, connection, node)) {
            return;
        }
    }
}

void sim_network_cut(sim *world, unsigned index) {
    sim_connection *connection = &world->connections[index];
    if (!connection->exists || connection->is_cut) {
        return;
    }
    sim_say(world, "connection %u is cut", index);
    connection->is_cut = true;
    for (unsigned node = 0; node < SIM_NODES; node++) {
        connection->pipes[node].size = 0;
        connection->told_at[node] =
            world->now_ns + (sim_happens(world, 3) ? 60000000000 : (int64_t)sim_draw(world, 50) * 1000000);
    }
}

void sim_network_crash(sim *world, unsigned node) {
    for (unsigned i = 0; i < SIM_CONNECTIONS; i++) {
        sim_connection *connection = &world->connections[i];
        if (connection->exists && connection->is_open[node]) {
            /* Some of what it sent may still arrive. */
            sim_pipe *out = &connection->pipes[1 - node];
            out->size = (size_t)sim_draw(world, out->size + 1);
            close_side(world, connection, node);
        }
    }
}

void sim_network_end(sim *world) {
    for (unsigned i = 0; i < SIM_CONNECTIONS; i++) {
        if (world->connections[i].exists) {
            free_connection(&world->connections[i]);
        }
    }
}
