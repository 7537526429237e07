/* A clock that tells the time to everybody who joined its group, a datagram each time.
 *
 *     datagram_clock show [ENDPOINT [INTERFACE [COUNT]]]     joins the group, and prints so many ticks
 *     datagram_clock tell [ENDPOINT [INTERFACE [COUNT]]]     sends so many ticks, one each second
 *
 * Without arguments the group is udp://239.255.71.1:7071 on the loopback interface, and COUNT is 5; 0 goes on for ever.
 * Any number of programs may show, and start when they like: each datagram holds all that is needed to read it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <pier/pier.h>

/* [clock: tick] */
#define CLOCK_TICK(FIELD)                                                                                              \
    FIELD(1, u32, number)                                                                                              \
    FIELD(2, time, at)
PIER_RECORD(clock_tick, "clock.Tick", CLOCK_TICK)
/* [end] */

typedef struct arguments {
    const char *endpoint;
    const char *interface;
    unsigned long count;
} arguments;

static int complain(const pier_error *error) {
    char line[512];
    pier_error_format(error, line, sizeof line);
    fprintf(stderr, "datagram_clock: %s\n", line);
    return 1;
}

/* Sends a tick to the group. */
/* [clock: tell] */
static pier_status tell(pier_datagram_channel *channel, const pier_address *group, uint32_t number) {
    clock_tick tick = {.number = number};
    int64_t now = pier_clock_unix_ns();
    tick.at = (pier_time){.seconds = now / 1000000000, .nanoseconds = (uint32_t)(now % 1000000000)};
    pier_status status = clock_tick_store(pier_datagram_channel_store_archive(channel), &tick);
    return status == PIER_OK ? pier_datagram_channel_send(channel, group, pier_deadline_after_ms(1000)) : status;
}
/* [end] */

static int run_tell(const arguments *chosen, const pier_address *group) {
    pier_socket *socket = NULL;
    pier_datagram_channel *channel = NULL;
    pier_error error;
    uint32_t interface = 0;
    /* [clock: open-tell] */
    pier_address any = *group;
    any.port = 0;
    memset(any.name, 0, sizeof any.name);
    pier_status status = pier_interface_find(chosen->interface, &interface, NULL, &error);
    if (status == PIER_OK)
        status = pier_datagram_open(&socket, &any, NULL, &error);
    if (status == PIER_OK && pier_multicast_set_interface(socket, interface) != PIER_OK) {
        error = *pier_socket_error(socket);
        status = error.status;
    }
    if (status == PIER_OK)
        status = pier_datagram_channel_open(&channel, socket, NULL, &error);
    /* [end] */
    if (status != PIER_OK) {
        pier_socket_destroy(socket);
        return complain(&error);
    }
    for (uint32_t number = 1; status == PIER_OK && (chosen->count == 0 || number <= chosen->count); number++) {
        status = tell(channel, group, number);
        printf("told tick %" PRIu32 ", %zu bytes at most\n", number, pier_datagram_channel_bytes_max(channel));
        fflush(stdout);
        if (number != chosen->count) {
            /* Nobody answers a clock: this waits for a second. */
            uint32_t ready = 0;
            pier_deadline second = pier_deadline_after_ms(1000);
            while (pier_socket_wait(socket, PIER_READABLE, &ready, second) == PIER_OK) {
                char nothing;
                size_t size;
                (void)(pier_datagram_receive(socket, &nothing, 1, &size, NULL, PIER_NOW) == PIER_OK);
            }
        }
    }
    if (status != PIER_OK) {
        complain(pier_datagram_channel_error(channel));
    }
    pier_datagram_channel_destroy(channel);
    return status == PIER_OK ? 0 : 1;
}

/* Prints the ticks of the datagram that came. What strangers send is told, and passed over. */
static unsigned long show(pier_datagram_channel *channel, const pier_address *from, uint32_t *last) {
    /* [clock: show] */
    pier_archive *load = pier_datagram_channel_load_archive(channel);
    unsigned long shown = 0;
    clock_tick tick;
    pier_status status;
    while ((status = pier_archive_next(load)) == PIER_OK && (status = clock_tick_load(load, &tick)) == PIER_OK) {
        /* [end] */
        char text[32] = "";
        time_t seconds = (time_t)tick.at.seconds;
        const struct tm *parts = gmtime(&seconds);
        if (parts != NULL) {
            strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", parts);
        }
        if (*last != 0 && tick.number > *last + 1) {
            printf("%" PRIu32 " lost\n", tick.number - *last - 1);
        }
        *last = tick.number;
        printf("tick %" PRIu32 " at %s from %s\n", tick.number, text, pier_address_as_text(from).text);
        fflush(stdout);
        shown++;
    }
    if (status < 0) {
        fprintf(stderr, "from %s: ", pier_address_as_text(from).text);
        complain(pier_archive_error(load));
    }
    return shown;
}

static int run_show(const arguments *chosen, const pier_address *group) {
    pier_socket *socket = NULL;
    pier_datagram_channel *channel = NULL;
    pier_address bound;
    pier_error error;
    /* [clock: open-show] */
    pier_socket_options options = {.size = sizeof options, .interface_name = chosen->interface};
    pier_status status = pier_datagram_open(&socket, group, &options, &error);
    if (status == PIER_OK)
        status = pier_datagram_channel_open(&channel, socket, NULL, &error);
    /* [end] */
    if (status != PIER_OK) {
        pier_socket_destroy(socket);
        return complain(&error);
    }
    if (pier_socket_local_address(socket, &bound) == PIER_OK) {
        fprintf(stderr, "listening on %s\n", pier_address_as_text(&bound).text);
    }
    uint32_t last = 0;
    unsigned long shown = 0;
    while (status == PIER_OK && (chosen->count == 0 || shown < chosen->count)) {
        pier_address from;
        status = pier_datagram_channel_receive(channel, &from, PIER_NEVER);
        if (status == PIER_OK) {
            shown += show(channel, &from, &last);
        } else if (status == PIER_LIMIT) {
            /* Too large to be a tick, and gone already. */
            complain(pier_datagram_channel_error(channel));
            status = PIER_OK;
        }
    }
    if (status != PIER_OK) {
        complain(pier_datagram_channel_error(channel));
    }
    pier_datagram_channel_destroy(channel);
    return status == PIER_OK ? 0 : 1;
}

int main(int argc, char **argv) {
    arguments chosen = {.endpoint = argc > 2 ? argv[2] : "udp://239.255.71.1:7071",
                        .interface = argc > 3 ? argv[3] : "lo",
                        .count = argc > 4 ? strtoul(argv[4], NULL, 10) : 5};
    bool tells = argc > 1 && strcmp(argv[1], "tell") == 0;
    bool shows = argc > 1 && strcmp(argv[1], "show") == 0;
    pier_address group;
    pier_error error;
    if ((!tells && !shows) || argc > 5) {
        fprintf(stderr, "usage: datagram_clock show|tell [ENDPOINT [INTERFACE [COUNT]]]\n");
        return 2;
    }
    if (pier_address_parse(chosen.endpoint, &group, &error) != PIER_OK) {
        return complain(&error);
    }
    return tells ? run_tell(&chosen, &group) : run_show(&chosen, &group);
}
