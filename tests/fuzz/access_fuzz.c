/* Any text as a list of rules and as a network: it is refused with an offset inside the text and without effect, or
 * the network is written and read again alike.
 *
 * Floor 1 (address). */
#include "fuzz/fuzz.h"

#include <string.h>

#include <pier/access.h>

static void try_network(const char *text) {
    pier_network network;
    pier_error error;
    if (pier_network_parse(text, &network, &error) != PIER_OK) {
        FUZZ_REQUIRE(error.status == PIER_ADDRESS && error.text[0] != '\0');
        FUZZ_REQUIRE(error.offset <= strlen(text));
        FUZZ_REQUIRE(network.family == PIER_FAMILY_NONE);
        return;
    }
    char written[PIER_NETWORK_TEXT_BYTES_MAX];
    pier_network again;
    FUZZ_REQUIRE(pier_network_format(&network, written, sizeof written) < sizeof written);
    FUZZ_REQUIRE(pier_network_parse(written, &again, &error) == PIER_OK);
    FUZZ_REQUIRE(pier_network_equal(&network, &again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1);
    pier_access *access = NULL;
    pier_error error;
    pier_address peer;
    FUZZ_REQUIRE(text != NULL);
    if (size > 0) {
        memcpy(text, data, size);
    }
    text[size] = '\0';

    FUZZ_REQUIRE(pier_access_create(&access, PIER_DENY, NULL, &error) == PIER_OK);
    FUZZ_REQUIRE(pier_address_parse("10.0.0.1:7000", &peer, &error) == PIER_OK);
    pier_status status = pier_access_add_text(access, text, &error);
    if (status != PIER_OK) {
        FUZZ_REQUIRE(status == PIER_ADDRESS || status == PIER_LIMIT);
        FUZZ_REQUIRE(error.offset == PIER_NO_OFFSET || error.offset <= strlen(text));
        FUZZ_REQUIRE(pier_access_count(access) == 0 && !pier_access_allows(access, &peer, NULL));
    } else {
        size_t rule = 0;
        bool allows = pier_access_allows(access, &peer, &rule);
        FUZZ_REQUIRE(rule <= pier_access_count(access));
        FUZZ_REQUIRE(rule < pier_access_count(access) || !allows);
    }
    pier_access_destroy(access);
    try_network(text);
    free(text);
    return 0;
}
