/* What every kind of file must do alike: one suite, stamped over socket, disk, memory, pipe and scripted files.
 *
 * Floor 3 (file). A kind is a way to make one file that is written and one that reads what was written: for memory and
 * scripts that is the same file, for the others it is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <pier/file.h>

#include "support/scripted_file.h"

typedef enum file_kind {
    KIND_SOCKET,
    KIND_DISK,
    KIND_APPEND,
    KIND_UPDATE,
    KIND_MEMORY,
    KIND_VIEW,
    KIND_PIPE,
    KIND_SOCKET_HANDLE,
    KIND_DISK_HANDLE,
    KIND_SCRIPTED,
    KIND_SCRIPTED_SOCKET,
    KIND_COUNT
} file_kind;

/* The longest that a test keeps in a kind which nobody reads meanwhile: the least that a pipe holds. */
#define ROOM_BYTES 4096

/* One file to write and one to read; `reader` is made by turn_to_reading, because some kinds exist only then. */
typedef struct pair_of_files {
    file_kind kind;
    pier_file *writer;
    pier_file *reader;
    pier_file *inner; /* of a scripted file over a socket */
    scripted_file script;
    char path[64];
    int handles[2];
    char view[ROOM_BYTES];
    size_t view_size;
} pair_of_files;

static const char *kind_name(file_kind kind) {
    static const char *const names[] = {"socket", "disk",          "append",      "update",   "memory",         "view",
                                        "pipe",   "socket_handle", "disk_handle", "scripted", "scripted_socket"};
    return names[kind];
}

static pier_deadline patience(void) {
    return pier_deadline_after_ms(5000);
}

static void make_path(pair_of_files *files) {
    (void)snprintf(files->path, sizeof files->path, "/tmp/pier-test-XXXXXX");
    int handle = mkstemp(files->path);
    assert_true(handle >= 0);
    assert_int_equal(close(handle), 0);
}

static void open_sockets(pair_of_files *files) {
    pier_socket *first = NULL;
    pier_socket *second = NULL;
    assert_int_equal(pier_socket_pair(&first, &second, NULL, NULL), PIER_OK);
    assert_int_equal(pier_file_open_socket(&files->writer, first, NULL, NULL), PIER_OK);
    assert_int_equal(pier_file_open_socket(&files->reader, second, NULL, NULL), PIER_OK);
}

static void open_handles(pair_of_files *files, int reading, int writing) {
    files->handles[0] = reading;
    files->handles[1] = writing;
    assert_int_equal(pier_file_open_handle(&files->reader, reading, PIER_FILE_CAN_READ, NULL, NULL), PIER_OK);
    assert_int_equal(pier_file_open_handle(&files->writer, writing, PIER_FILE_CAN_WRITE, NULL, NULL), PIER_OK);
}

static void open_files(pair_of_files *files, file_kind kind) {
    int handles[2] = {-1, -1};
    memset(files, 0, sizeof *files);
    files->kind = kind;
    files->handles[0] = -1;
    files->handles[1] = -1;
    switch (kind) {
    case KIND_SOCKET:
        open_sockets(files);
        break;
    case KIND_DISK:
    case KIND_APPEND:
    case KIND_UPDATE:
        make_path(files);
        assert_int_equal(pier_file_open_disk(&files->writer, files->path,
                                             kind == KIND_DISK     ? PIER_FILE_REPLACE
                                             : kind == KIND_APPEND ? PIER_FILE_APPEND
                                                                   : PIER_FILE_UPDATE,
                                             NULL, NULL),
                         PIER_OK);
        break;
    case KIND_MEMORY:
    case KIND_VIEW:
        assert_int_equal(pier_file_open_memory(&files->writer, NULL, NULL), PIER_OK);
        break;
    case KIND_PIPE:
        assert_int_equal(pipe(handles), 0);
        open_handles(files, handles[0], handles[1]);
        break;
    case KIND_SOCKET_HANDLE:
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, handles), 0);
        open_handles(files, handles[0], handles[1]);
        break;
    case KIND_DISK_HANDLE:
        make_path(files);
        handles[0] = open(files->path, O_RDONLY | O_CLOEXEC);
        handles[1] = open(files->path, O_WRONLY | O_CLOEXEC);
        open_handles(files, handles[0], handles[1]);
        break;
    case KIND_SCRIPTED:
        scripted_file_init(&files->script, (pier_bytes){NULL, 0});
        scripted_file_cut_randomly(&files->script, 5, 7, 42);
        files->writer = scripted_file_open(&files->script, NULL);
        break;
    case KIND_SCRIPTED_SOCKET:
        open_sockets(files);
        files->inner = files->writer;
        scripted_file_init_over(&files->script, files->inner);
        scripted_file_cut(&files->script, 0, 33);
        files->writer = scripted_file_open(&files->script, NULL);
        break;
    case KIND_COUNT:
    default:
        fail();
    }
}

