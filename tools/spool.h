/* Bytes that are kept until it is known whether they are whole: in a file without a name, in the folder of another one.
 *
 * Part of the command. They may be more than memory holds; nothing of them is left behind, whatever happens. */
#ifndef SPOOL_H
#define SPOOL_H

#include <stdbool.h>
#include <stddef.h>

#include <pier/bytes.h>

typedef struct spool {
    int handle;   /* -1: not open */
    char *beside; /* a name in the folder where it is to be */
    size_t at;    /* how much of it was read */
    size_t bytes; /* how much it holds; what is behind that in the file is older */
} spool;

/* Prepares a spool in the folder of `path`; the file itself is made when it is needed. Returns false without memory. */
bool spool_init(spool *kept, const char *path);

/* Forgets what it holds. */
void spool_clear(spool *kept);

/* Adds bytes. Returns false, with errno, when the system does not take them. */
bool spool_add(spool *kept, pier_bytes bytes);

/* Reads on from where the last call ended, at first from the start. part: into `buffer`; empty at the end. Returns
 * false, with errno, when the system fails. */
bool spool_read(spool *kept, void *buffer, size_t capacity_bytes, pier_bytes *part);

/* Frees it, and the file with it. */
void spool_deinit(spool *kept);

#endif
