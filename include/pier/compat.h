/* Comparing two versions of a class: what a program of the one makes of records of the other.
 *
 * Floor 5 (record). A loader does this by itself when it meets a definition that is not its own: docs/versions.md has
 * the table. Here all that differs is listed, both ways, before anything is written: for tests and for checks in CI.
 * Either version is a class of the program or a definition out of a stream. */
#ifndef PIER_COMPAT_H
#define PIER_COMPAT_H

#include <stdbool.h>
#include <stdint.h>

#include <pier/allocator.h>
#include <pier/class.h>
#include <pier/error.h>

/* What becomes of something that differs, from bad to worse. */
typedef enum pier_compat_verdict {
    PIER_COMPAT_LOADS = 0,   /* every record loads */
    PIER_COMPAT_CHECKED = 1, /* records load whose values fit; the others are refused one by one */
    PIER_COMPAT_BREAKS = 2   /* no record loads */
} pier_compat_verdict;

/* One version of a class: one of the two is NULL. A definition does not tell capacities and what is required: it is as
 * if there were none. */
typedef struct pier_compat_side {
    const pier_class *class_of_program;
    const pier_definition *definition; /* of a class, as pier_archive_definition gives it */
} pier_compat_side;

/* Something that differs, seen from the side that loads. All texts are borrowed, for as long as the report runs. */
typedef struct pier_compat_finding {
    bool old_loads; /* the old version loads what the new one stored; otherwise the new one what the old one stored */
    pier_compat_verdict verdict;
    const char *class_name;   /* of the class that loads */
    const char *field;        /* its name where it is loaded, or, if there is none, where it is stored; "": the class */
    uint32_t number;          /* of the field; 0: the class */
    const char *loader_shape; /* what is loaded: "i32", "text of at most 15 bytes"; "": nothing of this number */
    const char *writer_shape; /* what was stored */
    const char *text;         /* what becomes of it, in words: "integers that fit"; never empty */
} pier_compat_finding;

/* Gets one finding. */
typedef void pier_compat_report(const pier_compat_finding *finding, void *user);

/* Lists what differs between two versions of a class and of all that it reaches: first what the new version makes of
 * records of the old one, then the other way round; outer classes before inner ones, fields by ascending number.
 * old_side, new_side: borrowed during the call. allocator: NULL: pier_allocator_default(). report: called for each
 * finding, or NULL; user: handed on to it. worst: NULL, or gets the worst verdict of all; PIER_COMPAT_LOADS when
 * nothing differs. error: NULL, or filled on failure.
 * Returns PIER_OK, however bad the findings are; PIER_USAGE (a side has not exactly one of the two, or its definition
 * is not of a class); PIER_LIMIT (the types meet in more ways than both have fields, eight times); PIER_NO_MEMORY.
 * After a failure findings may have been reported. Does not block. */
PIER_API pier_status pier_compat_find(const pier_compat_side *old_side, const pier_compat_side *new_side,
                                      const pier_allocator *allocator, pier_compat_report *report, void *user,
                                      pier_compat_verdict *worst, pier_error *error) PIER_MUST_USE;

/* Returns the word for a verdict: "loads", "checked", "breaks". The text is static. */
PIER_API const char *pier_compat_verdict_name(pier_compat_verdict verdict);

#endif
