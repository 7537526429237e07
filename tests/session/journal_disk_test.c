/* Journals on the disk of the machine: locked, killed, full, and with system calls that fail.
 *
 * Floor 6 (session). */
#include "session/journal_support.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/fault_system.h"

static char path[64];

static int make_path(void **state) {
    (void)state;
    (void)snprintf(path, sizeof path, "/tmp/pier-test-%ld-journal", (long)getpid());
    return 0;
}

static int remove_path(void **state) {
    (void)state;
    char command[96];
    (void)snprintf(command, sizeof command, "rm -rf %s", path);
    return system(command);
}

/* A process that stores until it is killed has kept, in one row, all that it told. */
static void survives_kills(void **state) {
    (void)state;
    uint64_t told = 0;
    for (int round = 0; round < 20; round++) {
        int pipes[2];
        assert_int_equal(pipe(pipes), 0);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            pier_journal *journal = test_journal_open_disk(
                path,
                &(pier_journal_options){.segment_bytes = 8192,
                                        .durability = round % 2 == 0 ? PIER_DURABILITY_PROCESS : PIER_DURABILITY_DISK});
            test_writer writer;
            test_writer_open(&writer, journal, NULL);
            for (;;) {
                uint64_t durable = 0;
                assert_status(test_writer_store(&writer, 3), PIER_OK);
                if (round % 2 != 0) {
                    assert_status(pier_journal_sync(journal, &durable), PIER_OK);
                }
                uint64_t kept = pier_journal_info(journal).next_record - 1;
                (void)!write(pipes[1], &kept, sizeof kept);
            }
        }
        (void)close(pipes[1]);
        uint64_t kept = 0;
        assert_int_equal(read(pipes[0], &kept, sizeof kept), (ssize_t)sizeof kept);
        /* Somewhere in the midst. */
        (void)usleep((useconds_t)(round * 700));
        assert_int_equal(kill(child, SIGKILL), 0);
        int how = 0;
        assert_int_equal(waitpid(child, &how, 0), child);
        while (read(pipes[0], &kept, sizeof kept) == (ssize_t)sizeof kept) {
            told = kept;
        }
        (void)close(pipes[0]);
        pier_journal *journal = test_journal_open_disk(path, NULL);
        assert_true(pier_journal_info(journal).next_record > told);
        assert_int_equal(pier_journal_info(journal).damaged_bytes, 0);
        assert_int_equal(test_journal_count(journal, 0), pier_journal_info(journal).next_record - 1);
        pier_journal_destroy(journal);
    }
    assert_true(told > 20);
}

static void locks_out_a_second_writer(void **state) {
    (void)state;
    pier_journal *journal = test_journal_open_disk(path, NULL);
    pier_journal *second = NULL;
    pier_error error;
    assert_status(pier_journal_open(&second, path, NULL, &error), PIER_IN_USE);
    assert_null(second);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(pier_journal_open(&second, path, NULL, NULL) == PIER_IN_USE ? 0 : 1);
    }
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(how, 0);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
    pier_journal_destroy(journal);
}

/* A segment that was trimmed before it was synced is not held open, which would keep its room from the disk. */
static void gives_back_what_was_trimmed(void **state) {
    (void)state;
    const pier_journal_options options = {.segment_bytes = 4096, .durability = PIER_DURABILITY_PROCESS};
    pier_journal *journal = test_journal_open_disk(path, &options);
    test_writer writer;
    test_writer_open(&writer, journal, NULL);
    assert_status(test_writer_store(&writer, 10), PIER_OK);
    size_t before = fault_system_descriptors();
    while (pier_journal_info(journal).segments < 6) {
        assert_status(test_writer_store(&writer, 10), PIER_OK);
    }
    assert_true(fault_system_descriptors() > before);
    assert_status(pier_journal_trim(journal, pier_journal_info(journal).next_record - 1), PIER_OK);
    assert_int_equal(fault_system_descriptors(), before);
    assert_status(test_writer_store(&writer, 10), PIER_OK);
    assert_status(pier_journal_sync(journal, NULL), PIER_OK);
    test_writer_close(&writer);
    pier_journal_destroy(journal);
}

enum { SKIPPED = 77 };

