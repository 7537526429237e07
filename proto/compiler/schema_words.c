/* Words that cannot be names in C, or only with an underscore behind them. */
#include <stdlib.h>
#include <string.h>

#include "schema_internal.h"

/* What C and C++ keep for themselves, macros that system headers are known for, and the types that members have. By
 * ascending bytes, as the others: searched by halves. */
static const char *const reserved[] = {
    "EOF",
    "FALSE",
    "NULL",
    "TRUE",
    "_Alignas",
    "_Alignof",
    "_Atomic",
    "_Bool",
    "_Complex",
    "_Generic",
    "_Imaginary",
    "_Noreturn",
    "_Static_assert",
    "_Thread_local",
    "alignas",
    "alignof",
    "and",
    "and_eq",
    "asm",
    "assert",
    "auto",
    "bitand",
    "bitor",
    "bool",
    "break",
    "case",
    "catch",
    "char",
    "char16_t",
    "char32_t",
    "char8_t",
    "class",
    "co_await",
    "co_return",
    "co_yield",
    "compl",
    "concept",
    "const",
    "const_cast",
    "consteval",
    "constexpr",
    "constinit",
    "continue",
    "decltype",
    "default",
    "delete",
    "do",
    "double",
    "dynamic_cast",
    "else",
    "enum",
    "errno",
    "explicit",
    "export",
    "extern",
    "false",
    "float",
    "for",
    "friend",
    "goto",
    "i386",
    "if",
    "inline",
    "int",
    "int16_t",
    "int32_t",
    "int64_t",
    "int8_t",
    "linux",
    "long",
    "mutable",
    "namespace",
    "new",
    "noexcept",
    "not",
    "not_eq",
    "nullptr",
    "offsetof",
    "operator",
    "or",
    "or_eq",
    "pier_any",
    "pier_bytes",
    "pier_duration",
    "pier_text",
    "pier_time",
    "private",
    "protected",
    "public",
    "register",
    "reinterpret_cast",
    "requires",
    "restrict",
    "return",
    "short",
    "signed",
    "size_t",
    "sizeof",
    "static",
    "static_assert",
    "static_cast",
    "stderr",
    "stdin",
    "stdout",
    "struct",
    "switch",
    "template",
    "this",
    "thread_local",
    "throw",
    "true",
    "try",
    "typedef",
    "typeid",
    "typename",
    "typeof",
    "uint16_t",
    "uint32_t",
    "uint64_t",
    "uint8_t",
    "union",
    "unix",
    "unsigned",
    "using",
    "virtual",
    "void",
    "volatile",
    "wchar_t",
    "while",
    "xor",
    "xor_eq",
};

/* Functions of the C library, with which a type cannot share its name. */
static const char *const functions[] = {
    "abort",     "abs",       "accept",   "access",  "acos",      "acosh",    "alarm",     "asin",      "asinh",
    "atan",      "atan2",     "atanh",    "atof",    "atoi",      "atol",     "basename",  "bcmp",      "bcopy",
    "bind",      "brk",       "bsearch",  "bzero",   "calloc",    "cbrt",     "ceil",      "chdir",     "chmod",
    "chown",     "clearerr",  "clock",    "close",   "connect",   "copysign", "cos",       "cosh",      "creat",
    "ctime",     "daemon",    "difftime", "div",     "dprintf",   "dup",      "dup2",      "erf",       "erfc",
    "execl",     "execv",     "exit",     "exp",     "exp2",      "expm1",    "fabs",      "fchdir",    "fclose",
    "fdim",      "fdopen",    "feof",     "ferror",  "fflush",    "ffs",      "fgetc",     "fgets",     "fileno",
    "floor",     "fma",       "fmax",     "fmin",    "fmod",      "fopen",    "fork",      "fpathconf", "fprintf",
    "fputc",     "fputs",     "fread",    "free",    "freopen",   "frexp",    "fscanf",    "fseek",     "fsync",
    "ftell",     "ftruncate", "fwrite",   "gamma",   "getc",      "getchar",  "getcwd",    "getdelim",  "getenv",
    "getline",   "getopt",    "getpid",   "gets",    "getuid",    "gmtime",   "hypot",     "ilogb",     "index",
    "ioctl",     "isatty",    "j0",       "j1",      "jn",        "kill",     "labs",      "ldexp",     "ldiv",
    "lgamma",    "link",      "listen",   "llabs",   "localtime", "lockf",    "log",       "log10",     "log1p",
    "log2",      "logb",      "lrand48",  "lrint",   "lround",    "lseek",    "main",      "malloc",    "mblen",
    "memchr",    "memcmp",    "memcpy",   "memmove", "memset",    "mkdir",    "mkstemp",   "mktime",    "modf",
    "nan",       "nearbyint", "nice",     "open",    "pathconf",  "pause",    "perror",    "pipe",      "poll",
    "popen",     "pow",       "pread",    "printf",  "psignal",   "putc",     "putchar",   "putenv",    "puts",
    "pwrite",    "qsort",     "raise",    "rand",    "random",    "read",     "readlink",  "realloc",   "recv",
    "remainder", "remove",    "rename",   "rewind",  "rindex",    "rint",     "rmdir",     "round",     "sbrk",
    "scanf",     "select",    "send",     "setenv",  "setjmp",    "shutdown", "sigaction", "signal",    "sin",
    "sinh",      "sleep",     "snprintf", "socket",  "sprintf",   "sqrt",     "srand",     "srandom",   "sscanf",
    "stat",      "stpcpy",    "strcat",   "strchr",  "strcmp",    "strcpy",   "strdup",    "strlen",    "strncat",
    "strncmp",   "strncpy",   "strrchr",  "strstr",  "strtod",    "strtok",   "strtol",    "swab",      "symlink",
    "sync",      "syscall",   "system",   "tan",     "tanh",      "tempnam",  "tgamma",    "time",      "times",
    "tmpfile",   "tmpnam",    "tolower",  "toupper", "trunc",     "truncate", "ttyname",   "tzname",    "tzset",
    "umask",     "ungetc",    "unlink",   "usleep",  "utime",     "vfork",    "vfprintf",  "vprintf",   "wait",
    "write",     "y0",        "y1",       "yn",
};

static int compare_names(const void *one, const void *other) {
    return strcmp((const char *)one, *(const char *const *)other);
}

static bool is_among(const char *name, const char *const *list, size_t count) {
    return bsearch(name, list, count, sizeof list[0], compare_names) != NULL;
}

bool schema__is_identifier(const char *name) {
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
    return length != 0 && name[length] == '\0' && (name[0] < '0' || name[0] > '9');
}

const char *schema__safe_name(schema *owner, const char *name) {
    if (!schema__is_identifier(name)) {
        return NULL;
    }
    bool is_reserved = is_among(name, reserved, sizeof reserved / sizeof reserved[0]);
    return is_reserved ? schema__print(owner, "%s_", name) : name;
}

const char *schema__safe_type_name(schema *owner, const char *name) {
    bool is_function = is_among(name, functions, sizeof functions / sizeof functions[0]);
    return is_function ? schema__print(owner, "%s_", name) : schema__safe_name(owner, name);
}
