/* Folders of the machine: files made, written, synced, renamed and locked, and what is refused.
 *
 * Floor 3 (file). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pier/socket.h>

#include "file/folder_internal.h"
#include "support/fault_allocator.h"

#define assert_status(call, expected) assert_string_equal(pier_status_name(call), pier_status_name(expected))

static char path[128];

static int make_path(void **state) {
    (void)state;
    (void)snprintf(path, sizeof path, "/tmp/pier-test-%ld-folder", (long)getpid());
    return 0;
}

static int remove_path(void **state) {
    (void)state;
    char command[192];
    (void)snprintf(command, sizeof command, "rm -rf %s", path);
    return system(command);
}

static pier__folder open_folder(void) {
    pier__folder folder;
    pier_error error;
    pier_error_clear(&error);
    if (pier__folder_open_disk(&folder, path, true, NULL, &error) != PIER_OK) {
        fail_msg("%s", error.text);
    }
    return folder;
}

static void write_text(const pier__folder *folder, int file, uint64_t offset, const char *text) {
    const pier_bytes spans[] = {{text, 1}, {"", 0}, {text + 1, strlen(text) - 1}};
    assert_status(folder->ops->write(folder->self, file, offset, spans, 3, NULL), PIER_OK);
}

static void assert_content(const pier__folder *folder, int file, const char *text) {
    char buffer[64];
    size_t size = 0;
    assert_status(folder->ops->read(folder->self, file, 0, buffer, sizeof buffer, &size, NULL), PIER_OK);
    assert_int_equal(size, strlen(text));
    assert_memory_equal(buffer, text, size);
    uint64_t length = 0;
    assert_status(folder->ops->size(folder->self, file, &length, NULL), PIER_OK);
    assert_int_equal(length, size);
}

static bool count_name(void *user, const char *name) {
    int *count = user;
    assert_true(strcmp(name, "one") == 0 || strcmp(name, "two") == 0 || strcmp(name, "lock") == 0);
    (*count)++;
    return *count < 100;
}

static void makes_and_changes_files(void **state) {
    (void)state;
    pier__folder folder = open_folder();
    const pier__folder_ops *ops = folder.ops;
    int file = PIER__FOLDER_NO_FILE;
    assert_status(ops->create(folder.self, "one", &file, NULL), PIER_OK);
    assert_true((fcntl(file, F_GETFD) & FD_CLOEXEC) != 0);
    struct stat status;
    assert_int_equal(fstat(file, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    write_text(&folder, file, 0, "hello");
    write_text(&folder, file, 5, " world");
    assert_content(&folder, file, "hello world");
    assert_status(ops->sync(folder.self, file, NULL), PIER_OK);
    pier_status reserved = ops->reserve(folder.self, file, 1 << 20, NULL);
    assert_true(reserved == PIER_OK || reserved == PIER_UNSUPPORTED);
    assert_content(&folder, file, "hello world");
    assert_status(ops->cut(folder.self, file, 4, NULL), PIER_OK);
    assert_content(&folder, file, "hell");
    char byte = 0;
    size_t size = 1;
    assert_status(ops->read(folder.self, file, 4, &byte, 1, &size, NULL), PIER_OK);
    assert_int_equal(size, 0);
    assert_status(ops->close(folder.self, file, NULL), PIER_OK);

    int second = PIER__FOLDER_NO_FILE;
    pier_error error;
    assert_status(ops->create(folder.self, "one", &second, &error), PIER_EXISTS);
    assert_string_equal(error.text, "create one: there is something already");
    assert_int_equal(second, PIER__FOLDER_NO_FILE);
    assert_status(ops->rename(folder.self, "one", "two", NULL), PIER_OK);
    assert_status(ops->open(folder.self, "one", false, &second, &error), PIER_NOT_FOUND);
    assert_status(ops->sync_folder(folder.self, NULL), PIER_OK);
    assert_status(ops->open(folder.self, "two", true, &second, NULL), PIER_OK);
    assert_true((fcntl(second, F_GETFD) & FD_CLOEXEC) != 0);
    write_text(&folder, second, 0, "j");
    assert_content(&folder, second, "jell");
    assert_status(ops->close(folder.self, second, NULL), PIER_OK);
    assert_status(ops->open(folder.self, "two", false, &second, NULL), PIER_OK);
    const pier_bytes span = {"x", 1};
    assert_true(ops->write(folder.self, second, 0, &span, 1, &error) < 0);
    assert_status(ops->close(folder.self, second, NULL), PIER_OK);
    int count = 0;
    assert_status(ops->list(folder.self, count_name, &count, NULL), PIER_OK);
    assert_int_equal(count, 1);
    assert_status(ops->remove(folder.self, "two", NULL), PIER_OK);
    assert_status(ops->remove(folder.self, "two", &error), PIER_NOT_FOUND);
    uint8_t life[PIER__FOLDER_LIFE_BYTES];
    uint8_t again[PIER__FOLDER_LIFE_BYTES];
    ops->life(folder.self, life);
    ops->life(folder.self, again);
    assert_memory_equal(life, again, sizeof life);
    pier__folder_close(&folder);
    pier__folder_close(&folder);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
}

static void refuses_names_and_what_is_no_file(void **state) {
    (void)state;
    pier__folder folder = open_folder();
    const pier__folder_ops *ops = folder.ops;
    static const char *const names[] = {
        "", "a/b", "..", ".hidden", "/tmp/x", "a-name-that-is-longer-than-the-sixty-three-bytes-that-one-may-have"};
    int file = PIER__FOLDER_NO_FILE;
    pier_error error;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_status(ops->create(folder.self, names[i], &file, &error), PIER_USAGE);
        assert_status(ops->open(folder.self, names[i], false, &file, &error), PIER_USAGE);
        assert_status(ops->remove(folder.self, names[i], &error), PIER_USAGE);
        assert_status(ops->rename(folder.self, names[i], "two", &error), PIER_USAGE);
        assert_status(ops->rename(folder.self, "two", names[i], &error), PIER_USAGE);
    }
    char inside[160];
    (void)snprintf(inside, sizeof inside, "%s/link", path);
    assert_int_equal(symlink("/etc/passwd", inside), 0);
    assert_status(ops->open(folder.self, "link", false, &file, &error), PIER_UNSUPPORTED);
    assert_string_equal(error.text, "open link: this is a symbolic link, which is not followed");
    assert_status(ops->create(folder.self, "link", &file, &error), PIER_EXISTS);
    (void)snprintf(inside, sizeof inside, "%s/pipe", path);
    assert_int_equal(mkfifo(inside, 0600), 0);
    assert_status(ops->open(folder.self, "pipe", false, &file, &error), PIER_UNSUPPORTED);
    assert_string_equal(error.text, "open pipe: this is no disk file");
    (void)snprintf(inside, sizeof inside, "%s/lock", path);
    assert_int_equal(symlink("/etc/passwd", inside), 0);
    assert_status(ops->lock(folder.self, &error), PIER_UNSUPPORTED);
    pier_bytes spans[PIER_SPANS_MAX + 1] = {{"x", 1}};
    assert_status(ops->write(folder.self, -1, 0, spans, PIER_SPANS_MAX + 1, &error), PIER_USAGE);
    pier__folder_close(&folder);
}

static void refuses_what_is_no_folder(void **state) {
    (void)state;
    pier__folder folder = open_folder();
    int file = PIER__FOLDER_NO_FILE;
    assert_status(folder.ops->create(folder.self, "one", &file, NULL), PIER_OK);
    assert_status(folder.ops->close(folder.self, file, NULL), PIER_OK);
    pier__folder_close(&folder);
    char other[192];
    pier_error error;
    (void)snprintf(other, sizeof other, "%s/one", path);
    assert_status(pier__folder_open_disk(&folder, other, true, NULL, &error), PIER_UNSUPPORTED);
    assert_null(folder.ops);
    assert_non_null(strstr(error.text, "/one: this is no folder"));
    (void)snprintf(other, sizeof other, "%s/link", path);
    assert_int_equal(symlink("/tmp", other), 0);
    assert_status(pier__folder_open_disk(&folder, other, true, NULL, &error), PIER_UNSUPPORTED);
    (void)snprintf(other, sizeof other, "%s/nowhere/further", path);
    assert_status(pier__folder_open_disk(&folder, other, true, NULL, &error), PIER_NOT_FOUND);
    assert_non_null(strstr(error.text, "/nowhere/further: the folder that it is to be in does not exist"));
    (void)snprintf(other, sizeof other, "%s/nowhere", path);
    assert_status(pier__folder_open_disk(&folder, other, false, NULL, &error), PIER_NOT_FOUND);
    (void)snprintf(other, sizeof other, "%s/made///", path);
    assert_status(pier__folder_open_disk(&folder, other, true, NULL, &error), PIER_OK);
    pier__folder_close(&folder);
    assert_status(pier__folder_open_disk(&folder, "", true, NULL, &error), PIER_USAGE);
    assert_status(pier__folder_open_disk(&folder, NULL, true, NULL, &error), PIER_USAGE);
}

static void locks_against_all_others(void **state) {
    (void)state;
    pier__folder first = open_folder();
    pier__folder second = open_folder();
    pier_error error;
    assert_status(first.ops->lock(first.self, NULL), PIER_OK);
    assert_status(second.ops->lock(second.self, &error), PIER_IN_USE);
    assert_string_equal(error.text, "the folder is locked by another writer");
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        pier__folder other = open_folder();
        _exit(other.ops->lock(other.self, NULL) == PIER_IN_USE ? 0 : 1);
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(how, 0);
    pier__folder_close(&first);
    /* The lock of a process that is killed ends with it. */
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        pier__folder other = open_folder();
        char answer = other.ops->lock(other.self, NULL) == PIER_OK ? 'y' : 'n';
        (void)!write(ready[1], &answer, 1);
        for (;;) {
            (void)pause();
        }
    }
    char answer = 0;
    assert_int_equal(read(ready[0], &answer, 1), 1);
    assert_int_equal(answer, 'y');
    assert_status(second.ops->lock(second.self, &error), PIER_IN_USE);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_status(second.ops->lock(second.self, NULL), PIER_OK);
    pier__folder_close(&second);
    (void)close(ready[0]);
    (void)close(ready[1]);
}

