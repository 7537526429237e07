/* The pier command: finds the command that is meant.
 *
 * The only program of the project. It prints and exits; the library below it does neither. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <pier/version.h>

#include "commands.h"
#include "options.h"
#include "report.h"
#include "signals.h"

static const char help[] = "usage: pier COMMAND ...\n"
                           "\n"
                           "Moves records between processes and files as lines of JSON.\n"
                           "\n"
                           "  pier listen ENDPOINT            print the records that clients send\n"
                           "  pier connect ENDPOINT           send records, print those that come back\n"
                           "  pier store FILE                 keep records in an archive\n"
                           "  pier dump FILE                  print the records of an archive\n"
                           "  pier check FILE                 verify an archive\n"
                           "  pier repair FILE OUT            save what is whole in a damaged archive\n"
                           "  pier record LISTEN TARGET FILE  keep what passes between two programs\n"
                           "  pier replay FILE TARGET         play one of them, and compare the other\n"
                           "  pier journal DIR                list, verify, cut, merge and export a journal\n"
                           "  pier compat OLD NEW             what two versions make of each other's records\n"
                           "  pier ports [NAME|PORT]          this machine's addresses, or what a port is\n"
                           "\n"
                           "  pier COMMAND --help      what a command takes\n"
                           "  pier --version           version of the library and of the wire\n";

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"listen", command_listen}, {"connect", command_connect}, {"store", command_store},     {"dump", command_dump},
    {"check", command_check},   {"repair", command_repair},   {"compat", command_compat},   {"ports", command_ports},
    {"record", command_record}, {"replay", command_replay},   {"journal", command_journal},
};

/* Gives standard handles that are closed something that fails to read and write, so that no socket or file gets their
 * number and is printed into. */
static bool hold_standard_handles(void) {
    for (int handle = STDIN_FILENO; handle <= STDERR_FILENO; handle++) {
        bool is_open = fcntl(handle, F_GETFD) != -1 || errno != EBADF;
        if (!is_open && open("/dev/null", handle == STDIN_FILENO ? O_WRONLY : O_RDONLY) != handle) {
            return false;
        }
    }
    return true;
}

static int print_version(void) {
    char line[128];
    (void)snprintf(line, sizeof(line), "pier %s, wire %s\n", pier_version(), pier_wire_version());
    return options_print("--version", line);
}

int main(int argc, char **argv) {
    signals_ignore_writing();
    if (!hold_standard_handles()) {
        return EXIT_SYSTEM;
    }
    if (argc < 2) {
        return options_refuse(
            "",
            "a command is missing: listen, connect, store, dump, check, repair, record, replay, journal, compat or ports",
            "");
    }
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return commands[i].run(argc - 2, argv + 2);
        }
    }
    if (strcmp(argv[1], "--help") == 0) {
        return options_print("--help", help);
    }
    if (strcmp(argv[1], "--version") == 0) {
        return print_version();
    }
    return options_refuse("", "there is no command ", argv[1]);
}
