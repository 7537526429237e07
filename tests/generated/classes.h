/* The classes of the tests of generated code: as the schema compiler makes them, and as the macro does of the same
 * structs. */
#ifndef PIER_TESTS_GENERATED_CLASSES_H
#define PIER_TESTS_GENERATED_CLASSES_H

#include <pier/class.h>

typedef struct test_pair {
    const pier_class *generated;
    const pier_class *described; /* by macro; NULL: it cannot say what the class is */
} test_pair;

enum { TEST_PAIRS = 15 };
extern const test_pair test_pairs[TEST_PAIRS];

/* Room for a record of any of them. */
enum { TEST_RECORD_BYTES = 1 << 15 };

#endif