/* Makes the reading file where it comes only from what was written. */
static pier_file *turn_to_reading(pair_of_files *files) {
    pier_bytes bytes;
    switch (files->kind) {
    case KIND_DISK:
    case KIND_APPEND:
        if (files->reader == NULL) {
            assert_int_equal(pier_file_open_disk(&files->reader, files->path, PIER_FILE_READ, NULL, NULL), PIER_OK);
        }
        return files->reader;
    case KIND_UPDATE:
    case KIND_MEMORY:
        return files->writer;
    case KIND_VIEW:
        bytes = pier_file_memory_bytes(files->writer);
        files->view_size = bytes.size;
        assert_true(bytes.size <= sizeof files->view);
        if (bytes.size != 0) {
            memcpy(files->view, bytes.data, bytes.size);
        }
        if (files->reader == NULL) {
            assert_int_equal(
                pier_file_open_view(&files->reader, (pier_bytes){files->view, files->view_size}, NULL, NULL), PIER_OK);
        }
        return files->reader;
    case KIND_SCRIPTED:
        scripted_file_extend(&files->script, scripted_file_written(&files->script));
        return files->writer;
    case KIND_SOCKET:
    case KIND_PIPE:
    case KIND_SOCKET_HANDLE:
    case KIND_DISK_HANDLE:
    case KIND_SCRIPTED_SOCKET:
    case KIND_COUNT:
    default:
        return files->reader;
    }
}

/* Ends what is written, as this kind does it. */
static void end_writing(pair_of_files *files) {
    if ((pier_file_capabilities(files->writer) & PIER_FILE_CAN_SHUTDOWN) != 0 && files->kind != KIND_SCRIPTED) {
        assert_int_equal(pier_file_shutdown(files->writer), PIER_OK);
    }
    if (files->kind == KIND_PIPE || files->kind == KIND_SOCKET_HANDLE) {
        /* Closing the file leaves the handle open; its end is the caller's to make. */
        assert_int_equal(pier_file_close(files->writer), PIER_OK);
        assert_int_equal(fcntl(files->handles[1], F_GETFD) >= 0, 1);
        assert_int_equal(close(files->handles[1]), 0);
        files->handles[1] = -1;
    }
}

static void close_files(pair_of_files *files) {
    pier_file_destroy(files->writer);
    pier_file_destroy(files->inner);
    pier_file_destroy(files->reader);
    if (files->kind == KIND_SCRIPTED || files->kind == KIND_SCRIPTED_SOCKET) {
        scripted_file_deinit(&files->script);
    }
    for (size_t i = 0; i < 2; i++) {
        if (files->handles[i] >= 0) {
            assert_int_equal(close(files->handles[i]), 0);
        }
    }
    if (files->path[0] != '\0') {
        assert_int_equal(unlink(files->path), 0);
    }
}

