/* Compresses readings into memory, loads them back, and tells what it gained. */
#include <inttypes.h>
#include <stdio.h>

#include <pier/pier.h>

#define READING(FIELD) FIELD(1, u32, second) FIELD(2, f64, celsius) FIELD(3, text(16), station)
PIER_RECORD(reading, "weather.Reading", READING)

enum { READINGS = 10000 };

static pier_status store_all(pier_archive *out) {
    pier_status status = PIER_OK;
    for (uint32_t i = 0; i < READINGS && status == PIER_OK; i++) {
        reading now = {.second = i, .celsius = 20 + (double)(i % 7) / 4, .station = "roof"};
        status = reading_store(out, &now);
    }
    return status == PIER_OK ? pier_archive_close(out) : status;
}

/* Opens an archive that compresses. */
static pier_status open_compressed(pier_archive **out, pier_file *file, uint32_t level, pier_error *error) {
    /* [guide: open-compressed] */
    pier_archive_options options = {.size = sizeof options, .compression_level = level};
    pier_status status = pier_archive_open_store(out, file, &options, error);
    /* [end] */
    return status;
}

/* Loads a stream from memory. Returns how many readings are as they were stored. */
static uint32_t load_all(pier_bytes stream) {
    pier_archive *in = NULL;
    uint32_t good = 0;
    if (pier_archive_open_load(&in, NULL, NULL, NULL) != PIER_OK) {
        return 0;
    }
    pier_status status = pier_archive_feed(in, stream);
    pier_archive_feed_end(in);
    while (status == PIER_OK && (status = pier_archive_next(in)) == PIER_OK) {
        reading now;
        status = reading_load(in, &now);
        good += status == PIER_OK && now.second == good && now.celsius == 20 + (double)(good % 7) / 4 ? 1 : 0;
    }
    pier_archive_destroy(in);
    return good;
}

/* Stores at a level; tells what became of it. Returns whether all came back. */
static bool try_level(uint32_t level) {
    pier_archive *out = NULL;
    pier_error error;
    if (open_compressed(&out, NULL, level, &error) != PIER_OK) {
        char line[256];
        pier_error_format(&error, line, sizeof line);
        fprintf(stderr, "compress: %s\n", line);
        return false;
    }
    bool is_stored = store_all(out) == PIER_OK;
    pier_bytes stream = pier_archive_drain(out);
    uint32_t good = is_stored ? load_all(stream) : 0;
    printf("level %" PRIu32 ": %" PRIu32 " readings in %zu KiB\n", level, good, stream.size / 1024);
    pier_archive_destroy(out);
    return good == READINGS;
}

int main(void) {
    bool is_good = try_level(0) && try_level(1) && try_level(9);
    return is_good ? 0 : 1;
}
