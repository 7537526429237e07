/* All classes of some schemas that nobody here wrote; foreign.py makes the table. */
#ifndef PIER_TESTS_GENERATED_FOREIGN_H
#define PIER_TESTS_GENERATED_FOREIGN_H

#include <stddef.h>

#include <pier/class.h>

extern const pier_class *const foreign_classes[];
extern const size_t foreign_count;

#endif
