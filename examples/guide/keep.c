/* Whose memory a loaded record is in: the archive's, an arena's, a kept block's, or its own. */
#include <stdio.h>
#include <string.h>

#include <pier/pier.h>

#define LOG_LINE(FIELD) FIELD(1, u32, minute) FIELD(2, text, words) FIELD(3, list(u32), readings)
PIER_RECORD(log_line, "yard.LogLine", LOG_LINE)

enum { LINES = 3 };

static void show(const char *how, const log_line *line) {
    char text[128];
    (void)pier_record_print(&log_line_class, line, text, sizeof text);
    printf("%s: %s\n", how, text);
}

static pier_status store_all(pier_archive *out) {
    static const char *const words[LINES] = {"slack water", "first of the flood", "half flood"};
    pier_status status = PIER_OK;
    for (uint32_t i = 0; status == PIER_OK && i < LINES; i++) {
        uint32_t readings[] = {i, i + 10};
        log_line line = {.minute = i * 60, .readings_count = 2, .readings = readings};
        line.words.data = words[i];
        line.words.size = strlen(words[i]);
        status = log_line_store(out, &line);
    }
    return status == PIER_OK ? pier_archive_close(out) : status;
}

/* [records: own] */
static pier_status load_owned(pier_archive *in, pier_arena *arena, log_line *line) {
    pier_status status = pier_archive_next(in);
    /* All of the line is in the arena; the archive may go on, or go. */
    return status == PIER_OK ? pier_load_record_into(in, &log_line_class, line, arena) : status;
}
/* [end] */

/* [records: keep] */
static pier_status load_kept(pier_archive *in, pier_kept_block **block, log_line *line) {
    pier_status status = log_line_next(in, line);
    /* The line still borrows: from memory that is ours until pier_kept_block_release. */
    return status == PIER_OK ? pier_archive_keep_block(in, block) : status;
}
/* [end] */

/* [records: clone] */
static pier_status load_clone(pier_archive *in, log_line **line) {
    log_line borrowed;
    void *clone = NULL;
    pier_status status = log_line_next(in, &borrowed);
    if (status == PIER_OK)
        status = pier_record_clone(&log_line_class, &borrowed, NULL, &clone);
    *line = (log_line *)clone; /* pier_record_free gives it back, in one call */
    return status;
}
/* [end] */

int main(void) {
    pier_archive *out = NULL;
    pier_archive *in = NULL;
    pier_error error = {0};
    pier_status status = pier_archive_open_store(&out, NULL, NULL, &error);
    if (status == PIER_OK)
        status = store_all(out);
    if (status == PIER_OK)
        status = pier_archive_open_load(&in, NULL, NULL, &error);
    if (status == PIER_OK)
        status = pier_archive_feed(in, pier_archive_drain(out));
    pier_arena arena;
    pier_kept_block *block = NULL;
    log_line owned = {0};
    log_line kept = {0};
    log_line *clone = NULL;
    pier_arena_init(&arena, NULL, 0);
    if (status == PIER_OK)
        status = load_owned(in, &arena, &owned);
    if (status == PIER_OK)
        status = load_kept(in, &block, &kept);
    if (status == PIER_OK)
        status = load_clone(in, &clone);
    pier_archive_destroy(in);
    pier_archive_destroy(out);
    if (status == PIER_OK) {
        show("owned", &owned);
        show("kept", &kept);
        show("cloned", clone);
    }
    pier_arena_deinit(&arena);
    pier_kept_block_release(block);
    pier_record_free(clone);
    return status == PIER_OK ? 0 : 1;
}
