/* Files whose system calls and allocations fail: every call, the first, the second, … once and for good.
 *
 * Floor 3 (file). A pass is a whole life in one thread, and must end in success or in an honest failure, with nothing
 * left open or allocated. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <pier/file.h>

#include "support/fault_allocator.h"
#include "support/fault_system.h"

/* The calls as they are without faults, for what a test prepares and clears away. */
int __real_close(int fd);
int __real_open(const char *path, int flags, ...);
int __real_pipe2(int pair[2], int flags);
int __real_socketpair(int domain, int type, int protocol, int pair[2]);
int __real_unlink(const char *path);
ssize_t __real_read(int fd, void *buffer, size_t size);

#define PATIENT_MS 5000
#define IN_VAIN_MS 40

static const char text[] = "what is carried from a file to a file";

typedef enum pass_kind {
    PASS_DISK,
    PASS_APPEND,
    PASS_UPDATE,
    PASS_SOCKET,
    PASS_PIPE,
    PASS_SOCKET_HANDLE,
    PASS_MEMORY
} pass_kind;

enum { PASS_COUNT = PASS_MEMORY + 1 };

typedef struct pass_setting {
    pass_kind kind;
    const pier_allocator *allocator;
    int64_t patience_ms;
    char path[64];
    int handles[2];
} pass_setting;

static const char *pass_name(pass_kind kind) {
    static const char *const names[] = {"disk", "append", "update", "socket", "pipe", "socket_handle", "memory"};
    return names[kind];
}

static void setting_open(pass_setting *setting, pass_kind kind) {
    *setting = (pass_setting){.kind = kind, .patience_ms = PATIENT_MS, .handles = {-1, -1}};
    (void)snprintf(setting->path, sizeof setting->path, "/tmp/pier-test-%ld-faults", (long)getpid());
}

static void assert_honest(pier_status status, const pier_error *error) {
    if (status < 0) {
        assert_int_equal(error->status, status);
        assert_true(error->text[0] != '\0');
    }
}

/* Opens the file that is written and the one that is read, if that exists by now. */
static pier_status open_files(pass_setting *setting, pier_file **writer, pier_file **reader) {
    pier_error error;
    pier_socket *first = NULL;
    pier_socket *second = NULL;
    pier_socket_options options = {.size = sizeof options, .allocator = setting->allocator};
    pier_status status = PIER_OK;
    memset(&error, 0, sizeof error);
    switch (setting->kind) {
    case PASS_DISK:
        status = pier_file_open_disk(writer, setting->path, PIER_FILE_REPLACE, setting->allocator, &error);
        break;
    case PASS_APPEND:
        status = pier_file_open_disk_locked(writer, setting->path, PIER_FILE_APPEND, setting->allocator, &error);
        break;
    case PASS_UPDATE:
        status = pier_file_open_disk(writer, setting->path, PIER_FILE_UPDATE, setting->allocator, &error);
        break;
    case PASS_SOCKET:
        status = pier_socket_pair(&first, &second, &options, &error);
        if (status == PIER_OK) {
            status = pier_file_open_socket(writer, first, setting->allocator, &error);
            first = status == PIER_OK ? NULL : first;
        }
        if (status == PIER_OK) {
            status = pier_file_open_socket(reader, second, setting->allocator, &error);
            second = status == PIER_OK ? NULL : second;
        }
        /* What was not taken is still the caller's. */
        pier_socket_destroy(first);
        pier_socket_destroy(second);
        break;
    case PASS_PIPE:
    case PASS_SOCKET_HANDLE:
        if (setting->kind == PASS_PIPE) {
            assert_int_equal(__real_pipe2(setting->handles, O_CLOEXEC), 0);
        } else {
            assert_int_equal(__real_socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, setting->handles), 0);
        }
        status = pier_file_open_handle(reader, setting->handles[0], PIER_FILE_CAN_READ, setting->allocator, &error);
        if (status == PIER_OK) {
            status =
                pier_file_open_handle(writer, setting->handles[1], PIER_FILE_CAN_WRITE, setting->allocator, &error);
        }
        break;
    case PASS_MEMORY:
    default:
        status = pier_file_open_memory(writer, setting->allocator, &error);
        break;
    }
    assert_honest(status, &error);
    return status;
}

static pier_status write_text(const pass_setting *setting, pier_file *file) {
    for (size_t done = 0; done < sizeof text;) {
        pier_bytes spans[2] = {{text + done, 1}, {text + done + 1, sizeof text - done - 1}};
        size_t size = 99;
        pier_status status = pier_file_write(file, spans, done + 1 < sizeof text ? 2 : 1, &size,
                                             pier_deadline_after_ms(setting->patience_ms));
        assert_honest(status, pier_file_write_error(file));
        if (status != PIER_OK) {
            assert_int_equal(size, 0);
            return status;
        }
        assert_in_range(size, 1, sizeof text - done);
        done += size;
    }
    return PIER_OK;
}

