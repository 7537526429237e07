/* Unix sockets in the file system: dead ones are replaced, living ones and everything else survive.
 *
 * Floor 2 (socket). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "socket/joint.h"

/* A folder of the test's own, and a place in it. */
typedef struct place {
    char folder[64];
    char path[96];
    pier_address address;
} place;

static int make_place(void **state) {
    static place made;
    char text[128];
    (void)snprintf(made.folder, sizeof made.folder, "/tmp/pier-test-XXXXXX");
    assert_non_null(mkdtemp(made.folder));
    (void)snprintf(made.path, sizeof made.path, "%s/socket", made.folder);
    (void)snprintf(text, sizeof text, "unix:%s", made.path);
    made.address = joint_parse(text);
    *state = &made;
    return 0;
}

static int remove_place(void **state) {
    const place *made = *state;
    return rmdir(made->folder);
}

static struct sockaddr_un raw_address(const place *at) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, at->path, strlen(at->path) + 1);
    return address;
}

/* Binds a socket of the test's own. */
static int bind_raw(const place *at, int type) {
    struct sockaddr_un address = raw_address(at);
    int handle = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    assert_true(handle >= 0);
    assert_int_equal(bind(handle, (const struct sockaddr *)&address, sizeof address), 0);
    return handle;
}

/* Leaves a dead socket behind, as a killed server does. */
static void leave_dead_socket(const place *at, int type) {
    assert_int_equal(close(bind_raw(at, type)), 0);
    assert_int_equal(access(at->path, F_OK), 0);
}

static bool exists(const char *path) {
    struct stat status;
    return lstat(path, &status) == 0;
}

static void only_the_owner_may_connect(void **state) {
    const place *at = *state;
    struct stat status;
    pier_socket *socket = NULL;
    mode_t before = umask(0);
    assert_int_equal(pier_socket_listen(&socket, &at->address, NULL, NULL), PIER_OK);
    (void)umask(before);
    assert_int_equal(lstat(at->path, &status), 0);
    assert_true(S_ISSOCK(status.st_mode));
    assert_int_equal(status.st_mode & 07777, 0600);
    pier_socket_destroy(socket);
}

static int connect_as_nobody(const place *at) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        pier_socket *socket = NULL;
        pier_error error;
        if (setgid(65534) != 0 || setuid(65534) != 0) {
            _exit(99);
        }
        if (pier_socket_connect(&socket, &at->address, joint_patience(), NULL, &error) != PIER_DENIED) {
            _exit(1);
        }
        _exit(strstr(error.text, "permissions") != NULL && error.os_error == EACCES ? 0 : 2);
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    return WEXITSTATUS(how);
}

static void others_are_denied(void **state) {
    const place *at = *state;
    pier_socket *socket = NULL;
    if (geteuid() != 0) {
        skip();
    }
    assert_int_equal(chmod(at->folder, 0755), 0);
    assert_int_equal(pier_socket_listen(&socket, &at->address, NULL, NULL), PIER_OK);
    assert_int_equal(connect_as_nobody(at), 0);
    pier_socket_destroy(socket);
}

static void the_path_goes_with_the_listener(void **state) {
    const place *at = *state;
    pier_socket *socket = NULL;
    assert_int_equal(pier_socket_listen(&socket, &at->address, NULL, NULL), PIER_OK);
    assert_true(exists(at->path));
    assert_int_equal(pier_socket_close(socket), PIER_OK);
    assert_false(exists(at->path));
    assert_int_equal(pier_socket_close(socket), PIER_OK);
    pier_socket_destroy(socket);
}

static void accepted_connections_leave_the_path(void **state) {
    const place *at = *state;
    joint ends;
    memset(&ends, 0, sizeof ends);
    ends.address = at->address;
    assert_int_equal(pier_socket_listen(&ends.listener, &at->address, NULL, NULL), PIER_OK);
    joint_connect(&ends, &ends.client, &ends.server);
    pier_socket_destroy(ends.server);
    pier_socket_destroy(ends.client);
    assert_true(exists(at->path));
    pier_socket_destroy(ends.listener);
}

