/* What loading a schema needs of the system: whole files, and what a program prints.
 *
 * Part of the schema compiler. schema_run_posix.c is this contract for POSIX. */
#ifndef SCHEMA_RUN_H
#define SCHEMA_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pier/allocator.h>
#include <pier/error.h>

/* Descriptors above this are refused. */
#define SCHEMA_RUN_BYTES_MAX ((size_t)1 << 28)

/* A run of bytes that grows. */
typedef struct schema_run_bytes {
    uint8_t *data;
    size_t size;
    size_t capacity;
    const pier_allocator *allocator; /* borrowed */
} schema_run_bytes;

void schema_run_release(schema_run_bytes *bytes);

/* Reads a whole file, a pipe too. Returns PIER_OK, PIER_NOT_FOUND, PIER_DENIED, PIER_SYSTEM, PIER_LIMIT or
 * PIER_NO_MEMORY, with `error` filled. Blocks. */
pier_status schema_run_read_file(const char *path, schema_run_bytes *bytes, pier_error *error);

/* Returns PIER_OK when the file can be opened; otherwise as schema_run_read_file. */
pier_status schema_run_check_file(const char *path, pier_error *error);

/* Runs a program, found on PATH when its name has no slash, and reads what it writes to its standard output. Its
 * standard input is empty, its standard error output is the caller's. No shell is between.
 * arguments: the first is the program, NULL behind the last. exit_status: gets that of the program, 128 and the signal
 * when one has ended it.
 * Returns PIER_OK when it has run, whatever it exits with; otherwise as above. Blocks until it has ended. */
pier_status schema_run_program(const char *const *arguments, schema_run_bytes *output, int *exit_status,
                               pier_error *error);

/* Writes the folder of the running program's file into `folder`, always terminated; "" when the system does not
 * tell. */
void schema_run_own_folder(char *folder, size_t capacity);

/* Returns whether there is a file of that name that can be read. */
bool schema_run_file_exists(const char *path);

/* Fills an error. Returns the status. */
pier_status schema_run_fail(pier_error *error, pier_status status, int os_error, const char *format, ...)
    PIER_PRINTF(4, 5);

#endif