/* Fills a small file system of its own, makes room, goes on, and meets it read-only. Returns what is wrong. */
static int fill(void) {
    char large[96];
    (void)snprintf(large, sizeof large, "%s/ballast", path);
    if (mkdir(path, 0700) != 0 || unshare(CLONE_NEWNS | (geteuid() == 0 ? 0 : CLONE_NEWUSER)) != 0 ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mount("tmpfs", path, "tmpfs", 0, "size=524288") != 0) {
        return SKIPPED;
    }
    FILE *ballast = fopen(large, "wb");
    static const char bytes[131072];
    if (ballast == NULL || fwrite(bytes, sizeof bytes, 1, ballast) != 1 || fclose(ballast) != 0) {
        return 1;
    }
    const pier_journal_options options = {.segment_bytes = 65536, .reserve_bytes = 16384};
    pier_journal *journal = test_journal_open_disk(path, &options);
    test_writer writer;
    test_writer_open(&writer, journal, NULL);
    pier_status status = PIER_OK;
    uint64_t rounds = 0;
    while (status == PIER_OK && rounds < 100000) {
        status = test_writer_store(&writer, 10);
        rounds++;
    }
    uint64_t kept = pier_journal_info(journal).next_record - 1;
    if (status != PIER_WOULD_BLOCK || pier_journal_status(journal) != PIER_OK || kept != (rounds - 1) * 10 ||
        pier_journal_note(journal, 0, (pier_bytes){"full", 4}) != PIER_OK ||
        pier_journal_sync(journal, NULL) != PIER_OK) {
        return 2;
    }
    if (unlink(large) != 0 || pier_archive_flush(writer.archive) != PIER_OK ||
        test_journal_count(journal, 0) != kept + 10) {
        return 3;
    }
    /* As far as it goes again; then nothing can be written any more. */
    test_writer_close(&writer);
    if (pier_journal_close(journal) != PIER_OK) {
        return 4;
    }
    pier_journal_destroy(journal);
    if (mount("none", path, NULL, MS_REMOUNT | MS_RDONLY, NULL) != 0) {
        return 5;
    }
    pier_error error;
    if (pier_journal_open(&journal, path, NULL, &error) != PIER_DENIED) {
        return 6;
    }
    journal = test_journal_open_disk(path, &(pier_journal_options){.read_only = true});
    int wrong = test_journal_count(journal, 0) == kept + 10 ? 0 : 7;
    pier_journal_destroy(journal);
    return wrong;
}

static void goes_on_after_a_full_disk(void **state) {
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(fill());
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

/* A whole program with a system call failing: an honest answer, no handle left, and what was acknowledged is there. */
static void use_journal(void) {
    pier_error error;
    const pier_journal_options options = {.size = sizeof options, .segment_bytes = 4096, .reserve_bytes = 4096};
    uint64_t acknowledged = 0;
    pier_journal *journal = NULL;
    if (pier_journal_open(&journal, path, &options, &error) == PIER_OK) {
        acknowledged = pier_journal_info(journal).durable_record;
        pier_archive *archive = NULL;
        if (pier_journal_open_store(&archive, journal, NULL, NULL) == PIER_OK) {
            test_writer writer = {journal, archive};
            for (int i = 0; i < 3 && pier_archive_status(archive) == PIER_OK; i++) {
                uint64_t durable = 0;
                pier_status status = test_writer_store(&writer, 20);
                assert_true(status == PIER_OK || fault_system_struck() > 0);
                if (status == PIER_OK && pier_journal_sync(journal, &durable) == PIER_OK) {
                    acknowledged = durable;
                }
            }
            test_writer_close(&writer);
        }
        pier_status status = pier_journal_close(journal);
        assert_true(status == PIER_OK || fault_system_struck() > 0);
        pier_journal_destroy(journal);
    } else {
        assert_true(fault_system_struck() > 0 && error.text[0] != '\0');
    }
    fault_system_reset();
    journal = test_journal_open_disk(path, &options);
    assert_true(pier_journal_info(journal).next_record > acknowledged);
    pier_journal_state info = pier_journal_info(journal);
    assert_int_equal(test_journal_count(journal, 0), info.next_record - info.first_record);
    assert_status(pier_journal_trim(journal, info.next_record), PIER_OK);
    pier_journal_destroy(journal);
}

static void survives_failing_calls(void **state) {
    (void)state;
    static const struct {
        fault_call call;
        int error;
    } calls[] = {{FAULT_OPENAT, EMFILE}, {FAULT_PWRITEV, EIO},      {FAULT_PWRITEV, ENOSPC},
                 {FAULT_FDATASYNC, EIO}, {FAULT_FSYNC, EIO},        {FAULT_RENAMEAT, EACCES},
                 {FAULT_FTRUNCATE, EIO}, {FAULT_FALLOCATE, ENOSPC}, {FAULT_FALLOCATE, EOPNOTSUPP},
                 {FAULT_PREAD, EIO},     {FAULT_FLOCK, ENOLCK},     {FAULT_FSTAT, EIO}};
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        for (uint64_t nth = 1; nth <= 12; nth++) {
            fault_system_reset();
            fault_system_fail(calls[i].call, nth, false, calls[i].error);
            size_t before = fault_system_descriptors();
            use_journal();
            assert_int_equal(fault_system_descriptors(), before);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(survives_kills, make_path, remove_path),
        cmocka_unit_test_setup_teardown(locks_out_a_second_writer, make_path, remove_path),
        cmocka_unit_test_setup_teardown(gives_back_what_was_trimmed, make_path, remove_path),
        cmocka_unit_test_setup_teardown(goes_on_after_a_full_disk, make_path, remove_path),
        cmocka_unit_test_setup_teardown(survives_failing_calls, make_path, remove_path),
    };
    return cmocka_run_group_tests_name("journal on a disk", tests, NULL, NULL);
}
