/* What name servers answered, read from the packets that pass: c-ares tells only how a look-up ended, not which server
 * did what.
 *
 * Floor 1 (address). Knows neither c-ares nor the system. Serves the thread of its look-up. */
#include <stdio.h>
#include <string.h>

#include "address/dns_internal.h"
#include "base/endian_internal.h"
#include "base/os_error_internal.h"

/* The header of a message (RFC 1035, section 4.1.1): id, flags, four counts. */
enum { HEADER_BYTES = 12, FLAG_ANSWER = 0x80, FLAG_CUT = 0x02 };

/* The longest datagram of those who did not agree on more (RFC 1035, section 4.2.1). */
enum { DATAGRAM_BYTES = 512 };

/* Types of the questions, and the class of the Internet. */
enum { TYPE_A = 1, TYPE_AAAA = 28, CLASS_IN = 1 };

static const char *const question_names[PIER__DNS_QUESTIONS] = {"A", "AAAA"};

/* Writes a name as labels with their lengths. Returns the size; 0 when a label is none. */
static size_t write_labels(const char *name, uint8_t *bytes) {
    size_t size = 0;
    while (*name != '\0') {
        size_t label = strcspn(name, ".");
        if (label == 0 || label > 63 || size + 1 + label + 1 + 4 > PIER__DNS_QUESTION_BYTES) {
            return 0;
        }
        bytes[size] = (uint8_t)label;
        memcpy(bytes + size + 1, name, label);
        size += 1 + label;
        name += label + (name[label] == '.');
    }
    bytes[size] = 0;
    return size + 1;
}

void pier__dns_report_begin(pier__dns_report *report, const char *name, const bool is_asked[PIER__DNS_QUESTIONS]) {
    static const uint16_t types[PIER__DNS_QUESTIONS] = {TYPE_A, TYPE_AAAA};
    for (size_t question = 0; question < PIER__DNS_QUESTIONS; question++) {
        uint8_t *bytes = report->questions[question];
        size_t size = write_labels(name, bytes);
        if (size > 0) {
            pier__store_be16(bytes + size, types[question]);
            pier__store_be16(bytes + size + 2, CLASS_IN);
        }
        report->question_bytes = size > 0 ? size + 4 : 0;
        report->is_asked[question] = is_asked[question];
        report->has_id[question] = false;
        report->last_answerer[question] = report->server_count;
        for (size_t server = 0; server < report->server_count; server++) {
            report->servers[server].asked[question] = (pier__dns_asked){.outcome = PIER__DNS_UNASKED};
        }
    }
}

static uint8_t lower(uint8_t byte) {
    return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
}

/* Returns which question stands behind the header of a packet; PIER__DNS_QUESTIONS for none. A server may change the
 * case of letters. */
static size_t find_question(const pier__dns_report *report, const uint8_t *packet, size_t size) {
    for (size_t question = 0; question < PIER__DNS_QUESTIONS; question++) {
        const uint8_t *bytes = report->questions[question];
        size_t same = 0;
        if (!report->is_asked[question] || report->question_bytes == 0 ||
            size < HEADER_BYTES + report->question_bytes) {
            continue;
        }
        while (same < report->question_bytes && lower(packet[HEADER_BYTES + same]) == lower(bytes[same])) {
            same++;
        }
        if (same == report->question_bytes) {
            return question;
        }
    }
    return PIER__DNS_QUESTIONS;
}

void pier__dns_report_sent(pier__dns_report *report, size_t server, const uint8_t *packet, size_t size) {
    size_t question = find_question(report, packet, size);
    if (question == PIER__DNS_QUESTIONS) {
        return;
    }
    pier__dns_asked *asked = &report->servers[server].asked[question];
    memcpy(report->ids[question], packet, 2);
    report->has_id[question] = true;
    if (asked->outcome == PIER__DNS_UNASKED) {
        asked->outcome = PIER__DNS_SILENT;
    }
}

/* Something came that is no answer: whatever still waits for one from this server has seen only that. */
static void note_stray(pier__dns_server *server) {
    for (size_t question = 0; question < PIER__DNS_QUESTIONS; question++) {
        if (server->asked[question].outcome == PIER__DNS_SILENT) {
            server->asked[question].outcome = PIER__DNS_STRAY;
        }
    }
}

void pier__dns_report_got(pier__dns_report *report, size_t server, const uint8_t *packet, size_t size, bool is_stream) {
    size_t question = find_question(report, packet, size);
    if (question == PIER__DNS_QUESTIONS || (packet[2] & FLAG_ANSWER) == 0 ||
        (report->has_id[question] && memcmp(packet, report->ids[question], 2) != 0)) {
        note_stray(&report->servers[server]);
        return;
    }
    pier__dns_asked *asked = &report->servers[server].asked[question];
    uint32_t rcode = packet[3] & 0x0Fu;
    asked->outcome = PIER__DNS_ANSWERED;
    asked->rcode = rcode;
    if (((packet[2] & FLAG_CUT) != 0 || size > DATAGRAM_BYTES) && !is_stream) {
        asked->outcome = PIER__DNS_CUT;
    } else if (rcode != 0) {
        asked->outcome = PIER__DNS_REJECTED;
    }
    report->last_answerer[question] = server;
}

void pier__dns_report_failed(pier__dns_report *report, size_t server, int os_error) {
    for (size_t question = 0; question < PIER__DNS_QUESTIONS; question++) {
        pier__dns_asked *asked = &report->servers[server].asked[question];
        if (report->is_asked[question] && (asked->outcome <= PIER__DNS_STRAY || asked->outcome == PIER__DNS_FAILED)) {
            asked->outcome = PIER__DNS_FAILED;
            asked->os_error = os_error;
        }
    }
}

