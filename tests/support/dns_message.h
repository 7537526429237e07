/* Messages of name servers, right ones and wrong ones.
 *
 * Shared by the tests of all floors, through dns_server.h. */
#ifndef PIER_TESTS_DNS_MESSAGE_H
#define PIER_TESTS_DNS_MESSAGE_H

#include "support/dns_server.h"

/* The longest message that TCP can carry. */
enum { DNS_MESSAGE_BYTES_MAX = 65535, DNS_NAME_BYTES_MAX = 256 };

/* A question, taken out of a message. */
typedef struct dns_question {
    char name[DNS_NAME_BYTES_MAX]; /* in lower case, without a final dot */
    uint16_t type;
    size_t end; /* of the question in the message */
} dns_question;

/* Reads the first question of a message; returns false when there is none. */
bool dns_message_question(const uint8_t *message, size_t size, dns_question *question);

/* Makes what a rule says of a question, `message`. is_stream: for TCP, where nothing is cut short. Returns the size; 0
 * for an empty datagram. */
size_t dns_message_answer(const uint8_t *message, const dns_question *question, const dns_rule *rule, bool is_stream,
                          uint8_t answer[DNS_MESSAGE_BYTES_MAX]);

#endif
