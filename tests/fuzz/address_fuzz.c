/* Any text as an address: it is refused with an offset inside the text, or read, written and read again alike.
 *
 * Floor 1 (address). */
#include "fuzz/fuzz.h"

#include <string.h>

#include <pier/address.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1);
    FUZZ_REQUIRE(text != NULL);
    if (size > 0) {
        memcpy(text, data, size);
    }
    text[size] = '\0';

    pier_address address;
    pier_error error;
    pier_status status = pier_address_parse(text, &address, &error);
    if (status != PIER_OK) {
        static const pier_address nothing;
        FUZZ_REQUIRE(status == PIER_ADDRESS || status == PIER_NOT_FOUND);
        FUZZ_REQUIRE(error.status == status && error.text[0] != '\0');
        FUZZ_REQUIRE(error.offset == PIER_NO_OFFSET || error.offset <= strlen(text));
        FUZZ_REQUIRE(pier_address_equal(&address, &nothing));
    } else {
        char written[PIER_ADDRESS_TEXT_BYTES_MAX];
        pier_address again;
        FUZZ_REQUIRE(pier_address_format(&address, written, sizeof written) < sizeof written);
        FUZZ_REQUIRE(pier_address_parse(written, &again, &error) == PIER_OK);
        FUZZ_REQUIRE(pier_address_equal(&address, &again));
    }
    free(text);
    return 0;
}
