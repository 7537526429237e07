/* Runs what dump, check and repair make of many inputs, in one process.
 *
 * Reads cases from standard input: a length (u32, little-endian) and the bytes of an archive. Answers for each, on
 * standard output, what five runs gave: dump, check and repair of the bytes, then check and dump of what was repaired.
 * A run is its exit status (one byte), its standard output and its standard error, each behind its length (u32). Works
 * in the current folder, on the files in.pier and out.pier. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "commands.h"

/* What stands behind the name of the program on the command line. */
typedef int command(int argc, char **argv);

static int captured[2]; /* files in memory in place of standard output and error */

static void require(bool condition, const char *what) {
    if (!condition) {
        perror(what);
        exit(1);
    }
}

static void put(FILE *answers, const void *data, size_t size) {
    require(fwrite(data, 1, size, answers) == size, "answering");
}

static void put_captured(FILE *answers, int handle) {
    off_t size = lseek(handle, 0, SEEK_END);
    require(size >= 0 && size <= INT32_MAX && lseek(handle, 0, SEEK_SET) == 0, "what was captured");
    uint32_t length = (uint32_t)size;
    put(answers, &length, sizeof length);
    while (size > 0) {
        char chunk[65536];
        ssize_t came = read(handle, chunk, sizeof chunk);
        require(came > 0, "what was captured");
        put(answers, chunk, (size_t)came);
        size -= came;
    }
}

/* Runs a command with its standard output and error captured, and answers what came. */
static void run(FILE *answers, command *run_command, int argc, const char *const *arguments) {
    char *argv[4];
    int standard[2];
    for (int i = 0; i < argc; i++) {
        argv[i] = (char *)(uintptr_t)arguments[i];
    }
    for (int i = 0; i < 2; i++) {
        require(ftruncate(captured[i], 0) == 0 && lseek(captured[i], 0, SEEK_SET) == 0, "capturing");
        standard[i] = dup(i + 1);
        require(standard[i] >= 0 && dup2(captured[i], i + 1) >= 0, "capturing");
    }
    uint8_t status = (uint8_t)run_command(argc, argv);
    for (int i = 0; i < 2; i++) {
        require(dup2(standard[i], i + 1) >= 0 && close(standard[i]) == 0, "capturing");
    }
    put(answers, &status, sizeof status);
    put_captured(answers, captured[0]);
    put_captured(answers, captured[1]);
}

static void write_input(const uint8_t *data, size_t size) {
    int handle = open("in.pier", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    require(handle >= 0, "in.pier");
    require(write(handle, data, size) == (ssize_t)size && close(handle) == 0, "in.pier");
}

int main(void) {
    static const char *const in[] = {"in.pier"};
    static const char *const both[] = {"in.pier", "out.pier", "--force"};
    static const char *const out[] = {"out.pier"};
    uint32_t length;
    FILE *answers = fdopen(dup(STDOUT_FILENO), "wb");
    require(answers != NULL, "standard output");
    for (int i = 0; i < 2; i++) {
        captured[i] = memfd_create("captured", MFD_CLOEXEC);
        require(captured[i] >= 0, "a file in memory");
    }
    while (fread(&length, sizeof length, 1, stdin) == 1) {
        uint8_t *data = malloc(length > 0 ? length : 1);
        require(data != NULL && fread(data, 1, length, stdin) == length, "a case");
        write_input(data, length);
        free(data);
        run(answers, command_dump, 1, in);
        run(answers, command_check, 1, in);
        run(answers, command_repair, 3, both);
        run(answers, command_check, 1, out);
        run(answers, command_dump, 1, out);
    }
    require(fclose(answers) == 0, "standard output");
    return 0;
}
