/* Lists of networks that are allowed or denied.
 *
 * Floor 1 (address). Knows nothing of sockets. Adding serves one thread, asking any number of them. */
#include <pier/access.h>

#include <string.h>

#include "address/endpoint_internal.h"
#include "base/allocator_internal.h"
#include "base/error_internal.h"

typedef struct access_rule {
    pier_network network;
    bool allows;
} access_rule;

struct pier_access {
    pier_allocator allocator;
    access_rule *rules;
    size_t count;
    size_t capacity;
    bool allows_otherwise;
};

/* Longer than any text of a network: eight groups with an IPv4 address for the last two, brackets and prefix. */
#define NETWORK_WORD_BYTES 64

static bool is_verdict(pier_verdict verdict) {
    return verdict == PIER_ALLOW || verdict == PIER_DENY;
}

static pier_status fail(pier_error *error, pier_status status, const char *words) {
    return pier__error_set(error, status, PIER_FLOOR_ADDRESS, 0, "%s", words);
}

pier_status pier_access_create(pier_access **out, pier_verdict otherwise, const pier_allocator *allocator,
                               pier_error *error) {
    if (out != NULL) {
        *out = NULL;
    }
    if (out == NULL || !is_verdict(otherwise)) {
        return fail(error, PIER_USAGE, "out may not be NULL, and otherwise is PIER_ALLOW or PIER_DENY");
    }
    pier_allocator chosen = pier__allocator_choose(allocator);
    pier_access *access = (pier_access *)pier__allocate(&chosen, sizeof *access);
    if (access == NULL) {
        return fail(error, PIER_NO_MEMORY, "no memory for a list of rules");
    }
    *access = (pier_access){.allocator = chosen, .allows_otherwise = otherwise == PIER_ALLOW};
    *out = access;
    return PIER_OK;
}

void pier_access_destroy(pier_access *access) {
    if (access != NULL) {
        pier_allocator allocator = access->allocator;
        pier__release(&allocator, access->rules, access->capacity * sizeof *access->rules);
        pier__release(&allocator, access, sizeof *access);
    }
}

/* Makes room for one more rule. */
static pier_status reserve(pier_access *access, pier_error *error) {
    if (access->count == PIER_ACCESS_RULES_MAX) {
        return fail(error, PIER_LIMIT, "a list has 65,536 rules at most");
    }
    if (access->count < access->capacity) {
        return PIER_OK;
    }
    size_t capacity = access->capacity == 0 ? 8 : access->capacity * 2;
    access_rule *rules = (access_rule *)pier__reallocate(&access->allocator, access->rules,
                                                         access->capacity * sizeof *rules, capacity * sizeof *rules);
    if (rules == NULL) {
        return fail(error, PIER_NO_MEMORY, "no memory for another rule");
    }
    access->rules = rules;
    access->capacity = capacity;
    return PIER_OK;
}

pier_status pier_access_add(pier_access *access, pier_verdict verdict, const pier_network *network, pier_error *error) {
    if (access == NULL || network == NULL || network->family == PIER_FAMILY_NONE || !is_verdict(verdict)) {
        return fail(error, PIER_USAGE, "a rule needs a list, a network, and PIER_ALLOW or PIER_DENY");
    }
    pier_status status = reserve(access, error);
    if (status == PIER_OK) {
        access->rules[access->count++] = (access_rule){*network, verdict == PIER_ALLOW};
    }
    return status;
}

/* Returns the place behind blanks. */
static size_t skip_blanks(const char *text, size_t position) {
    return position + strspn(text + position, " \t\r");
}

/* Reads `allow` or `deny` with a blank behind it; `*position` moves behind both. */
static bool read_verdict(const char *text, size_t *position, pier_verdict *verdict) {
    size_t size = strcspn(text + *position, " \t\r,#\n");
    const char *word = text + *position;
    if (size == 5 && memcmp(word, "allow", size) == 0) {
        *verdict = PIER_ALLOW;
    } else if (size == 4 && memcmp(word, "deny", size) == 0) {
        *verdict = PIER_DENY;
    } else {
        return false;
    }
    *position = skip_blanks(text, *position + size);
    return true;
}

/* Reads one rule and appends it; `*position` moves behind it. */
static pier_status add_rule(pier_access *access, const char *text, size_t *position, pier_error *error) {
    pier_verdict verdict = PIER_DENY;
    char word[NETWORK_WORD_BYTES];
    pier_network network;
    if (!read_verdict(text, position, &verdict)) {
        return pier__endpoint_fail(error, *position, "a rule begins with `allow` or `deny`");
    }
    size_t size = strcspn(text + *position, " \t\r,#\n");
    if (size >= sizeof word) {
        return pier__endpoint_fail(error, *position, "no network is that long; 10.0.0.0/8 is one, for instance");
    }
    memcpy(word, text + *position, size);
    word[size] = '\0';
    pier_status status = pier_network_parse(word, &network, error);
    if (status != PIER_OK) {
        if (error != NULL) {
            error->offset += *position;
        }
        return status;
    }
    *position = skip_blanks(text, *position + size);
    if (strchr(",#\n", text[*position]) == NULL) {
        return pier__endpoint_fail(error, *position, "a comma or the end of the line must follow a rule");
    }
    return pier_access_add(access, verdict, &network, error);
}

pier_status pier_access_add_text(pier_access *access, const char *text, pier_error *error) {
    size_t position = 0;
    if (access == NULL || text == NULL) {
        return fail(error, PIER_USAGE, "the list and text may not be NULL");
    }
    size_t count_before = access->count;
    for (;;) {
        position = skip_blanks(text, position);
        if (text[position] == '#') {
            position += strcspn(text + position, "\n");
        }
        if (text[position] == '\0') {
            return PIER_OK;
        }
        if (text[position] == ',' || text[position] == '\n') {
            position++;
            continue;
        }
        pier_status status = add_rule(access, text, &position, error);
        if (status != PIER_OK) {
            access->count = count_before;
            return status;
        }
    }
}

size_t pier_access_count(const pier_access *access) {
    return access->count;
}

bool pier_access_allows(const pier_access *access, const pier_address *address, size_t *rule) {
    size_t i = 0;
    while (i < access->count && !pier_network_contains(&access->rules[i].network, address)) {
        i++;
    }
    if (rule != NULL) {
        *rule = i;
    }
    return i < access->count ? access->rules[i].allows : access->allows_otherwise;
}