static pier_status read_text(const pass_setting *setting, pier_file *file) {
    char got[sizeof text];
    for (size_t done = 0; done < sizeof text;) {
        size_t size = 99;
        pier_status status =
            pier_file_read(file, got + done, sizeof text - done, &size, pier_deadline_after_ms(setting->patience_ms));
        assert_honest(status, pier_file_read_error(file));
        if (status != PIER_OK) {
            assert_int_equal(size, 0);
            return status;
        }
        done += size;
    }
    assert_memory_equal(got, text, sizeof text);
    return PIER_OK;
}

/* Writes, syncs and measures. */
static pier_status use_writer(const pass_setting *setting, pier_file *writer) {
    uint64_t length = 0;
    uint32_t ready = 0;
    pier_status status = pier_file_wait(writer, PIER_WRITABLE, &ready, pier_deadline_after_ms(setting->patience_ms));
    assert_honest(status, pier_file_write_error(writer));
    status = status == PIER_OK ? write_text(setting, writer) : status;
    if (status == PIER_OK && (pier_file_capabilities(writer) & PIER_FILE_CAN_SYNC) != 0) {
        status = pier_file_sync(writer);
        assert_honest(status, pier_file_write_error(writer));
    }
    if (status == PIER_OK && (pier_file_capabilities(writer) & PIER_FILE_CAN_SEEK) != 0) {
        status = pier_file_length(writer, &length);
        assert_honest(status, pier_file_read_error(writer));
        assert_int_equal(length, status == PIER_OK ? sizeof text : 0);
    }
    if (status == PIER_OK && (pier_file_capabilities(writer) & PIER_FILE_CAN_TRUNCATE) != 0) {
        /* Taken away and written again: the end is where it was. */
        status = pier_file_truncate(writer, 0);
        assert_honest(status, pier_file_write_error(writer));
        status = status == PIER_OK ? write_text(setting, writer) : status;
    }
    return status;
}

static pier_status use_reader(pass_setting *setting, pier_file *writer, pier_file **reader) {
    pier_error error;
    pier_status status = PIER_OK;
    bool is_disk = setting->kind == PASS_DISK || setting->kind == PASS_APPEND;
    if (is_disk) {
        status = pier_file_open_disk(reader, setting->path, PIER_FILE_READ, setting->allocator, &error);
        assert_honest(status, &error);
        if (status != PIER_OK) {
            assert_null(*reader);
            return status;
        }
    }
    bool is_one = setting->kind == PASS_MEMORY || setting->kind == PASS_UPDATE;
    pier_file *file = is_one ? writer : *reader;
    status = read_text(setting, file);
    if (status == PIER_OK && is_disk) {
        status = pier_file_seek(file, 0);
        assert_honest(status, pier_file_read_error(file));
        status = status == PIER_OK ? read_text(setting, file) : status;
    }
    return status;
}

/* A whole life; returns how it ended. */
static pier_status live(pass_setting *setting) {
    pier_file *writer = NULL;
    pier_file *reader = NULL;
    pier_status status = open_files(setting, &writer, &reader);
    if (status == PIER_OK) {
        status = use_writer(setting, writer);
    }
    if (status == PIER_OK) {
        status = use_reader(setting, writer, &reader);
    }
    if (writer != NULL) {
        pier_status closed = pier_file_close(writer);
        assert_honest(closed, pier_file_error(writer));
        assert_int_equal(pier_file_close(writer), PIER_OK);
        status = status == PIER_OK ? closed : status;
    }
    pier_file_destroy(writer);
    pier_file_destroy(reader);
    for (size_t i = 0; i < 2; i++) {
        if (setting->handles[i] >= 0) {
            assert_int_equal(__real_close(setting->handles[i]), 0);
            setting->handles[i] = -1;
        }
    }
    (void)__real_unlink(setting->path);
    return status;
}

static void system_pass(void *user) {
    pier_status status = live(user);
    if (fault_system_struck() == 0) {
        assert_int_equal(status, PIER_OK);
    }
}

static pass_kind kind_of(void **state) {
    return *(const pass_kind *)*state;
}

static void every_system_call_may_fail(void **state) {
    pass_setting setting;
    setting_open(&setting, kind_of(state));
    uint64_t struck = fault_system_sweep(system_pass, &setting);
    assert_true((struck > 0) == (setting.kind != PASS_MEMORY));
}

static pass_setting *prepared;

static void prepare_for(int error) {
    prepared->patience_ms = error == EAGAIN ? IN_VAIN_MS : PATIENT_MS;
}