void pier__dns_report_verdict(pier__dns_report *report, size_t question, pier__dns_outcome outcome) {
    size_t server = report->last_answerer[question];
    if (server == report->server_count) {
        return;
    }
    pier__dns_asked *asked = &report->servers[server].asked[question];
    if (asked->outcome == PIER__DNS_ANSWERED || asked->outcome == PIER__DNS_CUT) {
        asked->outcome = outcome;
    }
}

bool pier__dns_report_is_cut(const pier__dns_report *report, size_t question) {
    for (size_t server = 0; server < report->server_count; server++) {
        if (report->servers[server].asked[question].outcome == PIER__DNS_CUT) {
            return true;
        }
    }
    return false;
}

/* Text that grows in the caller's buffer and stops when that is full. */
typedef struct report_text {
    char *buffer;
    size_t capacity_bytes;
    size_t length;
} report_text;

static void append(report_text *text, const char *what) {
    size_t left = text->capacity_bytes - text->length;
    int written = snprintf(text->buffer + text->length, left, "%s", what);
    text->length += (size_t)written < left ? (size_t)written : left - 1;
}

/* Writes an error of RFC 1035 by its name. */
static const char *rcode_words(uint32_t rcode, char words[32]) {
    static const char *const names[] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"};
    if (rcode < sizeof names / sizeof names[0]) {
        (void)snprintf(words, 32, "answered %s", names[rcode]);
    } else {
        (void)snprintf(words, 32, "answered error %u", (unsigned)rcode);
    }
    return words;
}

static void append_outcome(report_text *text, const pier__dns_asked *asked) {
    char words[PIER__OS_WORDS_BYTES];
    switch (asked->outcome) {
    case PIER__DNS_STRAY:
        append(text, "sent what is no answer to the question");
        break;
    case PIER__DNS_FAILED:
        append(text, "cannot be asked: ");
        append(text, pier__os_words(asked->os_error, words));
        break;
    case PIER__DNS_CUT:
        append(text, "has more to say than a datagram holds, and did not say it over TCP");
        break;
    case PIER__DNS_MALFORMED:
        append(text, "answered what cannot be read");
        break;
    case PIER__DNS_REJECTED:
        append(text, rcode_words(asked->rcode, words));
        break;
    case PIER__DNS_EMPTY:
        append(text, "answered that there is none");
        break;
    case PIER__DNS_ANSWERED:
        append(text, "answered");
        break;
    case PIER__DNS_UNASKED:
    case PIER__DNS_SILENT:
    default:
        append(text, "did not answer");
        break;
    }
}

/* Returns whether both questions ended alike, so that one phrase says it. */
static bool ended_alike(const pier__dns_asked *left, const pier__dns_asked *right) {
    return left->outcome == right->outcome && left->rcode == right->rcode && left->os_error == right->os_error;
}

static void append_server(report_text *text, const pier__dns_report *report, const pier__dns_server *server) {
    char address[PIER_ADDRESS_TEXT_BYTES_MAX];
    bool is_alike = ended_alike(&server->asked[0], &server->asked[1]);
    const char *between = "";
    (void)pier_address_format(&server->address, address, sizeof address);
    /* Everybody knows that names are asked for over UDP. */
    append(text, address + strlen("udp://"));
    append(text, " ");
    for (size_t question = 0; question < PIER__DNS_QUESTIONS; question++) {
        if (server->asked[question].outcome == PIER__DNS_UNASKED || !report->is_asked[question]) {
            continue;
        }
        append(text, between);
        append_outcome(text, &server->asked[question]);
        if (is_alike) {
            return;
        }
        if (report->is_asked[0] && report->is_asked[1]) {
            append(text, " (");
            append(text, question_names[question]);
            append(text, ")");
        }
        between = ", ";
    }
}

void pier__dns_report_words(const pier__dns_report *report, char *words, size_t capacity_bytes) {
    report_text text = {words, capacity_bytes, 0};
    const char *between = "";
    words[0] = '\0';
    for (size_t i = 0; i < report->server_count; i++) {
        const pier__dns_server *server = &report->servers[i];
        if (server->asked[0].outcome != PIER__DNS_UNASKED || server->asked[1].outcome != PIER__DNS_UNASKED) {
            append(&text, between);
            append_server(&text, report, server);
            between = "; ";
        }
    }
    if (text.length == 0) {
        append(&text, "no name server was asked");
    }
}

pier_status pier__dns_report_status(const pier__dns_report *report, int *os_error) {
    bool has_outcome[PIER__DNS_ANSWERED + 1] = {false};
    *os_error = report->os_error;
    for (size_t i = 0; i < report->server_count; i++) {
        for (size_t question = 0; question < PIER__DNS_QUESTIONS; question++) {
            const pier__dns_asked *asked = &report->servers[i].asked[question];
            has_outcome[asked->outcome] = true;
            if (asked->outcome == PIER__DNS_FAILED && *os_error == 0) {
                *os_error = asked->os_error;
            }
        }
    }
    if (report->os_error != 0) {
        /* No socket could be made: that is this machine's trouble, whatever the servers would have said. */
        return pier__os_failure(report->os_error);
    }
    if (has_outcome[PIER__DNS_REJECTED]) {
        return PIER_SYSTEM;
    }
    if (has_outcome[PIER__DNS_MALFORMED] || has_outcome[PIER__DNS_CUT]) {
        return PIER_PROTOCOL;
    }
    return PIER_UNREACHABLE;
}
