/* What the kinds of files share with the contract.
 *
 * Floor 3 (file). */
#ifndef PIER_FILE_FILE_INTERNAL_H
#define PIER_FILE_FILE_INTERNAL_H

#include <pier/file.h>

/* Returns what a file was made with if it is of this kind, else NULL. */
void *pier__file_self(const pier_file *file, const pier_file_ops *ops);

/* Frees a file and leaves what it was made with as it is: it is the caller's again. */
void pier__file_abandon(pier_file *file);

#endif