static void every_call_may_meet_every_shortage(void **state) {
    pass_setting setting;
    setting_open(&setting, kind_of(state));
    prepared = &setting;
    uint64_t struck = fault_system_sweep_shortages(system_pass, &setting, prepare_for);
    assert_true((struck > 0) == (setting.kind != PASS_MEMORY));
}

static void other_errors_are_met_too(void **state) {
    pass_setting setting;
    setting_open(&setting, kind_of(state));
    static const struct {
        fault_call call;
        int error;
    } rows[] = {
        {FAULT_READ, EAGAIN},       {FAULT_WRITEV, EAGAIN}, {FAULT_RECV, EAGAIN},      {FAULT_SENDMSG, EAGAIN},
        {FAULT_WRITEV, EDQUOT},     {FAULT_WRITEV, EPIPE},  {FAULT_FDATASYNC, ENOSPC}, {FAULT_FSYNC, EDQUOT},
        {FAULT_CLOSE, EINTR},       {FAULT_CLOSE, ENOSPC},  {FAULT_OPEN, ENOSPC},      {FAULT_OPEN, EACCES},
        {FAULT_FCNTL, EBADF},       {FAULT_FSTAT, EBADF},   {FAULT_PPOLL, EINVAL},     {FAULT_FTRUNCATE, EACCES},
        {FAULT_FLOCK, EWOULDBLOCK},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        /* A disk never answers "not now"; if a kernel did, that is a failure and no endless wait. */
        setting.patience_ms = rows[i].error == EAGAIN ? IN_VAIN_MS : PATIENT_MS;
        (void)fault_system_sweep_call(system_pass, &setting, rows[i].call, rows[i].error);
    }
}

static void interruptions_and_short_counts_change_nothing(void **state) {
    pass_setting setting;
    setting_open(&setting, kind_of(state));
    size_t descriptors = fault_system_descriptors();
    for (uint64_t every = 2; every < 6; every++) {
        fault_system_reset();
        fault_system_interrupt(every);
        assert_int_equal(live(&setting), PIER_OK);
        fault_system_shorten(1);
        assert_int_equal(live(&setting), PIER_OK);
        if (setting.kind == PASS_SOCKET || setting.kind == PASS_PIPE || setting.kind == PASS_SOCKET_HANDLE) {
            /* Another number, so that the two do not strike every call between them. */
            fault_system_stall(every + 1);
            assert_int_equal(live(&setting), PIER_OK);
        }
    }
    fault_system_reset();
    assert_int_equal(fault_system_descriptors(), descriptors);
}

static void allocation_pass(fault_allocator *faults, void *user) {
    pass_setting *setting = user;
    setting->allocator = &faults->allocator;
    pier_status status = live(setting);
    assert_int_equal(status, faults->struck == 0 ? PIER_OK : PIER_NO_MEMORY);
}

static void every_allocation_may_fail(void **state) {
    pass_setting setting;
    setting_open(&setting, kind_of(state));
    size_t descriptors = fault_system_descriptors();
    assert_true(fault_allocator_sweep(allocation_pass, &setting) > 0);
    assert_int_equal(fault_system_descriptors(), descriptors);
}

/* ---- what one kind alone meets ---- */

static void view_pass(fault_allocator *faults, void *user) {
    pier_file *file = user;
    pier_status status = pier_file_open_view(&file, (pier_bytes){text, sizeof text}, &faults->allocator, NULL);
    assert_int_equal(status, faults->struck == 0 ? PIER_OK : PIER_NO_MEMORY);
    assert_true((status == PIER_OK) == (file != NULL));
    pier_file_destroy(file);
}

static void every_allocation_of_a_view_may_fail(void **state) {
    assert_true(fault_allocator_sweep(view_pass, state) > 0);
}

static void a_lack_of_memory_leaves_no_file_behind(void **state) {
    (void)state;
    pass_setting setting;
    setting_open(&setting, PASS_DISK);
    for (uint64_t call = 1; call <= 2; call++) {
        fault_allocator faults;
        pier_file *file = (pier_file *)&setting;
        fault_allocator_init(&faults);
        fault_allocator_fail(&faults, call, false);
        assert_int_equal(pier_file_open_disk(&file, setting.path, PIER_FILE_CREATE, &faults.allocator, NULL),
                         PIER_NO_MEMORY);
        assert_null(file);
        assert_int_equal(access(setting.path, F_OK), -1);
        fault_allocator_check(&faults);
    }
}