/* Mounts a small file system on the folder, seen by this process alone. Returns whether that could be done. */
static bool mount_small(void) {
    if (unshare(CLONE_NEWNS | (geteuid() == 0 ? 0 : CLONE_NEWUSER)) != 0) {
        return false;
    }
    return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("tmpfs", path, "tmpfs", 0, "size=65536") == 0;
}

enum { SKIPPED = 77 };

/* What a child process does in the small file system; it ends with what is wrong. */
static int fill_and_free(void) {
    if (mkdir(path, 0700) != 0 || !mount_small()) {
        return SKIPPED;
    }
    pier__folder folder;
    if (pier__folder_open_disk(&folder, path, true, NULL, NULL) != PIER_OK) {
        return 1;
    }
    const pier__folder_ops *ops = folder.ops;
    static const uint8_t page[4096];
    const pier_bytes span = {page, sizeof page};
    int file = PIER__FOLDER_NO_FILE;
    pier_error error;
    if (ops->create(folder.self, "one", &file, NULL) != PIER_OK) {
        return 2;
    }
    /* What is reserved is there for this file, and for no other. */
    if (ops->reserve(folder.self, file, 8 * sizeof page, NULL) != PIER_OK ||
        ops->reserve(folder.self, file, 1 << 20, &error) != PIER_NO_SPACE) {
        return 3;
    }
    int other = PIER__FOLDER_NO_FILE;
    if (ops->create(folder.self, "two", &other, NULL) != PIER_OK) {
        return 4;
    }
    uint64_t size = 0;
    pier_status status = PIER_OK;
    while (status == PIER_OK && size < (1 << 20)) {
        status = ops->write(folder.self, other, size, &span, 1, &error);
        size += status == PIER_OK ? sizeof page : 0;
    }
    if (status != PIER_NO_SPACE || size == 0 || size > 8 * sizeof page || error.os_error != ENOSPC) {
        return 5;
    }
    for (uint64_t at = 0; at < 8; at++) {
        if (ops->write(folder.self, file, at * sizeof page, &span, 1, NULL) != PIER_OK) {
            return 6;
        }
    }
    if (ops->cut(folder.self, other, 0, NULL) != PIER_OK ||
        ops->write(folder.self, file, 8 * sizeof page, &span, 1, NULL) != PIER_OK) {
        return 7;
    }
    (void)ops->close(folder.self, other, NULL);
    /* Now nothing can be written any more. */
    (void)ops->close(folder.self, file, NULL);
    if (mount("none", path, NULL, MS_REMOUNT | MS_RDONLY, NULL) != 0) {
        return 8;
    }
    if (ops->create(folder.self, "three", &file, &error) != PIER_DENIED || error.os_error != EROFS ||
        ops->open(folder.self, "one", true, &file, &error) != PIER_DENIED ||
        ops->remove(folder.self, "one", &error) != PIER_DENIED ||
        ops->rename(folder.self, "one", "four", &error) != PIER_DENIED ||
        ops->lock(folder.self, &error) != PIER_DENIED || ops->open(folder.self, "one", false, &file, NULL) != PIER_OK) {
        return 9;
    }
    (void)ops->close(folder.self, file, NULL);
    pier__folder_close(&folder);
    return 0;
}

