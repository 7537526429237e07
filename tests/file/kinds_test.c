/* What each kind of file does that no other does: disk files, handles of somebody else, memory, sockets.
 *
 * Floor 3 (file). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pier/file.h>

/* A folder of the test's own, and a path in it. */
typedef struct place {
    char folder[64];
    char path[96];
} place;

static int make_place(void **state) {
    static place made;
    (void)snprintf(made.folder, sizeof made.folder, "/tmp/pier-test-XXXXXX");
    assert_non_null(mkdtemp(made.folder));
    (void)snprintf(made.path, sizeof made.path, "%s/file", made.folder);
    *state = &made;
    return 0;
}

static int remove_place(void **state) {
    const place *made = *state;
    (void)unlink(made->path);
    return rmdir(made->folder);
}

static void put(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void assert_content(const char *path, const char *text) {
    char got[256] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t size = fread(got, 1, sizeof got - 1, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(size, strlen(text));
    assert_string_equal(got, text);
}

static void write_text(pier_file *file, const char *text) {
    size_t size = 0;
    pier_bytes span = {text, strlen(text)};
    assert_int_equal(pier_file_write(file, &span, 1, &size, PIER_NEVER), PIER_OK);
    assert_int_equal(size, strlen(text));
}

static pier_status open_and_close(const char *path, pier_file_mode mode, pier_error *error) {
    pier_file *file = (pier_file *)error;
    pier_status status = pier_file_open_disk(&file, path, mode, NULL, error);
    assert_true((status == PIER_OK) == (file != NULL));
    pier_file_destroy(file);
    return status;
}

/* ---- disk ---- */

static void the_four_modes_do_what_they_say(void **state) {
    const place *at = *state;
    pier_file *file = NULL;
    pier_error error;
    struct stat status;
    mode_t before = umask(0);
    assert_int_equal(open_and_close(at->path, PIER_FILE_READ, &error), PIER_NOT_FOUND);
    assert_int_equal(error.os_error, ENOENT);
    assert_int_equal(access(at->path, F_OK), -1);

    assert_int_equal(pier_file_open_disk(&file, at->path, PIER_FILE_CREATE, NULL, NULL), PIER_OK);
    (void)umask(before);
    write_text(file, "one ");
    write_text(file, "two");
    assert_int_equal(pier_file_close(file), PIER_OK);
    pier_file_destroy(file);
    assert_content(at->path, "one two");
    assert_int_equal(stat(at->path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);

    assert_int_equal(open_and_close(at->path, PIER_FILE_CREATE, &error), PIER_EXISTS);
    assert_int_equal(error.os_error, EEXIST);
    assert_content(at->path, "one two");

    assert_int_equal(pier_file_open_disk(&file, at->path, PIER_FILE_APPEND, NULL, NULL), PIER_OK);
    write_text(file, " three");
    pier_file_destroy(file);
    assert_content(at->path, "one two three");

    assert_int_equal(pier_file_open_disk(&file, at->path, PIER_FILE_REPLACE, NULL, NULL), PIER_OK);
    assert_content(at->path, "");
    write_text(file, "new");
    pier_file_destroy(file);
    assert_content(at->path, "new");

    assert_int_equal(unlink(at->path), 0);
    assert_int_equal(open_and_close(at->path, PIER_FILE_APPEND, &error), PIER_OK);
    assert_content(at->path, "");
    assert_int_equal(unlink(at->path), 0);
    assert_int_equal(open_and_close(at->path, PIER_FILE_REPLACE, &error), PIER_OK);
    assert_content(at->path, "");
}

static void appending_goes_to_the_end_whoever_else_appends(void **state) {
    const place *at = *state;
    pier_file *first = NULL;
    pier_file *second = NULL;
    uint64_t length = 0;
    assert_int_equal(pier_file_open_disk(&first, at->path, PIER_FILE_APPEND, NULL, NULL), PIER_OK);
    assert_int_equal(pier_file_open_disk(&second, at->path, PIER_FILE_APPEND, NULL, NULL), PIER_OK);
    write_text(first, "a");
    write_text(second, "b");
    write_text(first, "c");
    assert_int_equal(pier_file_length(second, &length), PIER_OK);
    assert_int_equal(length, 3);
    pier_file_destroy(first);
    pier_file_destroy(second);
    assert_content(at->path, "abc");
}

static void handles_are_closed_on_exec(void **state) {
    const place *at = *state;
    pier_file *file = NULL;
    int lowest = dup(0);
    assert_true(lowest >= 0);
    assert_int_equal(close(lowest), 0);
    assert_int_equal(pier_file_open_disk(&file, at->path, PIER_FILE_CREATE, NULL, NULL), PIER_OK);
    assert_int_equal(fcntl(lowest, F_GETFD), FD_CLOEXEC);
    pier_file_destroy(file);
    assert_int_equal(fcntl(lowest, F_GETFD), -1);
}

static void links_are_followed_but_not_created_through(void **state) {
    const place *at = *state;
    pier_error error;
    pier_file *file = NULL;
    char link_path[128];
    (void)snprintf(link_path, sizeof link_path, "%s/link", at->folder);
    assert_int_equal(symlink(at->path, link_path), 0);
    assert_int_equal(open_and_close(link_path, PIER_FILE_CREATE, &error), PIER_EXISTS);
    assert_int_equal(access(at->path, F_OK), -1);
    assert_int_equal(pier_file_open_disk(&file, link_path, PIER_FILE_APPEND, NULL, NULL), PIER_OK);
    write_text(file, "through");
    pier_file_destroy(file);
    assert_content(at->path, "through");
    assert_int_equal(unlink(link_path), 0);
}

static void what_is_no_disk_file_is_left_alone(void **state) {
    const place *at = *state;
    static const pier_file_mode modes[] = {PIER_FILE_READ, PIER_FILE_REPLACE, PIER_FILE_APPEND, PIER_FILE_UPDATE};
    pier_error error;
    assert_int_equal(mkfifo(at->path, 0600), 0);
    for (size_t i = 0; i < 4; i++) {
        /* A pipe that nobody is at: opening it the usual way would wait for ever. */
        assert_int_equal(open_and_close(at->path, modes[i], &error), PIER_UNSUPPORTED);
        assert_true(error.text[0] != '\0');
        assert_int_equal(open_and_close(at->folder, modes[i], &error), PIER_UNSUPPORTED);
        assert_non_null(strstr(error.text, "this is a folder"));
        assert_int_equal(open_and_close("/dev/null", modes[i], &error), PIER_UNSUPPORTED);
        assert_non_null(strstr(error.text, "/dev/null: this is no disk file, but a pipe or a device"));
    }
}

static void the_errors_name_the_path(void **state) {
    const place *at = *state;
    pier_error error;
    char text[256];
    assert_int_equal(open_and_close(at->path, PIER_FILE_READ, &error), PIER_NOT_FOUND);
    (void)snprintf(text, sizeof text, "open %s: there is nothing of that name", at->path);
    assert_string_equal(error.text, text);
    assert_int_equal(error.floor, PIER_FLOOR_FILE);
    put(at->path, "x");
    (void)snprintf(text, sizeof text, "%s/below", at->path);
    assert_int_equal(open_and_close(text, PIER_FILE_CREATE, &error), PIER_NOT_FOUND);
    assert_int_equal(error.os_error, ENOTDIR);
    /* A long path is shown from its end, and the reason still fits. */
    char path[600] = "/tmp";
    for (int i = 0; i < 50; i++) {
        (void)strcat(path, "/no-folder");
    }
    assert_int_equal(open_and_close(path, PIER_FILE_CREATE, &error), PIER_NOT_FOUND);
    assert_int_equal(strncmp(error.text, "create ...", 10), 0);
    assert_non_null(strstr(error.text, "/no-folder: there is nothing of that name"));
    memset(path, 'n', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_int_equal(open_and_close(path, PIER_FILE_CREATE, &error), PIER_SYSTEM);
    assert_int_equal(error.os_error, ENAMETOOLONG);
}

static void misuse_of_opening_is_refused(void **state) {
    const place *at = *state;
    pier_error error;
    pier_file *file = (pier_file *)&error;
    assert_int_equal(pier_file_open_disk(&file, NULL, PIER_FILE_READ, NULL, &error), PIER_USAGE);
    assert_null(file);
    assert_int_equal(pier_file_open_disk(&file, "", PIER_FILE_READ, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_file_open_disk(&file, at->path, (pier_file_mode)5, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_file_open_disk(NULL, at->path, PIER_FILE_CREATE, NULL, &error), PIER_USAGE);
    assert_int_equal(access(at->path, F_OK), -1);
    file = (pier_file *)&error;
    assert_int_equal(pier_file_open_handle(&file, -1, PIER_FILE_CAN_READ, NULL, &error), PIER_USAGE);
    assert_null(file);
    assert_int_equal(pier_file_open_handle(&file, 0, 0, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_file_open_handle(&file, 0, PIER_FILE_CAN_SEEK, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_file_open_handle(NULL, 0, PIER_FILE_CAN_READ, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_file_open_memory(NULL, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_file_open_view(NULL, (pier_bytes){NULL, 1}, NULL, &error), PIER_USAGE);
    file = (pier_file *)&error;
    assert_int_equal(pier_file_open_view(&file, (pier_bytes){NULL, 1}, NULL, &error), PIER_USAGE);
    assert_null(file);
}

static void a_seek_beyond_any_file_is_refused(void **state) {
    const place *at = *state;
    pier_file *file = NULL;
    char got[8];
    size_t size = 0;
    put(at->path, "abc");
    assert_int_equal(pier_file_open_disk(&file, at->path, PIER_FILE_READ, NULL, NULL), PIER_OK);
    assert_int_equal(pier_file_seek(file, UINT64_MAX), PIER_USAGE);
    assert_int_equal(pier_file_seek(file, (uint64_t)INT64_MAX + 1), PIER_USAGE);
    /* The point of reading stays where it was. */
    assert_int_equal(pier_file_read(file, got, 1, &size, PIER_NOW), PIER_OK);
    assert_int_equal(got[0], 'a');
    pier_file_destroy(file);
}

static int write_beyond_the_limit(const char *path) {
    struct rlimit limit = {.rlim_cur = 10, .rlim_max = 10};
    pier_file *file = NULL;
    size_t size = 0;
    pier_bytes spans[2] = {{"1234567", 7}, {"890abc", 6}};
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &limit) != 0 ||
        pier_file_open_disk(&file, path, PIER_FILE_CREATE, NULL, NULL) != PIER_OK) {
        return 1;
    }
    if (pier_file_write(file, spans, 2, &size, PIER_NEVER) != PIER_OK || size != 10) {
        return 2;
    }
    if (pier_file_write(file, spans, 1, &size, PIER_NEVER) != PIER_NO_SPACE || size != 0) {
        return 3;
    }
    int os_error = pier_file_error(file)->os_error;
    pier_file_destroy(file);
    return os_error == EFBIG ? 0 : 4;
}

static void a_short_count_comes_before_no_space(void **state) {
    const place *at = *state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(write_beyond_the_limit(at->path));
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
    assert_content(at->path, "1234567890");
}

static void a_new_file_is_synced_with_its_name(void **state) {
    const place *at = *state;
    pier_file *file = NULL;
    char before[512];
    assert_int_equal(pier_file_open_disk(&file, at->path, PIER_FILE_CREATE, NULL, NULL), PIER_OK);
    write_text(file, "x");
    assert_int_equal(pier_file_sync(file), PIER_OK);
    assert_int_equal(pier_file_sync(file), PIER_OK);
    pier_file_destroy(file);
    /* By a bare name, too. */
    assert_int_equal(unlink(at->path), 0);
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(at->folder), 0);
    assert_int_equal(pier_file_open_disk(&file, "file", PIER_FILE_APPEND, NULL, NULL), PIER_OK);
    assert_int_equal(pier_file_sync(file), PIER_OK);
    pier_file_destroy(file);
    assert_int_equal(chdir(before), 0);
    assert_content(at->path, "");
}

static int open_as_nobody(const char *path) {
    pier_error error;
    if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) {
        return 99;
    }
    if (open_and_close(path, PIER_FILE_READ, &error) != PIER_DENIED) {
        return 1;
    }
    if (open_and_close(path, PIER_FILE_REPLACE, &error) != PIER_DENIED) {
        return 2;
    }
    return strstr(error.text, "permission denied") != NULL ? 0 : 3;
}

static void permissions_are_told(void **state) {
    const place *at = *state;
    put(at->path, "secret");
    assert_int_equal(chmod(at->path, 0), 0);
    assert_int_equal(chmod(at->folder, 0755), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(open_as_nobody(at->path));
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
    assert_int_equal(chmod(at->path, 0600), 0);
    assert_content(at->path, "secret");
}

/* ---- handles ---- */

static void a_handle_must_be_open_for_that(void **state) {
    const place *at = *state;
    pier_file *file = (pier_file *)&at;
    pier_error error;
    int pair[2];
    assert_int_equal(pipe(pair), 0);
    assert_int_equal(pier_file_open_handle(&file, pair[0], PIER_FILE_CAN_WRITE, NULL, &error), PIER_USAGE);
    assert_null(file);
    assert_non_null(strstr(error.text, "is not open for writing"));
    assert_int_equal(pier_file_open_handle(&file, pair[1], PIER_FILE_CAN_READ, NULL, &error), PIER_USAGE);
    assert_non_null(strstr(error.text, "is not open for reading"));
    assert_int_equal(pier_file_open_handle(&file, pair[1], PIER_FILE_CAN_READ | PIER_FILE_CAN_WRITE, NULL, &error),
                     PIER_USAGE);
    assert_int_equal(close(pair[0]), 0);
    assert_int_equal(close(pair[1]), 0);
    assert_int_equal(pier_file_open_handle(&file, pair[0], PIER_FILE_CAN_READ, NULL, &error), PIER_USAGE);
    assert_int_equal(error.os_error, EBADF);
    int folder = open(at->folder, O_RDONLY | O_CLOEXEC);
    assert_int_equal(pier_file_open_handle(&file, folder, PIER_FILE_CAN_READ, NULL, &error), PIER_USAGE);
    assert_non_null(strstr(error.text, "it is a folder"));
    assert_int_equal(close(folder), 0);
}

static void the_flags_of_a_handle_stay(void **state) {
    (void)state;
    int pair[2];
    char got[4];
    size_t size = 0;
    uint32_t ready = 0;
    pier_file *reader = NULL;
    pier_file *writer = NULL;
    assert_int_equal(pipe(pair), 0);
    assert_int_equal(pier_file_open_handle(&reader, pair[0], PIER_FILE_CAN_READ, NULL, NULL), PIER_OK);
    assert_int_equal(pier_file_open_handle(&writer, pair[1], PIER_FILE_CAN_WRITE, NULL, NULL), PIER_OK);
    assert_int_equal(pier_file_handle(reader), pair[0]);
    assert_int_equal(pier_file_read(reader, got, sizeof got, &size, PIER_NOW), PIER_WOULD_BLOCK);
    write_text(writer, "x");
    assert_int_equal(pier_file_wait(reader, PIER_READABLE, &ready, PIER_NEVER), PIER_OK);
    assert_int_equal(pier_file_read(reader, got, sizeof got, &size, PIER_NEVER), PIER_OK);
    assert_int_equal(fcntl(pair[0], F_GETFL) & O_NONBLOCK, 0);
    assert_int_equal(fcntl(pair[1], F_GETFL) & O_NONBLOCK, 0);
    pier_file_destroy(reader);
    pier_file_destroy(writer);
    assert_int_equal(close(pair[0]), 0);
    assert_int_equal(close(pair[1]), 0);
}

static void the_standard_handles_are_called_by_name(void **state) {
    const place *at = *state;
    put(at->path, "");
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        pier_file *file = NULL;
        size_t size = 0;
        pier_bytes span = {"x", 1};
        int pair[2];
        int out = open(at->path, O_WRONLY);
        if (pipe(pair) != 0 || close(pair[0]) != 0 || dup2(pair[1], 1) != 1 ||
            pier_file_open_handle(&file, 1, PIER_FILE_CAN_WRITE, NULL, NULL) != PIER_OK ||
            pier_file_write(file, &span, 1, &size, PIER_NEVER) != PIER_CLOSED) {
            _exit(1);
        }
        pier_error error = *pier_file_error(file);
        size_t length = strlen(error.text);
        pier_file_destroy(file);
        _exit(write(out, error.text, length) == (ssize_t)length ? 0 : 2);
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
    assert_content(at->path, "write to standard output: the peer no longer reads");
}

static void a_socket_handle_may_be_reset(void **state) {
    (void)state;
    int pair[2];
    char got[4];
    size_t size = 99;
    pier_file *file = NULL;
    pier_bytes span = {"unread", 6};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(pier_file_open_handle(&file, pair[0], PIER_FILE_CAN_READ | PIER_FILE_CAN_WRITE, NULL, NULL),
                     PIER_OK);
    assert_int_equal(pier_file_write(file, &span, 1, &size, PIER_NOW), PIER_OK);
    assert_int_equal(close(pair[1]), 0);
    assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_RESET);
    assert_int_equal(pier_file_write(file, &span, 1, &size, PIER_NOW), PIER_CLOSED);
    pier_file_destroy(file);
    assert_int_equal(close(pair[0]), 0);
}

/* ---- sockets ---- */

static void a_file_needs_a_socket_that_carries_bytes(void **state) {
    (void)state;
    pier_address address;
    pier_socket *listener = NULL;
    pier_socket *client = NULL;
    pier_error error;
    pier_file *file = (pier_file *)&error;
    assert_int_equal(pier_address_parse("tcp://127.0.0.1:0", &address, NULL), PIER_OK);
    assert_int_equal(pier_socket_listen(&listener, &address, NULL, NULL), PIER_OK);
    assert_int_equal(pier_socket_local_address(listener, &address), PIER_OK);
    assert_int_equal(pier_file_open_socket(&file, listener, NULL, &error), PIER_USAGE);
    assert_null(file);
    assert_int_equal(pier_file_open_socket(&file, NULL, NULL, &error), PIER_USAGE);
    assert_int_equal(pier_file_open_socket(NULL, listener, NULL, &error), PIER_USAGE);
    /* One that is still connecting will carry them. */
    assert_int_equal(pier_socket_connect(&client, &address, PIER_NOW, NULL, NULL), PIER_OK);
    assert_int_equal(pier_file_open_socket(&file, client, NULL, &error), PIER_OK);
    assert_int_equal(pier_file_handle(file), pier_socket_handle(client));
    pier_file_destroy(file);
    assert_int_equal(pier_socket_close(listener), PIER_OK);
    assert_int_equal(pier_file_open_socket(&file, listener, NULL, &error), PIER_USAGE);
    pier_socket_destroy(listener);
}

static void the_socket_s_errors_come_through(void **state) {
    (void)state;
    pier_socket *first = NULL;
    pier_socket *second = NULL;
    pier_file *file = NULL;
    char got[4];
    size_t size = 0;
    pier_bytes span = {"unread", 6};
    assert_int_equal(pier_socket_pair(&first, &second, NULL, NULL), PIER_OK);
    assert_int_equal(pier_file_open_socket(&file, first, NULL, NULL), PIER_OK);
    assert_int_equal(pier_file_write(file, &span, 1, &size, PIER_NOW), PIER_OK);
    pier_socket_destroy(second);
    assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_RESET);
    assert_int_equal(pier_file_error(file)->floor, PIER_FLOOR_SOCKET);
    assert_int_equal(pier_file_error(file)->os_error, ECONNRESET);
    assert_string_equal(pier_file_error(file)->text, "read from an unnamed Unix socket: the peer reset the connection");
    assert_int_equal(pier_file_write(file, &span, 1, &size, PIER_NOW), PIER_CLOSED);
    assert_int_equal(pier_file_write_error(file)->status, PIER_CLOSED);
    assert_int_equal(pier_file_read_error(file)->status, PIER_RESET);
    pier_file_destroy(file);
}

/* ---- memory ---- */

static void memory_gives_all_that_was_written(void **state) {
    (void)state;
    pier_file *file = NULL;
    char got[8];
    size_t size = 0;
    assert_int_equal(pier_file_open_memory(&file, NULL, NULL), PIER_OK);
    assert_int_equal(pier_file_memory_bytes(file).size, 0);
    write_text(file, "abc");
    assert_int_equal(pier_file_read(file, got, 2, &size, PIER_NOW), PIER_OK);
    write_text(file, "def");
    pier_bytes all = pier_file_memory_bytes(file);
    assert_int_equal(all.size, 6);
    assert_memory_equal(all.data, "abcdef", 6);
    assert_int_equal(pier_file_read(file, got, sizeof got, &size, PIER_NOW), PIER_OK);
    assert_int_equal(size, 4);
    assert_memory_equal(got, "cdef", 4);
    pier_file_destroy(file);
}

static void memory_that_cannot_be_had_is_told(void **state) {
    (void)state;
    pier_file *file = NULL;
    size_t size = 99;
    pier_bytes spans[2] = {{"x", SIZE_MAX}, {"y", SIZE_MAX}};
    assert_int_equal(pier_file_open_memory(&file, NULL, NULL), PIER_OK);
    write_text(file, "kept");
    assert_int_equal(pier_file_write(file, spans, 2, &size, PIER_NOW), PIER_NO_MEMORY);
    assert_int_equal(size, 0);
    assert_int_equal(pier_file_memory_bytes(file).size, 4);
    assert_non_null(strstr(pier_file_error(file)->text, "behind the 4 of a file in memory"));
    pier_file_destroy(file);
}

static void a_view_shows_the_caller_s_bytes(void **state) {
    (void)state;
    pier_file *file = NULL;
    static const char bytes[] = "view";
    assert_int_equal(pier_file_open_view(&file, (pier_bytes){bytes, 4}, NULL, NULL), PIER_OK);
    assert_ptr_equal(pier_file_memory_bytes(file).data, bytes);
    assert_int_equal(pier_file_memory_bytes(file).size, 4);
    pier_file_destroy(file);
    assert_int_equal(pier_file_open_view(&file, (pier_bytes){NULL, 0}, NULL, NULL), PIER_OK);
    char got[1];
    size_t size = 99;
    assert_int_equal(pier_file_read(file, got, 1, &size, PIER_NOW), PIER_END);
    pier_file_destroy(file);
}

int main(void) {
#define AT_A_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)
    const struct CMUnitTest tests[] = {
        AT_A_PLACE(the_four_modes_do_what_they_say),
        AT_A_PLACE(appending_goes_to_the_end_whoever_else_appends),
        AT_A_PLACE(handles_are_closed_on_exec),
        AT_A_PLACE(links_are_followed_but_not_created_through),
        AT_A_PLACE(what_is_no_disk_file_is_left_alone),
        AT_A_PLACE(the_errors_name_the_path),
        AT_A_PLACE(misuse_of_opening_is_refused),
        AT_A_PLACE(a_seek_beyond_any_file_is_refused),
        AT_A_PLACE(a_short_count_comes_before_no_space),
        AT_A_PLACE(a_new_file_is_synced_with_its_name),
        AT_A_PLACE(permissions_are_told),
        AT_A_PLACE(a_handle_must_be_open_for_that),
        cmocka_unit_test(the_flags_of_a_handle_stay),
        AT_A_PLACE(the_standard_handles_are_called_by_name),
        cmocka_unit_test(a_socket_handle_may_be_reset),
        cmocka_unit_test(a_file_needs_a_socket_that_carries_bytes),
        cmocka_unit_test(the_socket_s_errors_come_through),
        cmocka_unit_test(memory_gives_all_that_was_written),
        cmocka_unit_test(memory_that_cannot_be_had_is_told),
        cmocka_unit_test(a_view_shows_the_caller_s_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
