/* Text files of the system, line by line: /etc/hosts and /etc/services.
 *
 * Floor 1 (address). One file for each system implements it (lines_posix.c). Knows nothing of what the lines mean. A
 * reader serves one thread. */
#ifndef PIER_ADDRESS_LINES_INTERNAL_H
#define PIER_ADDRESS_LINES_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

/* Longest line that is read whole; of a longer one the beginning is. */
#define PIER__LINE_BYTES_MAX 1023

/* A file that is being read. */
typedef struct pier__lines {
    int handle;
    size_t begin; /* of what is read and not given yet */
    size_t end;
    char buffer[4096];
    char line[PIER__LINE_BYTES_MAX + 1];
} pier__lines;

/* Opens a file. Returns 0 or the system's error number. */
int pier__lines_open(pier__lines *lines, const char *path);

/* Reads the next line. line: gets it, terminated, without its end and without a comment that `#` begins; borrowed until
 * the next call; NULL at the end of the file. Returns 0 or the system's error number. */
int pier__lines_next(pier__lines *lines, char **line);

/* Closes the file. */
void pier__lines_close(pier__lines *lines);

/* Cuts the next word off `*rest`: returns it, terminated, or NULL when none is left. Blanks stand between words. */
char *pier__line_word(char **rest);

/* Returns whether two words are the same but for the case of ASCII letters. The length of the second is given: it need
 * not be terminated. */
bool pier__word_equals(const char *word, const char *other, size_t other_bytes);

#endif
