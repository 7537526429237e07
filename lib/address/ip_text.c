/* Reading and writing IP addresses as text.
 *
 * Floor 1 (address). Knows nothing of endpoints and of the system. Has no state: any thread may call it. */
#include "address/ip_text_internal.h"

#include <stdio.h>
#include <string.h>

#define GROUPS 8

static bool fail(pier__text_fault *fault, size_t offset, const char *words) {
    fault->offset = offset;
    fault->words = words;
    return false;
}

bool pier__number_read(const char *text, size_t size, uint32_t highest, uint32_t *value, pier__text_fault *fault) {
    uint64_t number = 0;
    if (size == 0) {
        return fail(fault, 0, "a number is missing");
    }
    for (size_t i = 0; i < size; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return fail(fault, i, "only decimal digits may stand here");
        }
        if (i == 1 && text[0] == '0') {
            return fail(fault, 0, "a number has no leading zeros");
        }
        number = number * 10 + (uint64_t)(text[i] - '0');
        if (number > highest) {
            return fail(fault, 0, "the number is too large");
        }
    }
    *value = (uint32_t)number;
    return true;
}

bool pier__ipv4_read(const char *text, size_t size, uint8_t bytes[4], pier__text_fault *fault) {
    size_t begin = 0;
    for (size_t part = 0; part < 4; part++) {
        const char *dot = size > begin ? memchr(text + begin, '.', size - begin) : NULL;
        size_t end = dot != NULL && part < 3 ? (size_t)(dot - text) : size;
        if (dot != NULL && part == 3) {
            return fail(fault, (size_t)(dot - text), "an IPv4 address has four numbers");
        }
        uint32_t value = 0;
        if (!pier__number_read(text + begin, end - begin, 255, &value, fault)) {
            fault->offset += begin;
            return false;
        }
        if (end == size && part < 3) {
            return fail(fault, size, "an IPv4 address has four numbers");
        }
        bytes[part] = (uint8_t)value;
        begin = end + 1;
    }
    return true;
}

