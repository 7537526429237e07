/* A recording, read back event by event: see script.h. */
#include "script.h"

#include "recording_classes.h"
#include "report.h"

int script_open(script *read, const char *command, const char *path, const common_options *common, output *out,
                bool is_again) {
    walk_options chosen = {.command = command, .path = path, .common = *common, .is_silent = is_again};
    /* What the recording's programs sent may be larger than their own limits; its events are not. */
    chosen.common.record_bytes_max = PIER_RECORD_BYTES_MAX_HIGHEST;
    chosen.common.timeout_ms = 0;
    *read = (script){.exit_status = EXIT_DONE};
    read->exit_status = walk_open(&read->from, &chosen, out);
    return read->exit_status;
}

static int64_t nanoseconds_of(pier_time time) {
    return time.seconds * 1000000000 + time.nanoseconds;
}

/* Returns the place of a side in arrays, -1 for none. */
static int place_of(recording_side side) {
    return side == CLIENT ? SIDE_OF_CLIENT : side == SERVER ? SIDE_OF_SERVER : -1;
}

static pier_status load_passed(pier_archive *archive, script_event *event) {
    recording_passed passed;
    pier_status status = recording_passed_load(archive, &passed);
    *event = (script_event){
        .kind = SCRIPT_PASSED,
        .unix_ns = nanoseconds_of(passed.time),
        .connection = passed.connection,
        .side = place_of(passed.from),
        .offset = passed.offset,
        .bytes = passed.bytes,
    };
    return status;
}

static pier_status load_ended(pier_archive *archive, script_event *event) {
    recording_ended ended;
    pier_status status = recording_ended_load(archive, &ended);
    *event = (script_event){
        .kind = SCRIPT_ENDED,
        .unix_ns = nanoseconds_of(ended.time),
        .connection = ended.connection,
        .side = place_of(ended.from),
        .offset = ended.offset,
        .how = ended.how,
    };
    return status;
}

static pier_status load_opened(pier_archive *archive, script_event *event) {
    recording_opened opened;
    pier_status status = recording_opened_load(archive, &opened);
    *event = (script_event){
        .kind = SCRIPT_OPENED,
        .unix_ns = nanoseconds_of(opened.time),
        .connection = opened.connection,
    };
    return status;
}

static pier_status load_started(pier_archive *archive, script_event *event) {
    recording_started started;
    pier_status status = recording_started_load(archive, &started);
    *event = (script_event){.kind = SCRIPT_STARTED, .unix_ns = nanoseconds_of(started.time)};
    return status;
}

static const struct {
    const pier_class *class_of_event;
    pier_status (*load)(pier_archive *archive, script_event *event);
} loaders[] = {
    {&recording_passed_class, load_passed},
    {&recording_ended_class, load_ended},
    {&recording_opened_class, load_opened},
    {&recording_started_class, load_started},
};

/* Loads the current record, if it is an event. */
static bool load_event(script *read, script_event *event) {
    pier_archive *archive = read->from.archive;
    for (size_t i = 0; i < sizeof(loaders) / sizeof(loaders[0]); i++) {
        if (pier_archive_record_is(archive, loaders[i].class_of_event)) {
            pier_status status = loaders[i].load(archive, event);
            if (status != PIER_OK) {
                /* It sticks, and the walk tells it and goes on behind it. */
                return false;
            }
            return event->side >= 0;
        }
    }
    return false;
}

bool script_next(script *read, script_event *event) {
    walk_event met;
    while ((met = walk_next(&read->from)) != WALK_OVER) {
        if (met == WALK_RECORD && !pier_archive_is_raw(read->from.archive) && load_event(read, event)) {
            return true;
        }
    }
    read->exit_status = walk_exit(&read->from);
    return false;
}

void script_close(script *read) {
    walk_end_progress(&read->from);
    walk_close(&read->from);
}

int script_survey(const char *command, const char *path, const common_options *common, output *out,
                  script_totals *totals) {
    script read;
    script_event event;
    *totals = (script_totals){0};
    int exit_status = script_open(&read, command, path, common, out, false);
    if (exit_status == EXIT_DONE) {
        while (script_next(&read, &event)) {
            totals->events++;
            totals->connections += event.kind == SCRIPT_OPENED ? 1 : 0;
        }
        exit_status = read.exit_status;
    }
    if (exit_status == EXIT_DONE && totals->events == 0) {
        (void)report(command, PIER_NOT_FOUND, "%s: it is no recording of pier record", path);
        exit_status = EXIT_DATA;
    }
    script_close(&read);
    return exit_status;
}
