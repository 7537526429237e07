/* What the tests of values of any class share. */
#ifndef PIER_TESTS_ANY_SUPPORT_H
#define PIER_TESTS_ANY_SUPPORT_H

#include "record/graph_support.h"
#include "record/record_support.h"

/* Makes a registry of g.Box and g.Style, and of g.Note and g.Count if asked for. */
pier_registry *test_any_registry(bool with_note, bool with_count);

/* Opens a framed stream for loading, with a registry. */
pier_archive *test_any_open(const test_stream *stream, const pier_registry *registry, pier_unknown unknown);

pier_any test_any_count(const g_count *count);

/* Asserts the kinds of the blocks of a stream, as letters: preamble, definitions, records, end. */
void assert_blocks(const test_stream *stream, const char *expected);

#endif
