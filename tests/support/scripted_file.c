/* The file of the tests that cuts, delays and fails as told.
 *
 * Shared by the tests of all floors. It uses the C library's memory and not the allocator under test, so that
 * allocation faults strike the library alone. */
#include "support/scripted_file.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/error_internal.h"

static void take_time(uint32_t delay_ms) {
    struct timespec left = {.tv_sec = delay_ms / 1000, .tv_nsec = (long)(delay_ms % 1000) * 1000000};
    while (nanosleep(&left, &left) != 0) {
    }
}

static pier_status answer(pier_status status, pier_deadline deadline, pier_error *error) {
    if (status == PIER_WOULD_BLOCK && deadline != PIER_NOW) {
        return PIER_TIMEOUT;
    }
    return status < 0 ? pier__error_set(error, status, PIER_FLOOR_FILE, 0, "the script lets this call fail") : status;
}

/* Lets happen what stands at this byte. Returns PIER_OK when bytes may move now. */
static pier_status happen(scripted_file *script, uint32_t direction, uint64_t offset) {
    for (size_t i = 0; i < script->event_count; i++) {
        scripted_event *event = &script->events[i];
        if (event->direction != direction || event->offset != offset || event->times == 0) {
            continue;
        }
        if (event->times != SCRIPTED_FOR_GOOD) {
            event->times--;
        }
        take_time(event->delay_ms);
        if (event->status != PIER_OK) {
            return event->status;
        }
    }
    return PIER_OK;
}

/* Returns how many of `size` bytes may move before the next event, cut as told. */
static size_t cut(scripted_file *script, uint32_t direction, uint64_t offset, size_t size, size_t most) {
    for (size_t i = 0; i < script->event_count; i++) {
        const scripted_event *event = &script->events[i];
        if (event->direction == direction && event->times > 0 && event->offset > offset &&
            event->offset - offset < size) {
            size = (size_t)(event->offset - offset);
        }
    }
    if (most == 0) {
        return size;
    }
    if (script->seed != 0) {
        /* xorshift64: any seed but 0 gives a long row of numbers. */
        script->seed ^= script->seed << 13;
        script->seed ^= script->seed >> 7;
        script->seed ^= script->seed << 17;
        most = 1 + (size_t)(script->seed % most);
    }
    return size < most ? size : most;
}

/* Takes over what an inner file answered: its statuses and, for a failure, its error. */
static pier_status hand_on(pier_status status, const pier_error *inner_error, pier_error *error) {
    if (status < 0) {
        *error = *inner_error;
    }
    return status;
}

static pier_status scripted_read(void *self, void *buffer, size_t capacity_bytes, size_t *size, pier_deadline deadline,
                                 pier_error *error) {
    scripted_file *script = self;
    script->calls++;
    pier_status status = happen(script, PIER_READABLE, script->read_offset);
    if (status != PIER_OK) {
        return answer(status, deadline, error);
    }
    size_t most = cut(script, PIER_READABLE, script->read_offset, capacity_bytes, script->read_bytes_max);
    if (script->inner != NULL) {
        status = pier_file_read(script->inner, buffer, most, size, deadline);
        script->read_offset += *size;
        return hand_on(status, pier_file_read_error(script->inner), error);
    }
    size_t left = script->input.size - (size_t)script->read_offset;
    if (left == 0) {
        return script->input_may_grow ? answer(PIER_WOULD_BLOCK, deadline, error) : PIER_END;
    }
    *size = left < most ? left : most;
    memcpy(buffer, (const uint8_t *)script->input.data + script->read_offset, *size);
    script->read_offset += *size;
    return PIER_OK;
}

/* Keeps the bytes of the spans, as many as `size`. */
static void keep(scripted_file *script, const pier_bytes *spans, size_t count, size_t size) {
    size_t used = (size_t)script->write_offset;
    if (script->written_capacity - used < size) {
        script->written_capacity = 2 * (used + size);
        script->written = realloc(script->written, script->written_capacity);
        assert_non_null(script->written);
    }
    for (size_t i = 0; i < count && size > 0; i++) {
        size_t part = spans[i].size < size ? spans[i].size : size;
        if (part > 0) {
            memcpy(script->written + used, spans[i].data, part);
        }
        used += part;
        size -= part;
    }
}

/* Writes the first `size` bytes of the spans to the inner file. */
static pier_status write_inner(scripted_file *script, const pier_bytes *spans, size_t count, size_t *size,
                               pier_deadline deadline) {
    pier_bytes cut_spans[PIER_SPANS_MAX];
    size_t left = *size;
    size_t used = 0;
    for (; used < count && left > 0; used++) {
        cut_spans[used] = spans[used];
        if (cut_spans[used].size > left) {
            cut_spans[used].size = left;
        }
        left -= cut_spans[used].size;
    }
    return pier_file_write(script->inner, cut_spans, used, size, deadline);
}

static pier_status scripted_write(void *self, const pier_bytes *spans, size_t count, size_t *size,
                                  pier_deadline deadline, pier_error *error) {
    scripted_file *script = self;
    size_t total = 0;
    script->calls++;
    pier_status status = happen(script, PIER_WRITABLE, script->write_offset);
    if (status != PIER_OK) {
        return answer(status, deadline, error);
    }
    for (size_t i = 0; i < count; i++) {
        total += spans[i].size;
    }
    *size = cut(script, PIER_WRITABLE, script->write_offset, total, script->write_bytes_max);
    if (script->inner != NULL) {
        status = write_inner(script, spans, count, size, deadline);
        script->write_offset += *size;
        return hand_on(status, pier_file_write_error(script->inner), error);
    }
    keep(script, spans, count, *size);
    script->write_offset += *size;
    return PIER_OK;
}

