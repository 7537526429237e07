/* What the files of speed_paths share: the records of a workload, and counting from begin() to the end() behind it. */
#ifndef PIER_TESTS_SPEED_PATHS_H
#define PIER_TESTS_SPEED_PATHS_H

#include <pier/pier.h>

#if defined(__has_include)
#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#endif
#endif

enum { RECORDS = 64 };

typedef struct path {
    const char *name;
    const pier_class *type;
    void (*fill)(void *to, size_t index);
    uint8_t *records;
    uint8_t *loaded;
    bool has_forms; /* the other forms are counted, too */
} path;

void begin(void);
void end(const path *of, const char *what);

static inline void *record_of(const path *of, uint8_t *records, size_t i) {
    return records + i * of->type->record_bytes;
}

/* Compares what was loaded with what was stored, and clears it. */
void compare(const path *of);

/* Through a framed archive in memory. */
void run_archive(const path *of);

/* Through archives of the other forms: plain, without a codec, and by a plan. */
void run_forms(const path *of);

/* Value by value, and as trees. */
void run_values(void);

#endif
