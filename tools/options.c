/* The arguments of a command: see options.h. */
#include "options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <pier/archive.h>

#include "report.h"

int options_refuse(const char *command, const char *why, const char *what) {
    return report(command, PIER_USAGE, "%s%s (pier %s%s--help tells more)", why, what, command,
                  command[0] != '\0' ? " " : "");
}

int options_print(const char *command, const char *text) {
    if (fputs(text, stdout) == EOF || fflush(stdout) == EOF) {
        return report_errno(command, errno, "standard output");
    }
    return EXIT_DONE;
}

/* Reads a number in decimal digits and nothing else. */
static bool read_number(const char *text, uint64_t *number) {
    *number = 0;
    if (text[0] == '\0') {
        return false;
    }
    for (; *text != '\0'; text++) {
        uint64_t digit = (uint64_t)(*text - '0');
        if (*text < '0' || *text > '9' || *number > (UINT64_MAX - digit) / 10) {
            return false;
        }
        *number = *number * 10 + digit;
    }
    return true;
}

/* Finds the spec whose name is the first `size` bytes of `text`. */
static const option_spec *find(const option_spec *specs, size_t count, const char *text, size_t size) {
    for (size_t i = 0; i < count; i++) {
        if (strlen(specs[i].name) == size && memcmp(specs[i].name, text, size) == 0) {
            return &specs[i];
        }
    }
    return NULL;
}

static int set_number(const char *command, const option_spec *spec, const char *text) {
    uint64_t number;
    if (!read_number(text, &number) || number < spec->lowest || number > spec->highest) {
        char why[128];
        (void)snprintf(why, sizeof(why), "%s takes a number from %" PRIu64 " to %" PRIu64 ", not ", spec->name,
                       spec->lowest, spec->highest);
        return options_refuse(command, why, text[0] == '\0' ? "nothing" : text);
    }
    *(uint64_t *)spec->target = number;
    return -1;
}

/* A level is told behind the equals sign alone: what follows otherwise is the operand. */
static int set_level(const char *command, const option_spec *spec, const char *text) {
    uint64_t level = OPTION_LEVEL_DEFAULT;
    option_spec number = {spec->name, OPTION_NUMBER, &level, 1, PIER_COMPRESSION_LEVEL_HIGHEST};
    int taken = text != NULL ? set_number(command, &number, text) : -1;
    *(uint32_t *)spec->target = (uint32_t)level;
    return taken;
}

static int add_text(const char *command, const option_spec *spec, const char *text) {
    option_texts *texts = (option_texts *)spec->target;
    if (texts->count == OPTION_TEXTS_MAX) {
        return options_refuse(command, "too often: ", spec->name);
    }
    texts->texts[texts->count++] = text;
    return -1;
}

/* Takes the option at argv[*at], and the argument behind it if it needs that. Returns as options_read. */
static int take_option(const char *command, int argc, char **argv, int *at, const option_spec *specs, size_t count) {
    const char *argument = argv[*at];
    const char *equals = strchr(argument, '=');
    size_t size = equals == NULL ? strlen(argument) : (size_t)(equals - argument);
    const option_spec *spec = find(specs, count, argument, size);
    if (spec == NULL) {
        return options_refuse(command, "there is no option ", argument);
    }
    if (spec->kind == OPTION_FLAG) {
        if (equals != NULL) {
            return options_refuse(command, "no value is taken by ", spec->name);
        }
        *(bool *)spec->target = true;
        return -1;
    }
    const char *value = equals == NULL ? NULL : equals + 1;
    if (spec->kind == OPTION_LEVEL) {
        return set_level(command, spec, value);
    }
    if (value == NULL && *at + 1 < argc) {
        value = argv[++*at];
    }
    if (value == NULL) {
        return options_refuse(command, "a value is missing behind ", spec->name);
    }
    if (spec->kind == OPTION_NUMBER) {
        return set_number(command, spec, value);
    }
    if (spec->kind == OPTION_TEXTS) {
        return add_text(command, spec, value);
    }
    *(const char **)spec->target = value;
    return -1;
}

int options_read(const char *command, const char *help, int argc, char **argv, const option_spec *specs,
                 size_t spec_count, const char *operand_name, const char **operand) {
    return options_read_operands(command, help, argc, argv, specs, spec_count, &operand_name, operand, 1);
}

/* Tells which operand is missing or empty. Returns as options_read. */
static int check_operands(const char *command, const char *const *names, const char **operands, size_t count) {
    for (size_t i = 0; i < count; i++) {
        bool may_lack = names[i][0] == '[';
        if ((operands[i] == NULL && !may_lack) || (operands[i] != NULL && operands[i][0] == '\0')) {
            return options_refuse(command, operands[i] == NULL ? "missing: " : "empty: ", names[i]);
        }
    }
    return -1;
}

int options_read_operands(const char *command, const char *help, int argc, char **argv, const option_spec *specs,
                          size_t spec_count, const char *const *operand_names, const char **operands,
                          size_t operand_count) {
    bool options_are_over = false;
    size_t found = 0;
    for (size_t i = 0; i < operand_count; i++) {
        operands[i] = NULL;
    }
    for (int at = 0; at < argc; at++) {
        const char *argument = argv[at];
        bool is_option = !options_are_over && argument[0] == '-' && argument[1] != '\0';
        if (is_option && strcmp(argument, "--help") == 0) {
            return options_print(command, help);
        }
        if (is_option && strcmp(argument, "--") == 0) {
            options_are_over = true;
        } else if (is_option) {
            int taken = take_option(command, argc, argv, &at, specs, spec_count);
            if (taken >= 0) {
                return taken;
            }
        } else if (found == operand_count) {
            return options_refuse(command, "one argument too many: ", argument);
        } else {
            operands[found++] = argument;
        }
    }
    return check_operands(command, operand_names, operands, operand_count);
}
