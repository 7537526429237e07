/* The versions of the library and of the wire, as text.
 *
 * Floor 0 (base). Has no state: any thread may call it. */
#include <pier/version.h>

#define TEXT_OF(number) #number
#define VERSION_TEXT(major, minor) TEXT_OF(major) "." TEXT_OF(minor)

const char *pier_version(void) {
    return PIER_VERSION_TEXT;
}

const char *pier_wire_version(void) {
    return VERSION_TEXT(PIER_WIRE_VERSION_MAJOR, PIER_WIRE_VERSION_MINOR);
}