static void meets_a_full_and_a_read_only_disk(void **state) {
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(fill_and_free());
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    if (WEXITSTATUS(how) == SKIPPED) {
        print_message("no file system can be mounted here\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(how), 0);
}

static void opens_with_memory(fault_allocator *faults, void *user) {
    (void)user;
    pier__folder folder;
    pier_error error;
    pier_status status = pier__folder_open_disk(&folder, path, true, &faults->allocator, &error);
    assert_true(status == PIER_OK || (faults->struck > 0 && status == PIER_NO_MEMORY && folder.ops == NULL));
    pier__folder_close(&folder);
}

static void survives_lack_of_memory(void **state) {
    (void)state;
    assert_true(fault_allocator_sweep(opens_with_memory, NULL) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(makes_and_changes_files, make_path, remove_path),
        cmocka_unit_test_setup_teardown(refuses_names_and_what_is_no_file, make_path, remove_path),
        cmocka_unit_test_setup_teardown(refuses_what_is_no_folder, make_path, remove_path),
        cmocka_unit_test_setup_teardown(locks_against_all_others, make_path, remove_path),
        cmocka_unit_test_setup_teardown(meets_a_full_and_a_read_only_disk, make_path, remove_path),
        cmocka_unit_test_setup_teardown(survives_lack_of_memory, make_path, remove_path),
    };
    return cmocka_run_group_tests_name("folders", tests, NULL, NULL);
}
