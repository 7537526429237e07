/* What the tests of paired archives share: one side of a connection.
 *
 * Every test that includes it uses all of it. */
#ifndef PIER_TESTS_PAIR_SUPPORT_H
#define PIER_TESTS_PAIR_SUPPORT_H

#include "archive/archive_support.h"

/* One side of a connection. */
typedef struct side {
    pier_file *file;
    pier_archive *store;
    pier_archive *load;
} side;

static inline void open_side(side *of, pier_file *file, const pier_archive_options *options) {
    of->file = file;
    of->store = test_open_store(file, options);
    of->load = test_open_load(file, options);
    assert_status(pier_archive_pair(of->store, of->load), PIER_OK);
}

static inline void set_deadline(side *of, pier_deadline deadline) {
    pier_archive_set_deadline(of->store, deadline);
    pier_archive_set_deadline(of->load, deadline);
}

static inline void close_side(side *of) {
    pier_archive_destroy(of->store);
    pier_archive_destroy(of->load);
    pier_file_destroy(of->file);
}

static inline void open_sides(side sides[2], const pier_archive_options *first, const pier_archive_options *second) {
    pier_socket *sockets[2];
    pier_file *files[2];
    assert_status(pier_socket_pair(&sockets[0], &sockets[1], NULL, NULL), PIER_OK);
    for (int i = 0; i < 2; i++) {
        assert_status(pier_file_open_socket(&files[i], sockets[i], NULL, NULL), PIER_OK);
        open_side(&sides[i], files[i], i == 0 ? first : second);
    }
}

#endif
