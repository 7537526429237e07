/* What is measured in memory: contenders in groups. Those of a group do the same work on the same records; the first of
 * a group is what the others are compared with. */
#ifndef PIER_BENCH_CONTENDERS_H
#define PIER_BENCH_CONTENDERS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct contender {
    const char *group; /* "tokens/store" */
    const char *name;
    const char *unit; /* what `items` counts */
    size_t items;     /* done by one run */
    size_t bytes;     /* of MessagePack, by one run */
    void (*run)(void *state);
    void *state;
} contender;

/* Append their contenders; what they allocate lives as long as the program. `contenders` has room for 32. Each checks
 * once that all contenders of a group give the same result, and ends the program when they do not. */
size_t add_token_contenders(contender *contenders);
size_t add_record_contenders(contender *contenders);

#ifdef __cplusplus
}
#endif

#endif