/* Returns the value of a hexadecimal digit, or -1. */
static int hex_value(char digit) {
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    char lower = (char)(digit | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* An IPv6 address that is being read: the groups before and after `::` lie side by side until the end is known. */
typedef struct ipv6_reading {
    uint16_t groups[GROUPS];
    size_t count;
    size_t gap;        /* how many groups stand before `::`; GROUPS + 1: there is none yet */
    size_t gap_offset; /* where it stands */
} ipv6_reading;

/* Reads one group, or the IPv4 address that may stand for the last two; `*position` moves behind it. */
static bool read_group(const char *text, size_t size, size_t *position, ipv6_reading *reading,
                       pier__text_fault *fault) {
    size_t begin = *position;
    uint32_t value = 0;
    if (reading->count == GROUPS) {
        return fail(fault, begin, "an IPv6 address has eight groups at most");
    }
    for (; *position < size && hex_value(text[*position]) >= 0; ++*position) {
        if (*position == begin + 4) {
            return fail(fault, *position, "a group of an IPv6 address has four digits at most");
        }
        value = value << 4 | (uint32_t)hex_value(text[*position]);
    }
    if (*position<size && * position> begin && text[*position] == '.') {
        uint8_t bytes[4];
        if (reading->count > GROUPS - 2) {
            return fail(fault, begin, "there is no room for an IPv4 address behind seven groups");
        }
        if (!pier__ipv4_read(text + begin, size - begin, bytes, fault)) {
            fault->offset += begin;
            return false;
        }
        reading->groups[reading->count++] = (uint16_t)(bytes[0] << 8 | bytes[1]);
        reading->groups[reading->count++] = (uint16_t)(bytes[2] << 8 | bytes[3]);
        *position = size;
        return true;
    }
    if (*position == begin) {
        return fail(fault, begin, "a group of hexadecimal digits must stand here");
    }
    reading->groups[reading->count++] = (uint16_t)value;
    return true;
}

/* Reads the colon or the two of them that stand between groups; `*position` moves behind. */
static bool read_colons(const char *text, size_t size, size_t *position, ipv6_reading *reading,
                        pier__text_fault *fault) {
    if (text[*position] != ':') {
        return fail(fault, *position, "only hexadecimal digits and colons may stand here");
    }
    ++*position;
    if (*position == size) {
        return fail(fault, *position - 1, "an IPv6 address does not end in a single colon");
    }
    if (text[*position] == ':') {
        if (reading->gap <= GROUPS) {
            return fail(fault, *position, "`::` may stand once");
        }
        reading->gap = reading->count;
        reading->gap_offset = *position - 1;
        ++*position;
    }
    return true;
}

bool pier__ipv6_read(const char *text, size_t size, uint8_t bytes[16], pier__text_fault *fault) {
    ipv6_reading reading = {.gap = GROUPS + 1};
    size_t position = 0;
    if (size == 0) {
        return fail(fault, 0, "an IPv6 address is missing");
    }
    if (size >= 2 && text[0] == ':' && text[1] == ':') {
        reading.gap = 0;
        position = 2;
    }
    while (position < size) {
        if (!read_group(text, size, &position, &reading, fault)) {
            return false;
        }
        if (position < size && !read_colons(text, size, &position, &reading, fault)) {
            return false;
        }
    }
    if (reading.gap > GROUPS && reading.count < GROUPS) {
        return fail(fault, size, "an IPv6 address has eight groups, or fewer and `::`");
    }
    if (reading.gap <= GROUPS && reading.count == GROUPS) {
        return fail(fault, reading.gap_offset, "`::` stands for one group at least");
    }
    size_t missing = GROUPS - reading.count;
    for (size_t i = 0; i < GROUPS; i++) {
        uint16_t group = 0;
        if (i < reading.gap) {
            group = reading.groups[i];
        } else if (i >= reading.gap + missing) {
            group = reading.groups[i - missing];
        }
        bytes[2 * i] = (uint8_t)(group >> 8);
        bytes[2 * i + 1] = (uint8_t)group;
    }
    return true;
}

size_t pier__ipv4_write(const uint8_t bytes[4], char buffer[PIER__IPV4_TEXT_BYTES]) {
    return (size_t)snprintf(buffer, PIER__IPV4_TEXT_BYTES, "%u.%u.%u.%u", (unsigned)bytes[0], (unsigned)bytes[1],
                            (unsigned)bytes[2], (unsigned)bytes[3]);
}

bool pier__ipv6_is_mapped(const uint8_t bytes[16]) {
    static const uint8_t prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    return memcmp(bytes, prefix, sizeof prefix) == 0;
}

/* Finds the longest run of two or more zero groups, the first among equals. Returns its length, 0 for none. */
static size_t find_zero_run(const uint16_t groups[GROUPS], size_t *begin) {
    size_t longest = 1;
    for (size_t i = 0; i < GROUPS; i++) {
        size_t length = 0;
        while (i + length < GROUPS && groups[i + length] == 0) {
            length++;
        }
        if (length > longest) {
            longest = length;
            *begin = i;
        }
    }
    return longest > 1 ? longest : 0;
}

size_t pier__ipv6_write(const uint8_t bytes[16], char buffer[PIER__IPV6_TEXT_BYTES]) {
    if (pier__ipv6_is_mapped(bytes)) {
        memcpy(buffer, "::ffff:", 7);
        return 7 + pier__ipv4_write(bytes + 12, buffer + 7);
    }
    uint16_t groups[GROUPS];
    for (size_t i = 0; i < GROUPS; i++) {
        groups[i] = (uint16_t)(bytes[2 * i] << 8 | bytes[2 * i + 1]);
    }
    size_t run_begin = GROUPS;
    size_t run_length = find_zero_run(groups, &run_begin);
    size_t length = 0;
    for (size_t i = 0; i < GROUPS; i++) {
        if (run_length > 0 && i == run_begin) {
            /* The colon that ends the group before is there already, so one more makes the two. */
            memcpy(buffer + length, "::", 2);
            length += i == 0 ? 2 : 1;
            i += run_length - 1;
            continue;
        }
        const char *colon = i + 1 < GROUPS ? ":" : "";
        length += (size_t)snprintf(buffer + length, PIER__IPV6_TEXT_BYTES - length, "%x%s", (unsigned)groups[i], colon);
    }
    buffer[length] = '\0';
    return length;
}
