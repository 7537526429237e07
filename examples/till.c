/* Books amounts at a bank, each once, whatever is killed meanwhile.
 *
 *     till FOLDER ENDPOINT ACCOUNT CENTS COUNT      books so much so often, and ends when all is booked
 *
 * FOLDER is the till's, and its last part the session's name. The bookings of a till that was killed leave when it is
 * started again, with a COUNT of 0 for instance. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "till_booking.h"

/* Reads an argument that is a whole number, and not below `lowest`. */
static bool read_number(const char *text, long long lowest, long long *number) {
    char *end = NULL;
    errno = 0;
    *number = strtoll(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *number >= lowest;
}

static pier_status book(pier_session_channel *session, const char *account, int64_t cents, long long count) {
    till_booking booking = {.cents = cents};
    (void)snprintf(booking.account, sizeof booking.account, "%s", account);
    uint64_t last = pier_session_sent(pier_session_channel_session(session)).last;
    pier_status status = PIER_OK;
    for (long long i = 0; i < count && status == PIER_OK; i++) {
        status = till_booking_store(pier_session_channel_store_archive(session), &booking);
        if (status == PIER_OK) {
            status = pier_session_channel_flush(session, &last);
        }
        if (status == PIER_OK) {
            printf("%llu is on its way\n", (unsigned long long)last);
            (void)fflush(stdout);
        }
    }
    return status == PIER_OK ? pier_session_channel_await(session, last, PIER_SESSION_STAGE_COMMITTED) : status;
}

int main(int argc, char **argv) {
    long long cents = 0;
    long long count = 0;
    if (argc != 6 || strlen(argv[3]) >= sizeof((till_booking *)NULL)->account ||
        !read_number(argv[4], LLONG_MIN, &cents) || !read_number(argv[5], 0, &count)) {
        fprintf(stderr, "usage: till FOLDER ENDPOINT ACCOUNT CENTS COUNT\n");
        return 2;
    }
    const char *name = strrchr(argv[1], '/');
    pier_session_channel *session = NULL;
    pier_error error = {0};
    pier_status status = pier_session_open(&session, name != NULL ? name + 1 : argv[1], argv[1], argv[2], NULL, &error);
    if (status != PIER_OK) {
        fprintf(stderr, "till: %s\n", error.text);
        return 1;
    }
    status = book(session, argv[3], cents, count);
    if (status == PIER_OK) {
        status = pier_session_channel_close(session);
    }
    if (status != PIER_OK) {
        fprintf(stderr, "till: %s\n", pier_session_channel_error(session)->text);
    }
    pier_session_channel_destroy(session);
    return status == PIER_OK ? 0 : 1;
}