/* Returns whether a direction answers "not yet" now, which one wait uses up. A failure makes it ready: the next read or
 * write is to meet it. */
static bool is_held(scripted_file *script, uint32_t direction, uint64_t offset) {
    for (size_t i = 0; i < script->event_count; i++) {
        const scripted_event *event = &script->events[i];
        if (event->direction == direction && event->offset == offset && event->times > 0) {
            return (event->status == PIER_WOULD_BLOCK || event->status == PIER_TIMEOUT) &&
                   happen(script, direction, offset) != PIER_OK;
        }
    }
    return direction == PIER_READABLE && script->inner == NULL && script->input_may_grow &&
           offset == script->input.size;
}

static pier_status scripted_wait(void *self, uint32_t events, uint32_t *ready, pier_deadline deadline,
                                 pier_error *error) {
    scripted_file *script = self;
    script->calls++;
    *ready = events;
    if ((events & PIER_READABLE) != 0 && is_held(script, PIER_READABLE, script->read_offset)) {
        *ready &= ~PIER_READABLE;
    }
    if ((events & PIER_WRITABLE) != 0 && is_held(script, PIER_WRITABLE, script->write_offset)) {
        *ready &= ~PIER_WRITABLE;
    }
    if (*ready == 0) {
        return answer(PIER_WOULD_BLOCK, deadline, error);
    }
    if (script->inner != NULL) {
        events = *ready;
        return hand_on(pier_file_wait(script->inner, events, ready, deadline),
                       (events & PIER_READABLE) != 0 ? pier_file_read_error(script->inner)
                                                     : pier_file_write_error(script->inner),
                       error);
    }
    return PIER_OK;
}

static pier_status scripted_sync(void *self, pier_error *error) {
    scripted_file *script = self;
    script->syncs++;
    return answer(script->sync_status, PIER_NOW, error);
}

static pier_status scripted_shutdown(void *self, pier_error *error) {
    scripted_file *script = self;
    script->shutdowns++;
    if (script->inner != NULL && script->shutdown_status == PIER_OK) {
        return hand_on(pier_file_shutdown(script->inner), pier_file_write_error(script->inner), error);
    }
    return answer(script->shutdown_status, PIER_NOW, error);
}

static pier_status scripted_close(void *self, pier_error *error) {
    scripted_file *script = self;
    script->closes++;
    return answer(script->close_status, PIER_NOW, error);
}

static int scripted_handle(void *self) {
    scripted_file *script = self;
    return script->inner != NULL ? pier_file_handle(script->inner) : -1;
}

static const pier_file_ops scripted_ops = {
    .size = sizeof scripted_ops,
    .capabilities =
        PIER_FILE_CAN_READ | PIER_FILE_CAN_WRITE | PIER_FILE_CAN_WAIT | PIER_FILE_CAN_SYNC | PIER_FILE_CAN_SHUTDOWN,
    .read = scripted_read,
    .write = scripted_write,
    .wait = scripted_wait,
    .sync = scripted_sync,
    .shutdown = scripted_shutdown,
    .close = scripted_close,
    .handle = scripted_handle,
};

void scripted_file_init(scripted_file *script, pier_bytes input) {
    memset(script, 0, sizeof *script);
    script->input = input;
}

void scripted_file_init_over(scripted_file *script, pier_file *inner) {
    memset(script, 0, sizeof *script);
    script->inner = inner;
}

void scripted_file_deinit(scripted_file *script) {
    free(script->written);
    memset(script, 0, sizeof *script);
}

void scripted_file_cut(scripted_file *script, size_t read_bytes_max, size_t write_bytes_max) {
    script->read_bytes_max = read_bytes_max;
    script->write_bytes_max = write_bytes_max;
    script->seed = 0;
}

void scripted_file_cut_randomly(scripted_file *script, size_t read_bytes_max, size_t write_bytes_max, uint64_t seed) {
    assert_true(seed != 0);
    scripted_file_cut(script, read_bytes_max, write_bytes_max);
    script->seed = seed;
}

static void add_event(scripted_file *script, scripted_event event) {
    assert_true(event.direction == PIER_READABLE || event.direction == PIER_WRITABLE);
    assert_true(script->event_count < SCRIPTED_EVENTS_MAX);
    script->events[script->event_count++] = event;
}

void scripted_file_at(scripted_file *script, uint32_t direction, uint64_t offset, pier_status status, uint32_t times) {
    add_event(script, (scripted_event){.direction = direction, .offset = offset, .status = status, .times = times});
}

void scripted_file_delay(scripted_file *script, uint32_t direction, uint64_t offset, uint32_t delay_ms) {
    add_event(script, (scripted_event){.direction = direction, .offset = offset, .times = 1, .delay_ms = delay_ms});
}

void scripted_file_stall(scripted_file *script, uint32_t direction, uint64_t bytes) {
    for (uint64_t offset = 0; offset < bytes; offset++) {
        scripted_file_at(script, direction, offset, PIER_WOULD_BLOCK, 1);
    }
}

void scripted_file_extend(scripted_file *script, pier_bytes input) {
    assert_true(script->inner == NULL && input.size >= script->input.size);
    script->input = input;
}

pier_file *scripted_file_open(scripted_file *script, const pier_allocator *allocator) {
    pier_file *file = NULL;
    pier_error error;
    if (pier_file_create(&file, &scripted_ops, script, allocator, &error) != PIER_OK) {
        fail_msg("the scripted file cannot be made: %s", error.text);
    }
    return file;
}

pier_bytes scripted_file_written(const scripted_file *script) {
    return (pier_bytes){script->written, (size_t)script->write_offset};
}
