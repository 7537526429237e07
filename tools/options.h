/* The arguments of a command: options and operands, nearly always one.
 *
 * Part of the command. An option is a flag (`--echo`), takes a number or a text (`--count 3`, `--count=3`), or may have
 * a level of compression (`--compress`, `--compress=9`). Options and operands come in any order; `--` ends the options;
 * the last of two equal options counts, unless it takes several. `-` alone is an
 * operand. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stddef.h>
#include <stdint.h>

typedef enum option_kind { OPTION_FLAG, OPTION_NUMBER, OPTION_TEXT, OPTION_TEXTS, OPTION_LEVEL } option_kind;

/* What zlib takes for the best bargain, where no level is told. */
#define OPTION_LEVEL_DEFAULT 6

/* What an option has that may be given several times. */
enum { OPTION_TEXTS_MAX = 32 };
typedef struct option_texts {
    const char *texts[OPTION_TEXTS_MAX];
    size_t count;
} option_texts;

typedef struct option_spec {
    const char *name; /* with its dashes */
    option_kind kind;
    void *target;    /* bool, uint64_t, const char *, option_texts or, for a level, uint32_t, by kind */
    uint64_t lowest; /* of a number */
    uint64_t highest;
} option_spec;

/* What every command takes. */
typedef struct common_options {
    uint64_t record_bytes_max;
    uint64_t timeout_ms; /* 0: not given */
} common_options;

/* The two specs of `common_options *common`, for the table of a command. */
#define OPTIONS_COMMON(common)                                                                                         \
    {"--record-max", OPTION_NUMBER, &(common)->record_bytes_max, 1, PIER_RECORD_BYTES_MAX_HIGHEST}, {                  \
        "--timeout", OPTION_NUMBER, &(common)->timeout_ms, 1, INT32_MAX                                                \
    }

/* What they say about themselves in --help. */
#define OPTIONS_COMMON_HELP                                                                                            \
    "  --record-max BYTES   largest record, 1 to 1073741824 (16777216)\n"                                              \
    "  --help               this text\n"

/* Reads the arguments behind the name of the command.
 * operand_name: as in the help, ENDPOINT for instance; one in brackets may be left out. operand: gets the operand.
 * Returns -1 to go on; otherwise what to exit with: --help was asked for and is printed, or the arguments are wrong,
 * and that is told. */
int options_read(const char *command, const char *help, int argc, char **argv, const option_spec *specs,
                 size_t spec_count, const char *operand_name, const char **operand);

/* As options_read, for a command with several operands, all of which must be there. */
int options_read_operands(const char *command, const char *help, int argc, char **argv, const option_spec *specs,
                          size_t spec_count, const char *const *operand_names, const char **operands,
                          size_t operand_count);

/* Prints help or version on standard output. Returns what to exit with. */
int options_print(const char *command, const char *text);

/* Tells a wrong use of the command, "" when it is not known yet. Returns EXIT_USAGE. */
int options_refuse(const char *command, const char *why, const char *what);

#endif