static void a_dead_socket_is_replaced(void **state) {
    const place *at = *state;
    static const int types[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
    for (size_t i = 0; i < 3; i++) {
        joint ends;
        memset(&ends, 0, sizeof ends);
        ends.address = at->address;
        leave_dead_socket(at, types[i]);
        pier_error error;
        assert_int_equal(pier_socket_connect(&ends.client, &at->address, joint_patience(), NULL, &error), PIER_REFUSED);
        assert_int_equal(pier_socket_listen(&ends.listener, &at->address, NULL, NULL), PIER_OK);
        joint_connect(&ends, &ends.client, &ends.server);
        joint_close(&ends);
        assert_false(exists(at->path));
    }
}

static void a_relative_path_works_too(void **state) {
    const place *at = *state;
    char before[512];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(at->folder), 0);
    leave_dead_socket(at, SOCK_STREAM);
    joint ends;
    memset(&ends, 0, sizeof ends);
    ends.address = joint_parse("unix:socket");
    assert_int_equal(pier_socket_listen(&ends.listener, &ends.address, NULL, NULL), PIER_OK);
    joint_connect(&ends, &ends.client, &ends.server);
    joint_close(&ends);
    assert_false(exists(at->path));
    assert_int_equal(chdir(before), 0);
}

static void a_socket_about_to_listen_is_no_dead_one(void **state) {
    const place *at = *state;
    int handle = bind_raw(at, SOCK_STREAM);
    pier_socket *socket = NULL;
    pier_error error;
    assert_int_equal(pier_socket_listen(&socket, &at->address, NULL, &error), PIER_IN_USE);
    assert_null(socket);
    assert_true(exists(at->path));
    assert_int_equal(listen(handle, 1), 0);
    assert_int_equal(pier_socket_connect(&socket, &at->address, joint_patience(), NULL, &error), PIER_OK);
    pier_socket_destroy(socket);
    assert_int_equal(close(handle), 0);
    assert_int_equal(unlink(at->path), 0);
}

static void a_living_datagram_socket_survives(void **state) {
    const place *at = *state;
    int handle = bind_raw(at, SOCK_DGRAM);
    pier_socket *socket = NULL;
    pier_error error;
    assert_int_equal(pier_socket_listen(&socket, &at->address, NULL, &error), PIER_IN_USE);
    assert_true(exists(at->path));
    assert_int_equal(pier_socket_connect(&socket, &at->address, joint_patience(), NULL, &error), PIER_SYSTEM);
    assert_non_null(strstr(error.text, "there is another kind of socket"));
    assert_int_equal(close(handle), 0);
    assert_int_equal(unlink(at->path), 0);
}

/* Asserts that what stands at the place is refused with PIER_EXISTS, and is the very same file afterwards. */
static void assert_survives(const place *at) {
    struct stat before;
    struct stat after;
    pier_socket *socket = (pier_socket *)&before;
    pier_error error;
    assert_int_equal(lstat(at->path, &before), 0);
    assert_int_equal(pier_socket_listen(&socket, &at->address, NULL, &error), PIER_EXISTS);
    assert_null(socket);
    assert_non_null(strstr(error.text, "what is there is no socket; move it away or choose another path"));
    assert_int_equal(lstat(at->path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(before.st_mode, after.st_mode);
    assert_int_equal(before.st_size, after.st_size);
}

static void other_files_survive(void **state) {
    const place *at = *state;
    FILE *file = fopen(at->path, "w");
    assert_non_null(file);
    assert_true(fputs("precious", file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_survives(at);
    assert_int_equal(unlink(at->path), 0);

    assert_int_equal(mkdir(at->path, 0700), 0);
    assert_survives(at);
    assert_int_equal(rmdir(at->path), 0);

    /* A link that leads nowhere, and one that leads to a dead socket: neither is replaced. */
    assert_int_equal(symlink("nowhere", at->path), 0);
    assert_survives(at);
    assert_int_equal(unlink(at->path), 0);

    assert_int_equal(mkfifo(at->path, 0600), 0);
    assert_survives(at);
    assert_int_equal(unlink(at->path), 0);
}

static void what_took_the_place_meanwhile_survives(void **state) {
    const place *at = *state;
    pier_socket *socket = NULL;
    pier_socket *other = NULL;
    assert_int_equal(pier_socket_listen(&socket, &at->address, NULL, NULL), PIER_OK);
    assert_int_equal(unlink(at->path), 0);
    assert_int_equal(pier_socket_listen(&other, &at->address, NULL, NULL), PIER_OK);
    /* The path belongs to the second one now. */
    assert_int_equal(pier_socket_close(socket), PIER_OK);
    assert_true(exists(at->path));
    pier_socket_destroy(socket);
    pier_socket_destroy(other);
    assert_false(exists(at->path));

    assert_int_equal(pier_socket_listen(&socket, &at->address, NULL, NULL), PIER_OK);
    assert_int_equal(unlink(at->path), 0);
    assert_int_equal(pier_socket_close(socket), PIER_OK);
    pier_socket_destroy(socket);
}

static void a_child_leaves_the_path_to_its_parent(void **state) {
    const place *at = *state;
    pier_socket *socket = NULL;
    assert_int_equal(pier_socket_listen(&socket, &at->address, NULL, NULL), PIER_OK);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        pier_socket_destroy(socket);
        _exit(0);
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(exists(at->path));
    pier_socket_destroy(socket);
    assert_false(exists(at->path));
}

static void a_killed_server_leaves_nothing_in_the_way(void **state) {
    const place *at = *state;
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        pier_socket *socket = NULL;
        char told = pier_socket_listen(&socket, &at->address, NULL, NULL) == PIER_OK ? 'y' : 'n';
        _exit(write(ready[1], &told, 1) == 1 && pause() != 0);
    }
    char told = '?';
    assert_int_equal(read(ready[0], &told, 1), 1);
    assert_int_equal(told, 'y');
    pier_socket *socket = NULL;
    assert_int_equal(pier_socket_listen(&socket, &at->address, NULL, NULL), PIER_IN_USE);
    assert_int_equal(kill(child, SIGKILL), 0);
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(exists(at->path));
    assert_int_equal(pier_socket_listen(&socket, &at->address, NULL, NULL), PIER_OK);
    pier_socket_destroy(socket);
    assert_int_equal(close(ready[0]), 0);
    assert_int_equal(close(ready[1]), 0);
}

static void folders_are_asked_for(void **state) {
    const place *at = *state;
    pier_socket *socket = NULL;
    pier_error error;
    char text[256];
    (void)snprintf(text, sizeof text, "unix:%s/no/socket", at->folder);
    pier_address address = joint_parse(text);
    assert_int_equal(pier_socket_listen(&socket, &address, NULL, &error), PIER_NOT_FOUND);
    assert_int_equal(error.os_error, ENOENT);
    (void)snprintf(text, sizeof text,
                   "listen on unix:%s/no/socket: there is nothing of that name: its folder must exist", at->folder);
    assert_string_equal(error.text, text);
}

static int listen_as_nobody(const place *at) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        pier_socket *socket = NULL;
        pier_error error;
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0)) {
            _exit(99);
        }
        if (pier_socket_listen(&socket, &at->address, NULL, &error) != PIER_DENIED) {
            _exit(1);
        }
        _exit(strstr(error.text, "its folder must be one that this process may write to") != NULL ? 0 : 2);
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    return WEXITSTATUS(how);
}

