/* How the floors fill a pier_error.
 *
 * Floor 0 (base). Knows nothing of the objects that keep the errors. Touches only what it is given, so any thread may
 * use it on an error of its own. */
#ifndef PIER_BASE_ERROR_INTERNAL_H
#define PIER_BASE_ERROR_INTERNAL_H

#include <pier/error.h>

/* Fills the whole of `error`: offsets and record become PIER_NO_OFFSET and the path empty; set those that are known
 * afterwards. The text is cut at its capacity, never inside a character of UTF-8; when the format gives no text at
 * all, the sentence of the status stands in. errno is left as it was, so that `os_error` may be read from it before
 * and after. error: NULL when nobody wants to know. Returns `status`, so that a caller can fail in one statement. */
pier_status pier__error_set(pier_error *error, pier_status status, pier_floor floor, int os_error, const char *format,
                            ...) PIER_PRINTF(5, 6);

/* Puts "`subject`: " before the text of a failure that does not name it already, and cuts it likewise. error: filled by
 * what failed; NULL when nobody wants to know. Returns `status`; for success it does nothing. */
pier_status pier__error_about(pier_error *error, pier_status status, const char *subject);

#endif