static void write_all(pier_file *file, const char *bytes, size_t size) {
    for (size_t done = 0; done < size;) {
        pier_bytes spans[2] = {{bytes + done, (size - done) / 2}, {bytes + done + (size - done) / 2, 0}};
        size_t taken = 0;
        spans[1].size = size - done - spans[0].size;
        if (pier_file_write(file, spans, 2, &taken, patience()) != PIER_OK) {
            fail_msg("%s", pier_file_error(file)->text);
        }
        assert_in_range(taken, 1, size - done);
        done += taken;
    }
}

static void read_all(pier_file *file, char *bytes, size_t size) {
    for (size_t done = 0; done < size;) {
        size_t got = 0;
        if (pier_file_read(file, bytes + done, size - done, &got, patience()) != PIER_OK) {
            fail_msg("%s", pier_file_error(file)->text);
        }
        assert_in_range(got, 1, size - done);
        done += got;
    }
}

static file_kind kind_of(void **state) {
    return *(const file_kind *)*state;
}

static void what_is_written_is_read(void **state) {
    pair_of_files files;
    char sent[ROOM_BYTES];
    char got[ROOM_BYTES];
    open_files(&files, kind_of(state));
    for (size_t i = 0; i < sizeof sent; i++) {
        sent[i] = (char)(i * 7 + (i >> 8));
    }
    write_all(files.writer, sent, sizeof sent);
    read_all(turn_to_reading(&files), got, sizeof got);
    assert_memory_equal(got, sent, sizeof sent);
    assert_int_equal(pier_file_error(files.writer)->status, PIER_OK);
    close_files(&files);
}

static void the_end_comes_after_the_last_byte(void **state) {
    pair_of_files files;
    char got[8];
    size_t size = 99;
    open_files(&files, kind_of(state));
    write_all(files.writer, "last", 4);
    end_writing(&files);
    pier_file *reader = turn_to_reading(&files);
    read_all(reader, got, 4);
    for (int i = 0; i < 2; i++) {
        size = 99;
        assert_int_equal(pier_file_read(reader, got, sizeof got, &size, patience()), PIER_END);
        assert_int_equal(size, 0);
    }
    assert_int_equal(pier_file_error(reader)->status, PIER_OK);
    close_files(&files);
}

static void nothing_yet_is_told_as_asked(void **state) {
    pair_of_files files;
    char got[8];
    size_t size = 99;
    uint32_t ready = 99;
    open_files(&files, kind_of(state));
    files.script.input_may_grow = true;
    pier_file *reader = turn_to_reading(&files);
    if ((pier_file_capabilities(reader) & PIER_FILE_CAN_WAIT) != 0) {
        assert_int_equal(pier_file_read(reader, got, sizeof got, &size, PIER_NOW), PIER_WOULD_BLOCK);
        assert_int_equal(size, 0);
        assert_int_equal(pier_file_wait(reader, PIER_READABLE, &ready, PIER_NOW), PIER_WOULD_BLOCK);
        assert_int_equal(ready, 0);
        assert_int_equal(pier_file_read(reader, got, sizeof got, &size, pier_deadline_after_ms(10)), PIER_TIMEOUT);
        assert_int_equal(pier_file_wait(reader, PIER_READABLE, &ready, pier_deadline_after_ms(10)), PIER_TIMEOUT);
        assert_int_equal(pier_file_read(reader, got, sizeof got, &size, pier_deadline_after_ms(0)), PIER_TIMEOUT);
    } else {
        /* What never waits is always ready, if only for the end. */
        assert_int_equal(pier_file_wait(reader, PIER_READABLE, &ready, PIER_NOW), PIER_OK);
        assert_int_equal(ready, PIER_READABLE);
        assert_int_equal(pier_file_read(reader, got, sizeof got, &size, PIER_NOW), PIER_END);
    }
    write_all(files.writer, "now", 3);
    if (files.kind != KIND_VIEW) {
        reader = turn_to_reading(&files);
        assert_int_equal(pier_file_wait(reader, PIER_READABLE, &ready, patience()), PIER_OK);
        assert_int_equal(ready, PIER_READABLE);
        read_all(reader, got, 3);
        assert_memory_equal(got, "now", 3);
    }
    assert_int_equal(pier_file_error(reader)->status, PIER_OK);
    close_files(&files);
}

