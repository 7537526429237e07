/* The versions: of the headers, of the library, of the wire.
 *
 * Floor 0 (base). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include <pier/version.h>

static void the_library_is_the_one_of_the_headers(void **state) {
    (void)state;
    char text[64];
    (void)snprintf(text, sizeof text, "%d.%d.%d", PIER_VERSION_MAJOR, PIER_VERSION_MINOR, PIER_VERSION_PATCH);
    assert_string_equal(pier_version(), text);
    assert_string_equal(pier_version(), PIER_VERSION_TEXT);
    /* What CMake's project() says reaches the library unchanged. */
    assert_string_equal(pier_version(), PROJECT_VERSION_TEXT);
}

static void the_wire_has_a_version_of_its_own(void **state) {
    (void)state;
    char text[64];
    (void)snprintf(text, sizeof text, "%d.%d", PIER_WIRE_VERSION_MAJOR, PIER_WIRE_VERSION_MINOR);
    assert_string_equal(pier_wire_version(), text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_library_is_the_one_of_the_headers),
        cmocka_unit_test(the_wire_has_a_version_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
