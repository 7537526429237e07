/* Making an archive on disk fit to be appended to.
 *
 * Part of the command. */
#ifndef MEND_H
#define MEND_H

/* Looks whether the archive `path` ends within a block, as it does when a machine or a program died while it was
 * written, and takes that block away and tells it: its header would claim what is appended for its payload. Other
 * damage stays as it is. A file that does not exist, is empty or is no regular file is left alone.
 * Returns EXIT_DONE; otherwise what to exit with, and it is told: EXIT_DATA for a file that is no archive, which is
 * left as it is; EXIT_SYSTEM. */
int mend(const char *command, const char *path);

#endif