static void writing_at_once_works_while_there_is_room(void **state) {
    pair_of_files files;
    size_t size = 0;
    uint32_t ready = 0;
    char got[8];
    open_files(&files, kind_of(state));
    pier_bytes span = {"x", 1};
    assert_int_equal(pier_file_wait(files.writer, PIER_WRITABLE, &ready, PIER_NOW), PIER_OK);
    assert_int_equal(ready, PIER_WRITABLE);
    assert_int_equal(pier_file_write(files.writer, &span, 1, &size, PIER_NOW), PIER_OK);
    assert_int_equal(size, 1);
    /* A deadline that has passed stops nothing that is ready. */
    assert_int_equal(pier_file_write(files.writer, &span, 1, &size, 1), PIER_OK);
    assert_int_equal(pier_file_write(files.writer, &span, 1, &size, PIER_NEVER), PIER_OK);
    read_all(turn_to_reading(&files), got, 3);
    assert_memory_equal(got, "xxx", 3);
    close_files(&files);
}

static void a_full_one_blocks_and_goes_on(void **state) {
    pair_of_files files;
    static char bytes[65536];
    static char got[65536];
    size_t size = 0;
    size_t total = 0;
    uint32_t ready = 99;
    open_files(&files, kind_of(state));
    pier_bytes span = {bytes, sizeof bytes};
    pier_status status = PIER_OK;
    do {
        status = pier_file_write(files.writer, &span, 1, &size, PIER_NOW);
        total += size;
    } while (status == PIER_OK);
    assert_int_equal(status, PIER_WOULD_BLOCK);
    assert_int_equal(size, 0);
    assert_int_equal(pier_file_wait(files.writer, PIER_WRITABLE, &ready, PIER_NOW), PIER_WOULD_BLOCK);
    assert_int_equal(pier_file_write(files.writer, &span, 1, &size, pier_deadline_after_ms(10)), PIER_TIMEOUT);
    assert_int_equal(size, 0);
    while (total > 0) {
        size_t part = total < sizeof got ? total : sizeof got;
        read_all(files.reader, got, part);
        total -= part;
    }
    assert_int_equal(pier_file_write(files.writer, &span, 1, &size, patience()), PIER_OK);
    assert_true(size > 0);
    close_files(&files);
}

static void seeking_and_lengths_work_where_claimed(void **state) {
    pair_of_files files;
    char got[8];
    size_t size = 99;
    uint64_t length = 99;
    open_files(&files, kind_of(state));
    write_all(files.writer, "0123456789", 10);
    if ((pier_file_capabilities(files.writer) & PIER_FILE_CAN_SEEK) != 0) {
        assert_int_equal(pier_file_length(files.writer, &length), PIER_OK);
        assert_int_equal(length, 10);
    }
    pier_file *reader = turn_to_reading(&files);
    if ((pier_file_capabilities(reader) & PIER_FILE_CAN_SEEK) == 0) {
        assert_int_equal(pier_file_seek(reader, 0), PIER_UNSUPPORTED);
        assert_int_equal(pier_file_length(reader, &length), PIER_UNSUPPORTED);
        assert_int_equal(length, 0);
        assert_int_equal(pier_file_read_error(reader)->status, PIER_UNSUPPORTED);
        close_files(&files);
        return;
    }
    assert_int_equal(pier_file_length(reader, &length), PIER_OK);
    assert_int_equal(length, 10);
    assert_int_equal(pier_file_seek(reader, 7), PIER_OK);
    read_all(reader, got, 3);
    assert_memory_equal(got, "789", 3);
    assert_int_equal(pier_file_seek(reader, 0), PIER_OK);
    read_all(reader, got, 2);
    assert_memory_equal(got, "01", 2);
    assert_int_equal(pier_file_seek(reader, 10), PIER_OK);
    assert_int_equal(pier_file_read(reader, got, sizeof got, &size, PIER_NOW), PIER_END);
    assert_int_equal(pier_file_seek(reader, 1000000), PIER_OK);
    assert_int_equal(pier_file_read(reader, got, sizeof got, &size, PIER_NOW), PIER_END);
    assert_int_equal(pier_file_seek(reader, 9), PIER_OK);
    read_all(reader, got, 1);
    assert_int_equal(got[0], '9');
    assert_int_equal(pier_file_length(reader, NULL), PIER_USAGE);
    close_files(&files);
}

