/* The text of a line of JSON: where its tokens are, and whether all of it can be read without change.
 *
 * Part of the command; used by json_read.c. */
#ifndef JSON_TEXT_H
#define JSON_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Returns where the token or the white space that begins at `at` ends. What is no token of JSON counts as one up to the
 * next delimiter; text that is not ended reaches to the end of the line. */
size_t json_token_end(const char *line, size_t size_bytes, size_t at);

/* Returns where the token or white space begins that holds the byte at `at`. */
size_t json_token_start(const char *line, size_t size_bytes, size_t at);

/* Returns where the child at `index`, from 0, of the array or object begins whose bracket is at `at`; of an object,
 * keys and their values take turns. What stands before the child must be JSON. */
size_t json_child_start(const char *line, size_t size_bytes, size_t at, uint32_t index);

/* Returns how many bytes at the start of the line are sound: `size_bytes` when all are. Otherwise `why` tells what
 * comes there: bytes that are not UTF-8, or an escape that is half of a surrogate pair. */
size_t json_sound_bytes(const char *line, size_t size_bytes, const char **why);

#endif
