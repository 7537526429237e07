/* What dump, check and repair read: see dump_input.h. */
#include "dump_input.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "report.h"
#include "signals.h"

/* Below this a file is read before anybody looks. */
#define PROGRESS_BYTES ((uint64_t)16 << 20)

static pier_status fail(pier_error *error, pier_status status, const char *text) {
    pier_error_clear(error);
    error->status = status;
    error->floor = PIER_FLOOR_FILE;
    (void)snprintf(error->text, sizeof(error->text), "%s", text);
    return status;
}

static void show_progress(dump_input *input) {
    if (!progress_is_due(&input->progress)) {
        return;
    }
    /* A file may grow while it is read. */
    uint64_t total = input->total_bytes > input->bytes ? input->total_bytes : input->bytes;
    double seconds = progress_seconds(&input->progress);
    double rate = seconds > 0 ? (double)input->bytes / seconds : 0;
    char left[40];
    char words[100];
    progress_format_time(left, sizeof(left), rate > 0 ? (double)(total - input->bytes) / rate : 0);
    (void)snprintf(words, sizeof(words), "of %" PRIu64 " MiB, %.0f MiB/s, %s left", total >> 20, rate / (1 << 20),
                   left);
    progress_show(&input->progress, input->bytes, total, words);
}

/* Waits until the input can be read without waiting. */
static pier_status await_input(dump_input *input, pier_error *error) {
    struct pollfd entries[2] = {{pier_file_handle(input->inner.file), POLLIN, 0}, {signals_handle(), POLLIN, 0}};
    /* Of a disk file poll always says that it is ready. */
    if (input->is_on_disk || entries[0].fd < 0 || poll(entries, 1, 0) != 0) {
        return PIER_OK;
    }
    if (input->before_wait != NULL) {
        input->before_wait(input->user);
    }
    input->out_status = output_drain(input->out, PIER_NEVER);
    if (input->out_status != PIER_OK) {
        return fail(error, input->out_status, "standard output");
    }
    int ready;
    do {
        ready = poll(entries, 2, input->timeout_ms == 0 ? -1 : (int)input->timeout_ms);
    } while (ready < 0 && errno == EINTR && signals_caught() == 0);
    return ready == 0 ? fail(error, PIER_TIMEOUT, "no byte came within the time") : PIER_OK;
}

static pier_status read_input(void *self, void *buffer, size_t capacity_bytes, size_t *size, pier_deadline deadline,
                              pier_error *error) {
    dump_input *input = self;
    pier_status status = await_input(input, error);
    (void)deadline;
    if (status == PIER_OK && signals_caught() != 0) {
        /* Asked here, not at each record: it is a system call. */
        status = fail(error, PIER_CANCELLED, "a signal ended the reading");
    }
    if (status == PIER_OK) {
        status = pier_file_read(input->inner.file, buffer, capacity_bytes, size, PIER_NEVER);
        if (status < 0) {
            *error = *pier_file_error(input->inner.file);
        }
    }
    if (status == PIER_OK) {
        input->bytes += *size;
        show_progress(input);
    } else {
        *size = 0;
    }
    return status;
}

static const pier_file_ops ops = {
    .size = sizeof(pier_file_ops),
    .capabilities = PIER_FILE_CAN_READ,
    .read = read_input,
};

pier_status dump_input_open(dump_input *input, const char *path, output *out, uint64_t timeout_ms, bool may_show,
                            pier_error *error) {
    *input = (dump_input){.inner.handle = -1, .out = out, .timeout_ms = timeout_ms};
    pier_status status = path_file_open(&input->inner, path, PIER_FILE_READ, error);
    if (status == PIER_OK) {
        status = pier_file_create(&input->file, &ops, input, NULL, error);
    }
    if (status != PIER_OK) {
        dump_input_close(input);
        return status;
    }
    bool has_length = (pier_file_capabilities(input->inner.file) & PIER_FILE_CAN_SEEK) != 0;
    if (!has_length || pier_file_length(input->inner.file, &input->total_bytes) != PIER_OK) {
        input->total_bytes = 0;
    }
    input->is_on_disk = has_length;
    progress_begin(&input->progress, may_show && input->total_bytes >= PROGRESS_BYTES);
    return PIER_OK;
}

void dump_input_end_progress(dump_input *input) {
    progress_end(&input->progress);
}

void dump_input_close(dump_input *input) {
    dump_input_end_progress(input);
    pier_file_destroy(input->file);
    input->file = NULL;
    path_file_destroy(&input->inner);
}