static void what_is_not_claimed_is_not_supported(void **state) {
    pair_of_files files;
    char got[8];
    size_t size = 99;
    uint32_t ready = 99;
    pier_bytes span = {"x", 1};
    open_files(&files, kind_of(state));
    pier_file *both[2] = {files.writer, turn_to_reading(&files)};
    for (size_t i = 0; i < 2; i++) {
        uint32_t can = pier_file_capabilities(both[i]);
        if ((can & PIER_FILE_CAN_READ) == 0) {
            assert_int_equal(pier_file_read(both[i], got, sizeof got, &size, PIER_NOW), PIER_UNSUPPORTED);
            assert_int_equal(size, 0);
            assert_int_equal(pier_file_wait(both[i], PIER_READABLE, &ready, PIER_NOW), PIER_UNSUPPORTED);
            assert_int_equal(pier_file_seek(both[i], 0), PIER_UNSUPPORTED);
        }
        if ((can & PIER_FILE_CAN_WRITE) == 0) {
            assert_int_equal(pier_file_write(both[i], &span, 1, &size, PIER_NOW), PIER_UNSUPPORTED);
            assert_int_equal(pier_file_wait(both[i], PIER_WRITABLE, &ready, PIER_NOW), PIER_UNSUPPORTED);
            assert_int_equal(pier_file_write_error(both[i])->status, PIER_UNSUPPORTED);
        }
        if ((can & PIER_FILE_CAN_SYNC) == 0) {
            assert_int_equal(pier_file_sync(both[i]), PIER_UNSUPPORTED);
            assert_int_equal(pier_file_error(both[i])->floor, PIER_FLOOR_FILE);
            assert_true(pier_file_error(both[i])->text[0] != '\0');
        } else {
            assert_int_equal(pier_file_sync(both[i]), PIER_OK);
            assert_int_equal(pier_file_sync(both[i]), PIER_OK);
        }
        if ((can & PIER_FILE_CAN_TRUNCATE) == 0) {
            assert_int_equal(pier_file_truncate(both[i], 0), PIER_UNSUPPORTED);
        } else {
            uint64_t length = 99;
            assert_int_equal(pier_file_length(both[i], &length), PIER_OK);
            assert_int_equal(pier_file_truncate(both[i], length + 1), PIER_USAGE);
            assert_int_equal(pier_file_truncate(both[i], length), PIER_OK);
            assert_int_equal(pier_file_write(both[i], &span, 1, &size, PIER_NOW), PIER_OK);
            assert_int_equal(pier_file_truncate(both[i], length), PIER_OK);
            assert_int_equal(pier_file_truncate(both[i], 0), PIER_OK);
            assert_int_equal(pier_file_read(both[i], got, sizeof got, &size, PIER_NOW), PIER_END);
            assert_int_equal(pier_file_length(both[i], &length), PIER_OK);
            assert_int_equal(length, 0);
        }
        if ((can & PIER_FILE_CAN_SHUTDOWN) == 0) {
            assert_int_equal(pier_file_shutdown(both[i]), PIER_UNSUPPORTED);
        } else {
            assert_int_equal(pier_file_shutdown(both[i]), PIER_OK);
            assert_int_equal(pier_file_shutdown(both[i]), PIER_OK);
            assert_int_equal(pier_file_write(both[i], &span, 1, &size, PIER_NOW), PIER_USAGE);
        }
        if ((can & PIER_FILE_CAN_WAIT) == 0) {
            assert_int_equal(pier_file_handle(both[i]), -1);
        }
    }
    close_files(&files);
}