static void a_folder_that_may_not_be_written_is_told(void **state) {
    const place *at = *state;
    assert_int_equal(chmod(at->folder, 0555), 0);
    assert_int_equal(listen_as_nobody(at), 0);
    assert_int_equal(chmod(at->folder, 0700), 0);
}

/* One of several that want the place of a dead socket at the same time. */
typedef struct rival {
    const place *at;
    pthread_barrier_t *start;
    pier_socket *socket;
    pier_status status;
} rival;

static void *run_for_the_place(void *argument) {
    rival *one = argument;
    (void)pthread_barrier_wait(one->start);
    one->status = pier_socket_listen(&one->socket, &one->at->address, NULL, NULL);
    return NULL;
}

static void one_of_many_gets_the_place(void **state) {
    const place *at = *state;
    enum { RIVALS = 4, ROUNDS = 100 };
    for (int round = 0; round < ROUNDS; round++) {
        pthread_t threads[RIVALS];
        rival rivals[RIVALS];
        pthread_barrier_t start;
        size_t winners = 0;
        pier_socket *client = NULL;
        pier_socket *server = NULL;
        if (round % 2 == 0) {
            leave_dead_socket(at, SOCK_STREAM);
        }
        assert_int_equal(pthread_barrier_init(&start, NULL, RIVALS), 0);
        for (size_t i = 0; i < RIVALS; i++) {
            rivals[i] = (rival){.at = at, .start = &start};
            assert_int_equal(pthread_create(&threads[i], NULL, run_for_the_place, &rivals[i]), 0);
        }
        for (size_t i = 0; i < RIVALS; i++) {
            assert_int_equal(pthread_join(threads[i], NULL), 0);
        }
        for (size_t i = 0; i < RIVALS; i++) {
            if (rivals[i].status == PIER_OK) {
                winners++;
                /* The path leads to the one that was told so. */
                assert_int_equal(pier_socket_connect(&client, &at->address, joint_patience(), NULL, NULL), PIER_OK);
                assert_int_equal(pier_socket_accept(rivals[i].socket, &server, NULL, joint_patience()), PIER_OK);
            } else {
                assert_int_equal(rivals[i].status, PIER_IN_USE);
            }
        }
        assert_int_equal(winners, 1);
        pier_socket_destroy(client);
        pier_socket_destroy(server);
        for (size_t i = 0; i < RIVALS; i++) {
            pier_socket_destroy(rivals[i].socket);
        }
        assert_int_equal(pthread_barrier_destroy(&start), 0);
        assert_false(exists(at->path));
    }
}

