/* The classes of golden.py as C structs, for the driver. */
#ifndef INTEROP_DRIVER_RECORDS_H
#define INTEROP_DRIVER_RECORDS_H

#include <stddef.h>
#include <stdint.h>

#include <pier/archive.h>

/* Loads the current record into the struct of its class, and stores it into `copy` from there. Returns whether that was
 * done: false for a record without a class or of one that is not here, and when it could not be loaded, which
 * sticks. */
bool driver_copy_record(pier_archive *archive, pier_archive *copy);

#endif