static void misuse_is_refused(void **state) {
    pair_of_files files;
    char got[8];
    size_t size = 99;
    uint32_t ready = 99;
    pier_bytes span = {"x", 1};
    pier_bytes nothing = {"x", 0};
    pier_bytes nowhere = {NULL, 1};
    pier_bytes many[PIER_SPANS_MAX + 1];
    for (size_t i = 0; i < PIER_SPANS_MAX + 1; i++) {
        many[i] = span;
    }
    open_files(&files, kind_of(state));
    pier_file *reader = turn_to_reading(&files);
    assert_int_equal(pier_file_read(reader, NULL, 1, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(size, 0);
    assert_int_equal(pier_file_read(reader, got, 0, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_file_read(reader, got, 1, NULL, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_file_write(files.writer, NULL, 1, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_file_write(files.writer, &span, 0, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_file_write(files.writer, &nothing, 1, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_file_write(files.writer, &nowhere, 1, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_file_write(files.writer, many, PIER_SPANS_MAX + 1, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_file_write(files.writer, &span, 1, NULL, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_file_wait(reader, 0, &ready, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_file_wait(reader, 4, &ready, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_file_wait(reader, PIER_READABLE, NULL, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_file_error(reader)->status, PIER_USAGE);
    /* Nothing of that hurt the file. */
    write_all(files.writer, "fine", 4);
    if (files.kind != KIND_VIEW) {
        read_all(turn_to_reading(&files), got, 4);
        assert_memory_equal(got, "fine", 4);
    }
    close_files(&files);
}

static void a_closed_file_refuses_everything(void **state) {
    pair_of_files files;
    char got[8];
    size_t size = 99;
    uint32_t ready = 99;
    uint64_t length = 99;
    pier_bytes span = {"x", 1};
    open_files(&files, kind_of(state));
    pier_file *both[2] = {files.writer, turn_to_reading(&files)};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pier_file_close(both[i]), PIER_OK);
        assert_int_equal(pier_file_close(both[i]), PIER_OK);
        assert_int_equal(pier_file_handle(both[i]), -1);
        assert_int_equal(pier_file_read(both[i], got, sizeof got, &size, PIER_NEVER), PIER_USAGE);
        assert_int_equal(size, 0);
        assert_int_equal(pier_file_write(both[i], &span, 1, &size, PIER_NEVER), PIER_USAGE);
        assert_int_equal(pier_file_wait(both[i], PIER_READABLE, &ready, PIER_NEVER), PIER_USAGE);
        assert_int_equal(pier_file_wait(both[i], PIER_WRITABLE, &ready, PIER_NEVER), PIER_USAGE);
        assert_int_equal(pier_file_seek(both[i], 0), PIER_USAGE);
        assert_int_equal(pier_file_length(both[i], &length), PIER_USAGE);
        assert_int_equal(pier_file_sync(both[i]), PIER_USAGE);
        assert_int_equal(pier_file_shutdown(both[i]), PIER_USAGE);
        assert_string_equal(pier_file_error(both[i])->text, "the file is closed");
    }
    close_files(&files);
}

static void null_is_refused(void **state) {
    (void)state;
    char got[1];
    size_t size = 99;
    uint32_t ready = 99;
    uint64_t length = 99;
    pier_bytes span = {"x", 1};
    assert_int_equal(pier_file_read(NULL, got, 1, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(size, 0);
    assert_int_equal(pier_file_write(NULL, &span, 1, &size, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_file_wait(NULL, PIER_READABLE, &ready, PIER_NOW), PIER_USAGE);
    assert_int_equal(pier_file_seek(NULL, 0), PIER_USAGE);
    assert_int_equal(pier_file_length(NULL, &length), PIER_USAGE);
    assert_int_equal(pier_file_sync(NULL), PIER_USAGE);
    assert_int_equal(pier_file_shutdown(NULL), PIER_USAGE);
    assert_int_equal(pier_file_close(NULL), PIER_USAGE);
    pier_file_destroy(NULL);
}

typedef struct stream_end {
    pier_file *file;
    size_t bytes;
    bool is_right;
} stream_end;

static void *write_stream(void *argument) {
    stream_end *end = argument;
    char chunk[9000];
    end->is_right = true;
    for (size_t done = 0; done < end->bytes && end->is_right;) {
        size_t size = 0;
        size_t part = end->bytes - done < sizeof chunk ? end->bytes - done : sizeof chunk;
        for (size_t i = 0; i < part; i++) {
            chunk[i] = (char)((done + i) * 131 >> 3);
        }
        pier_bytes span = {chunk, part};
        end->is_right = pier_file_write(end->file, &span, 1, &size, patience()) == PIER_OK;
        done += size;
    }
    return NULL;
}

static void bytes_keep_their_order_under_load(void **state) {
    pair_of_files files;
    open_files(&files, kind_of(state));
    stream_end sending = {.file = files.writer, .bytes = 600000};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, write_stream, &sending), 0);
    char chunk[5000];
    for (size_t done = 0; done < sending.bytes;) {
        size_t size = 0;
        assert_int_equal(pier_file_read(files.reader, chunk, sizeof chunk, &size, patience()), PIER_OK);
        for (size_t i = 0; i < size; i++) {
            assert_int_equal(chunk[i], (char)((done + i) * 131 >> 3));
        }
        done += size;
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(sending.is_right);
    close_files(&files);
}

typedef void suite_test(void **state);

static const struct {
    const char *name;
    suite_test *run;
} suite[] = {
#define ROW(test)                                                                                                      \
    { #test, test }
    ROW(what_is_written_is_read),
    ROW(the_end_comes_after_the_last_byte),
    ROW(nothing_yet_is_told_as_asked),
    ROW(writing_at_once_works_while_there_is_room),
    ROW(a_full_one_blocks_and_goes_on),
    ROW(seeking_and_lengths_work_where_claimed),
    ROW(what_is_not_claimed_is_not_supported),
    ROW(misuse_is_refused),
    ROW(a_closed_file_refuses_everything),
    ROW(null_is_refused),
    ROW(bytes_keep_their_order_under_load),
#undef ROW
};

enum { SUITE_COUNT = sizeof suite / sizeof suite[0] };

/* Returns whether a kind can be full: those that only grow are left out of the tests about that. */
static bool can_be_full(file_kind kind) {
    return kind == KIND_SOCKET || kind == KIND_PIPE || kind == KIND_SOCKET_HANDLE || kind == KIND_SCRIPTED_SOCKET;
}

int main(void) {
    static struct CMUnitTest tests[KIND_COUNT * SUITE_COUNT];
    static char names[KIND_COUNT * SUITE_COUNT][96];
    static file_kind kinds[KIND_COUNT];
    size_t count = 0;
    for (size_t kind = 0; kind < KIND_COUNT; kind++) {
        kinds[kind] = (file_kind)kind;
        for (size_t i = 0; i < SUITE_COUNT; i++) {
            bool fills =
                suite[i].run == a_full_one_blocks_and_goes_on || suite[i].run == bytes_keep_their_order_under_load;
            if (fills && !can_be_full(kinds[kind])) {
                continue;
            }
            (void)snprintf(names[count], sizeof names[count], "%s_%s", kind_name(kinds[kind]), suite[i].name);
            tests[count] = (struct CMUnitTest){names[count], suite[i].run, NULL, NULL, &kinds[kind]};
            count++;
        }
    }
    return _cmocka_run_group_tests("file conformance", tests, count, NULL, NULL);
}