static void abstract_names_need_no_file(void **state) {
    (void)state;
    joint ends;
    joint_listen(&ends, JOINT_UNIX_ABSTRACT);
    pier_address address = ends.address;
    joint_close(&ends);
    pier_socket *socket = NULL;
    assert_int_equal(pier_socket_connect(&socket, &address, joint_patience(), NULL, NULL), PIER_REFUSED);
    /* Any bytes, and as many as there can be. */
    memset(address.name, 0, sizeof address.name);
    address.name_bytes = PIER_UNIX_NAME_BYTES_MAX;
    (void)snprintf((char *)address.name, 32, "pier-test-%ld", (long)getpid());
    pier_address bound;
    assert_int_equal(pier_socket_listen(&socket, &address, NULL, NULL), PIER_OK);
    assert_int_equal(pier_socket_local_address(socket, &bound), PIER_OK);
    assert_true(pier_address_equal(&bound, &address));
    pier_socket_destroy(socket);
}

static void the_longest_path_works(void **state) {
    const place *at = *state;
    char text[128];
    size_t length = strlen(at->folder) + 1;
    int written = snprintf(text, sizeof text, "unix:%s/", at->folder);
    memset(text + written, 'p', PIER_UNIX_NAME_BYTES_MAX - length);
    text[5 + PIER_UNIX_NAME_BYTES_MAX] = '\0';
    joint ends;
    memset(&ends, 0, sizeof ends);
    ends.address = joint_parse(text);
    assert_int_equal(ends.address.name_bytes, PIER_UNIX_NAME_BYTES_MAX);
    pier_address bound;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pier_socket_listen(&ends.listener, &ends.address, NULL, NULL), PIER_OK);
        assert_int_equal(pier_socket_local_address(ends.listener, &bound), PIER_OK);
        assert_true(pier_address_equal(&bound, &ends.address));
        joint_connect(&ends, &ends.client, &ends.server);
        joint_close(&ends);
        ends.address = bound;
    }
}

/* A server of another make may be bound to all 108 bytes, without a terminator. */
static void a_path_without_a_terminator_is_shown_cut(void **state) {
    const place *at = *state;
    struct sockaddr_storage storage = {.ss_family = AF_UNIX};
    struct sockaddr_un *address = (struct sockaddr_un *)&storage;
    size_t length = strlen(at->folder) + 1;
    char path[sizeof address->sun_path + 1] = "";
    memcpy(path, at->folder, length - 1);
    path[length - 1] = '/';
    memset(path + length, 'q', sizeof address->sun_path - length);
    memcpy(address->sun_path, path, sizeof address->sun_path);
    joint ends;
    joint_open(&ends, JOINT_PAIR);
    int handle = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(handle >= 0);
    assert_int_equal(bind(handle, (const struct sockaddr *)&storage, sizeof *address), 0);
    assert_int_equal(dup2(handle, pier_socket_handle(ends.client)), pier_socket_handle(ends.client));
    pier_address shown;
    assert_int_equal(pier_socket_local_address(ends.client, &shown), PIER_OK);
    assert_int_equal(shown.name_bytes, PIER_UNIX_NAME_BYTES_MAX);
    assert_memory_equal(shown.name, path, PIER_UNIX_NAME_BYTES_MAX);
    joint_close(&ends);
    assert_int_equal(close(handle), 0);
    assert_int_equal(unlink(path), 0);
}

int main(void) {
#define AT_A_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)
    const struct CMUnitTest tests[] = {
        AT_A_PLACE(only_the_owner_may_connect),
        AT_A_PLACE(others_are_denied),
        AT_A_PLACE(the_path_goes_with_the_listener),
        AT_A_PLACE(accepted_connections_leave_the_path),
        AT_A_PLACE(a_dead_socket_is_replaced),
        AT_A_PLACE(a_relative_path_works_too),
        AT_A_PLACE(a_socket_about_to_listen_is_no_dead_one),
        AT_A_PLACE(a_living_datagram_socket_survives),
        AT_A_PLACE(other_files_survive),
        AT_A_PLACE(what_took_the_place_meanwhile_survives),
        AT_A_PLACE(a_child_leaves_the_path_to_its_parent),
        AT_A_PLACE(a_killed_server_leaves_nothing_in_the_way),
        AT_A_PLACE(folders_are_asked_for),
        AT_A_PLACE(a_folder_that_may_not_be_written_is_told),
        AT_A_PLACE(one_of_many_gets_the_place),
        AT_A_PLACE(abstract_names_need_no_file),
        AT_A_PLACE(the_longest_path_works),
        AT_A_PLACE(a_path_without_a_terminator_is_shown_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
