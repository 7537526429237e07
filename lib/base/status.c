/* Names, sentences and categories of the statuses, made from the one table in pier/status.h.
 *
 * Floor 0 (base). Knows nothing of any object. Has no state: any thread may call it. */
#include <pier/status.h>

const char *pier_status_name(pier_status status) {
    switch (status) {
#define STATUS_NAME(name, value, text)                                                                                 \
    case PIER_##name:                                                                                                  \
        return #name;
        PIER_STATUS_TABLE(STATUS_NAME)
#undef STATUS_NAME
    }
    /* No default above, so that the compiler still counts the cases; a peer's or a newer library's value ends here. */
    return "UNKNOWN";
}

const char *pier_status_text(pier_status status) {
    switch (status) {
#define STATUS_TEXT(name, value, text)                                                                                 \
    case PIER_##name:                                                                                                  \
        return text;
        PIER_STATUS_TABLE(STATUS_TEXT)
#undef STATUS_TEXT
    }
    return "the status is unknown";
}

pier_status_category pier_status_category_of(pier_status status) {
    int value = (int)status;
    if (value == 0) {
        return PIER_CATEGORY_DONE;
    }
    if (value > 0) {
        return PIER_CATEGORY_NOT_NOW;
    }
    switch (value / 100) {
    case -2:
        return PIER_CATEGORY_MEMORY;
    case -3:
        return PIER_CATEGORY_SYSTEM;
    case -4:
        return PIER_CATEGORY_PROTOCOL;
    case -5:
        return PIER_CATEGORY_LIMIT;
    case -6:
        return PIER_CATEGORY_CORRUPT;
    default:
        /* A negative value outside every category can only come from a program that made it up. */
        return PIER_CATEGORY_USAGE;
    }
}
