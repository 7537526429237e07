/* A chat room whose members get what they missed: each has a session, and what is said while one is away waits in it.
 *
 *     room_server FOLDER [ENDPOINT]      tcp://127.0.0.1:0 if none is given; ends when it is killed
 *
 * Who has come once is a member. A line that was passed on to some members when the server was killed is passed on to
 * all of them once more, and marked. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "room_line.h"

/* [sessions: names] */
/* Lets in whose name is short and made of letters and digits: then it is that of the folder, too. Anybody can say any
 * name, so nothing is done with it but look. */
static pier_status find_member(void *user, const char *name, bool begins, pier_session_home *home) {
    (void)user;
    (void)begins;
    (void)home;
    size_t size = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
    return name[size] == '\0' && size > 0 && size < sizeof((room_line *)NULL)->from ? PIER_OK : PIER_NOT_FOUND;
}
/* [end] */

/* [sessions: away] */
/* Opens the sessions of all members, so that lines can be stored for those who are away. */
static pier_status open_members(pier_session_host *host, const char *folder, pier_error *error) {
    pier_status status = PIER_OK;
    DIR *names = opendir(folder);
    for (struct dirent *entry; names != NULL && status == PIER_OK && (entry = readdir(names)) != NULL;) {
        pier_session_home home;
        if (find_member(NULL, entry->d_name, false, &home) == PIER_OK) {
            pier_session_channel *member = NULL;
            status = pier_session_host_open_session(host, entry->d_name, &member, error);
            /* One whose creation was cut short has no session yet. */
            status = status == PIER_NOT_FOUND ? PIER_OK : status;
        }
    }
    if (names != NULL) {
        (void)closedir(names);
    }
    return status;
}
/* [end] */

/* Ends the server: what was not committed comes again when it is started again. */
static void stop(const pier_session_channel *member) {
    fprintf(stderr, "room_server: %s: %s\n", pier_session_channel_name(member),
            pier_session_channel_error(member)->text);
    exit(1);
}

/* Stores a line for all but its author. */
static void store_for_others(pier_session_host *host, const pier_session_channel *author, const room_line *line) {
    for (size_t i = pier_session_host_count(host); i-- > 0;) {
        pier_session_channel *member = pier_session_host_at(host, i);
        if (member != author && room_line_store(pier_session_channel_store_archive(member), line) != PIER_OK) {
            stop(member);
        }
    }
}

/* Moves to the next line. What is no line is told and passed over: nobody ends the room for the others. */
static bool next_line(pier_session_channel *author, room_line *line) {
    pier_archive *archive = pier_session_channel_load_archive(author);
    pier_status status;
    while ((status = pier_session_channel_next(author)) <= PIER_OK || status == PIER_SKIPPED) {
        if (status == PIER_OK) {
            status = pier_load_record(archive, &room_line_class, line);
        }
        if (status == PIER_OK) {
            return true;
        }
        if (status == PIER_NO_MEMORY || pier_session_channel_status(author) != PIER_OK) {
            stop(author);
        }
        if (status < 0) {
            fprintf(stderr, "refused: %s: %s\n", pier_session_channel_name(author), pier_archive_error(archive)->text);
            if (pier_archive_recover(archive, NULL) != PIER_OK) {
                stop(author);
            }
        }
    }
    return false;
}

/* [sessions: pass-on] */
/* Passes on what a member says. First all that is for others goes to the disk, then the author's lines are committed: a
 * server that is killed between gets them again, marked. */
static void pass_on(pier_session_host *host, pier_session_channel *author) {
    unsigned lines = 0;
    for (room_line line; next_line(author, &line); lines++) {
        (void)snprintf(line.from, sizeof line.from, "%s", pier_session_channel_name(author));
        line.again = pier_session_channel_is_repeated(author);
        store_for_others(host, author, &line);
    }
    for (size_t i = pier_session_host_count(host); lines > 0 && i-- > 0;) {
        pier_session_channel *member = pier_session_host_at(host, i);
        if (member != author && pier_session_channel_flush(member, NULL) != PIER_OK) {
            stop(member);
        }
    }
    uint64_t last = pier_session_channel_record_number(author);
    if (pier_session_channel_commit(author, last) != PIER_OK) {
        stop(author);
    }
}
/* [end] */

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: room_server FOLDER [ENDPOINT]\n");
        return 2;
    }
    pier_socket *listener = NULL;
    pier_session_host *host = NULL;
    pier_address address;
    pier_error error = {0};
    const pier_session_host_options options = {.size = sizeof options, .find = find_member};
    pier_status status =
        pier_channel_listen(&listener, &address, argc > 2 ? argv[2] : "tcp://127.0.0.1:0", NULL, &error);
    if (status == PIER_OK) {
        status = pier_session_host_open(&host, argv[1], &options, &error);
    }
    if (status == PIER_OK) {
        status = open_members(host, argv[1], &error);
    }
    if (status == PIER_OK) {
        status = pier_session_host_add_listener(host, listener);
    }
    if (status != PIER_OK) {
        fprintf(stderr, "room_server: %s\n", error.text);
    } else {
        fprintf(stderr, "listening on %s\n", pier_address_as_text(&address).text);
    }
    pier_session_host_event event;
    while (status == PIER_OK && (status = pier_session_host_next(host, &event, PIER_NEVER)) == PIER_OK) {
        if (event.kind == PIER_SESSION_HOST_READY) {
            pass_on(host, event.session);
        } else if (event.kind == PIER_SESSION_HOST_REFUSED) {
            fprintf(stderr, "refused: %s\n", event.error.text);
        }
        pier_channel_destroy(event.plain);
    }
    pier_session_host_destroy(host);
    pier_socket_destroy(listener);
    return 1;
}
