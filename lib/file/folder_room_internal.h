/* What a folder asks of the system that POSIX does not have.
 *
 * Floor 3 (file). Contract of folder_room_linux.c; the rules of platform_internal.h hold. */
#ifndef PIER_FILE_FOLDER_ROOM_INTERNAL_H
#define PIER_FILE_FOLDER_ROOM_INTERNAL_H

#include <stdint.h>

#include "file/folder_internal.h"

/* Sees to it that the file can grow to `size_bytes`; its size stays. EOPNOTSUPP where the file system knows no such
 * promise. */
int pier__folder_reserve(int handle, uint64_t size_bytes);

/* Gets what identifies the life of this machine, or zeros. */
void pier__folder_life(uint8_t life[PIER__FOLDER_LIFE_BYTES]);

#endif
