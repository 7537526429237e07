/* Messages of name servers; see dns_message.h. RFC 1035, section 4, has the layout.
 *
 * Shared by the tests of all floors. */
#include "support/dns_message.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/endian_internal.h"

enum { HEADER_BYTES = 12, TYPE_CNAME = 5, CLASS_IN = 1, TTL_SECONDS = 60 };

bool dns_message_question(const uint8_t *message, size_t size, dns_question *question) {
    size_t position = HEADER_BYTES;
    size_t length = 0;
    if (size < HEADER_BYTES || pier__load_be16(message + 4) != 1) {
        return false;
    }
    while (position < size && message[position] != 0) {
        size_t label = message[position++];
        if (label > 63 || position + label >= size || length + label + 1 >= sizeof question->name) {
            return false;
        }
        if (length > 0) {
            question->name[length++] = '.';
        }
        for (size_t i = 0; i < label; i++) {
            question->name[length++] = (char)tolower(message[position + i]);
        }
        position += label;
    }
    question->name[length] = '\0';
    if (position + 5 > size) {
        return false;
    }
    question->type = pier__load_be16(message + position + 1);
    question->end = position + 5;
    return true;
}

/* A message that grows. */
typedef struct writer {
    uint8_t *bytes;
    size_t size;
    uint16_t answers;
} writer;

static void put(writer *to, const void *bytes, size_t size) {
    if (to->size + size <= DNS_MESSAGE_BYTES_MAX) {
        memcpy(to->bytes + to->size, bytes, size);
        to->size += size;
    }
}

static void put_u16(writer *to, uint32_t number) {
    uint8_t bytes[2];
    pier__store_be16(bytes, (uint16_t)number);
    put(to, bytes, sizeof bytes);
}

static void put_name(writer *to, const char *name, size_t size) {
    while (size > 0) {
        const char *dot = memchr(name, '.', size);
        size_t label = dot != NULL ? (size_t)(dot - name) : size;
        uint8_t length = (uint8_t)label;
        put(to, &length, 1);
        put(to, name, label);
        size -= label + (dot != NULL);
        name += label + (dot != NULL);
    }
    put(to, "", 1);
}

/* Begins a record; its data must follow. */
static void put_record(writer *to, const char *name, size_t name_bytes, uint16_t type, size_t data_bytes) {
    put_name(to, name, name_bytes);
    put_u16(to, type);
    put_u16(to, CLASS_IN);
    put_u16(to, 0);
    put_u16(to, TTL_SECONDS);
    put_u16(to, (uint32_t)data_bytes);
    to->answers++;
}

/* Appends the chain of aliases; `*name` becomes the last of them. */
static void put_aliases(writer *to, const char *aliases, const char **name, size_t *name_bytes) {
    while (aliases != NULL && *aliases != '\0') {
        size_t size = strcspn(aliases, " ");
        put_record(to, *name, *name_bytes, TYPE_CNAME, size + 2);
        put_name(to, aliases, size);
        *name = aliases;
        *name_bytes = size;
        aliases += size + strspn(aliases + size, " ");
    }
}

/* Appends one address, if the question is about its family. */
static void put_address(writer *to, const dns_question *question, const char *name, size_t name_bytes,
                        const char *text) {
    uint8_t bytes[16];
    bool is_ipv6 = strchr(text, ':') != NULL;
    if (question->type != (is_ipv6 ? DNS_TYPE_AAAA : DNS_TYPE_A) ||
        inet_pton(is_ipv6 ? AF_INET6 : AF_INET, text, bytes) != 1) {
        return;
    }
    put_record(to, name, name_bytes, question->type, is_ipv6 ? 16 : 4);
    put(to, bytes, is_ipv6 ? 16 : 4);
}

static void put_addresses(writer *to, const dns_question *question, const dns_rule *rule) {
    const char *name = question->name;
    size_t name_bytes = strlen(name);
    const char *next = rule->addresses;
    put_aliases(to, rule->aliases, &name, &name_bytes);
    while (next != NULL && *next != '\0') {
        char text[64];
        size_t size = strcspn(next, " ");
        (void)snprintf(text, sizeof text, "%.*s", (int)size, next);
        put_address(to, question, name, name_bytes, text);
        next += size + strspn(next + size, " ");
    }
    for (uint32_t i = 1; i <= rule->address_count; i++) {
        char text[64];
        (void)snprintf(text, sizeof text, question->type == DNS_TYPE_A ? "10.1.%u.%u" : "fd00::%x:%x",
                       (unsigned)(i >> 8), (unsigned)(i & 0xFF));
        put_address(to, question, name, name_bytes, text);
    }
}

/* Writes an honest answer. */
static void put_answer(writer *to, const uint8_t *message, const dns_question *question, const dns_rule *rule) {
    put(to, message, question->end);
    to->bytes[2] = 0x81; /* an answer, recursion desired */
    to->bytes[3] = (uint8_t)(0x80 | rule->rcode);
    put_addresses(to, question, rule);
    pier__store_be16(to->bytes + 6, to->answers);
    memset(to->bytes + 8, 0, 4);
}

/* Cuts the answer behind the question and says so. */
static void cut_short(writer *to, const dns_question *question) {
    to->bytes[2] |= 0x02;
    memset(to->bytes + 6, 0, 2);
    to->size = question->end;
}

/* Appends an answer whose name is a pointer to itself. */
static void put_loop(writer *to) {
    uint32_t here = (uint32_t)to->size;
    put_u16(to, 0xC000u | here);
    put(to, "\0\1\0\1\0\0\0\0\0\4\1\2\3\4", 14);
    pier__store_be16(to->bytes + 6, 1);
}

static void spoil(writer *to, const dns_question *question, dns_conduct conduct) {
    switch (conduct) {
    case DNS_WRONG_ID:
        to->bytes[0] ^= 0x55;
        break;
    case DNS_WRONG_QUESTION:
        to->bytes[HEADER_BYTES + 1] ^= 0x01;
        break;
    case DNS_NO_ANSWER_FLAG:
        to->bytes[2] &= 0x7F;
        break;
    case DNS_SHORT:
    case DNS_FLOOD:
        to->size = 5;
        break;
    case DNS_BROKEN:
        to->size -= 3;
        break;
    case DNS_LOOP:
        to->size = question->end;
        put_loop(to);
        break;
    case DNS_MANY_CLAIMED:
        memset(to->bytes + 6, 0xFF, 2);
        break;
    case DNS_HUGE:
        memset(to->bytes + to->size, 0, 4000 - to->size);
        to->size = 4000;
        break;
    default:
        break;
    }
}

size_t dns_message_answer(const uint8_t *message, const dns_question *question, const dns_rule *rule, bool is_stream,
                          uint8_t answer[DNS_MESSAGE_BYTES_MAX]) {
    writer to = {answer, 0, 0};
    put_answer(&to, message, question, rule);
    if (rule->conduct >= DNS_CUT && !is_stream) {
        cut_short(&to, question);
    }
    spoil(&to, question, rule->conduct);
    return to.size;
}
