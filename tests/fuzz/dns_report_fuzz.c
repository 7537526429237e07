/* Any bytes as what a name server sends and is sent: the report that is made of them stays whole, and its words end.
 *
 * Floor 1 (address). The first byte says how the rest is cut into packets. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "address/dns_internal.h"

static void check_report(const pier__dns_report *report) {
    char words[PIER__DNS_WORDS_BYTES];
    int os_error = 0;
    memset(words, 'x', sizeof words);
    pier__dns_report_words(report, words, sizeof words);
    FUZZ_REQUIRE(memchr(words, '\0', sizeof words) != NULL && words[0] != '\0');
    pier__dns_report_words(report, words, 20);
    FUZZ_REQUIRE(strlen(words) < 20);
    pier_status status = pier__dns_report_status(report, &os_error);
    FUZZ_REQUIRE(status == PIER_SYSTEM || status == PIER_PROTOCOL || status == PIER_UNREACHABLE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const bool is_asked[PIER__DNS_QUESTIONS] = {true, true};
    pier__dns_server servers[2];
    pier__dns_report report;
    memset(servers, 0, sizeof servers);
    memset(&report, 0, sizeof report);
    for (size_t i = 0; i < 2; i++) {
        FUZZ_REQUIRE(pier_address_parse(i == 0 ? "udp://127.0.0.1:53" : "udp://[::1]:53", &servers[i].address, NULL) ==
                     PIER_OK);
    }
    report.servers = servers;
    report.server_count = 2;
    pier__dns_report_begin(&report, "host.example", is_asked);
    size_t piece = size > 0 ? 1 + (size_t)data[0] : 1;
    for (size_t begin = 1; begin < size; begin += piece) {
        size_t left = size - begin < piece ? size - begin : piece;
        /* A copy of its very size, so that a read behind its end is seen. */
        uint8_t *packet = malloc(left);
        FUZZ_REQUIRE(packet != NULL);
        memcpy(packet, data + begin, left);
        size_t server = begin / piece % 2;
        switch (packet[0] % 4) {
        case 0:
            pier__dns_report_sent(&report, server, packet, left);
            break;
        case 1:
            pier__dns_report_failed(&report, server, packet[0]);
            break;
        case 2:
            pier__dns_report_verdict(&report, server, PIER__DNS_EMPTY);
            break;
        default:
            pier__dns_report_got(&report, server, packet, left, (begin & 1) != 0);
            break;
        }
        free(packet);
        check_report(&report);
    }
    check_report(&report);
    return 0;
}