static void what_cannot_be_examined_is_not_emptied(void **state) {
    (void)state;
    pass_setting setting;
    char got[8] = "";
    setting_open(&setting, PASS_DISK);
    int handle = __real_open(setting.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_int_equal(write(handle, "kept", 4), 4);
    assert_int_equal(__real_close(handle), 0);
    pier_file *file = NULL;
    pier_error error;
    fault_system_fail(FAULT_FSTAT, 1, false, EIO);
    assert_int_equal(pier_file_open_disk(&file, setting.path, PIER_FILE_REPLACE, NULL, &error), PIER_SYSTEM);
    fault_system_reset();
    assert_null(file);
    handle = __real_open(setting.path, O_RDONLY | O_CLOEXEC);
    assert_int_equal(__real_read(handle, got, sizeof got), 4);
    assert_memory_equal(got, "kept", 4);
    assert_int_equal(__real_close(handle), 0);
    (void)__real_unlink(setting.path);
}

static void a_failed_read_tells_its_byte(void **state) {
    (void)state;
    pass_setting setting;
    char got[8];
    size_t size = 0;
    setting_open(&setting, PASS_DISK);
    int handle = __real_open(setting.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_int_equal(write(handle, "0123456789", 10), 10);
    assert_int_equal(__real_close(handle), 0);
    pier_file *file = NULL;
    assert_int_equal(pier_file_open_disk(&file, setting.path, PIER_FILE_READ, NULL, NULL), PIER_OK);
    assert_int_equal(pier_file_seek(file, 3), PIER_OK);
    assert_int_equal(pier_file_read(file, got, 4, &size, PIER_NOW), PIER_OK);
    fault_system_fail(FAULT_READ, 1, false, EIO);
    assert_int_equal(pier_file_read(file, got, 4, &size, PIER_NOW), PIER_SYSTEM);
    fault_system_reset();
    assert_int_equal(pier_file_error(file)->offset, 7);
    assert_int_equal(pier_file_error(file)->os_error, EIO);
    pier_file_destroy(file);
    (void)__real_unlink(setting.path);
}

static void a_folder_that_cannot_be_synced_is_told(void **state) {
    (void)state;
    static const struct {
        fault_call call;
        int error;
        pier_status status;
    } rows[] = {
        {FAULT_FSYNC, EIO, PIER_SYSTEM}, {FAULT_FSYNC, EINVAL, PIER_OK}, {FAULT_FDATASYNC, ENOSPC, PIER_NO_SPACE}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pass_setting setting;
        pier_file *file = NULL;
        setting_open(&setting, PASS_DISK);
        assert_int_equal(pier_file_open_disk(&file, setting.path, PIER_FILE_CREATE, NULL, NULL), PIER_OK);
        fault_system_fail(rows[i].call, 1, false, rows[i].error);
        assert_int_equal(pier_file_sync(file), rows[i].status);
        fault_system_reset();
        assert_int_equal(pier_file_sync(file), rows[i].status);
        pier_file_destroy(file);
        (void)__real_unlink(setting.path);
    }
}

static int reset(void **state) {
    (void)state;
    fault_system_reset();
    return 0;
}

typedef void suite_test(void **state);

static const struct {
    const char *name;
    suite_test *run;
} suite[] = {
#define ROW(test)                                                                                                      \
    { #test, test }
    ROW(every_system_call_may_fail), ROW(every_call_may_meet_every_shortage),
    ROW(other_errors_are_met_too),   ROW(interruptions_and_short_counts_change_nothing),
    ROW(every_allocation_may_fail),
#undef ROW
};

enum { SUITE_COUNT = sizeof suite / sizeof suite[0] };

static const struct CMUnitTest lone_tests[] = {
    cmocka_unit_test_teardown(every_allocation_of_a_view_may_fail, reset),
    cmocka_unit_test_teardown(a_lack_of_memory_leaves_no_file_behind, reset),
    cmocka_unit_test_teardown(what_cannot_be_examined_is_not_emptied, reset),
    cmocka_unit_test_teardown(a_failed_read_tells_its_byte, reset),
    cmocka_unit_test_teardown(a_folder_that_cannot_be_synced_is_told, reset),
};

enum { LONE_COUNT = sizeof lone_tests / sizeof lone_tests[0] };

int main(void) {
    static struct CMUnitTest tests[PASS_COUNT * SUITE_COUNT + LONE_COUNT];
    static char names[PASS_COUNT * SUITE_COUNT][96];
    static pass_kind kinds[PASS_COUNT];
    size_t count = 0;
    for (size_t kind = 0; kind < PASS_COUNT; kind++) {
        kinds[kind] = (pass_kind)kind;
        for (size_t i = 0; i < SUITE_COUNT; i++) {
            (void)snprintf(names[count], sizeof names[count], "%s_%s", pass_name(kinds[kind]), suite[i].name);
            tests[count] = (struct CMUnitTest){names[count], suite[i].run, NULL, reset, &kinds[kind]};
            count++;
        }
    }
    memcpy(&tests[count], lone_tests, sizeof lone_tests);
    return _cmocka_run_group_tests("file faults", tests, count + LONE_COUNT, NULL, NULL);
}
