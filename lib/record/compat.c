/* Comparing two versions of a class; see <pier/compat.h>.
 *
 * Floor 5 (record). The same table decides here as where plans are made (meet.c), and the pairs of types that meet are
 * gone through in the same order, so that what breaks here is what a loader refuses. */
#include <pier/compat.h>

#include <stdio.h>
#include <string.h>

#include "base/error_internal.h"
#include "record/meet_internal.h"
#include "record/record_internal.h"

enum { STEPS_A_FIELD_MAX = 8, SHAPE_BYTES = 96 };

typedef struct comparing {
    pier__pairs pairs;
    pier__buffer oneofs; /* of the pair at work */
    uint64_t steps;      /* fields that were looked at, and pairs */
    pier_compat_report *report;
    void *user;
    bool old_loads;
    pier_compat_verdict worst;
} comparing;

static void tell(comparing *c, pier_compat_finding *finding) {
    finding->old_loads = c->old_loads;
    c->worst = finding->verdict > c->worst ? finding->verdict : c->worst;
    if (c->report != NULL) {
        c->report(finding, c->user);
    }
}

static void tell_class(comparing *c, const pier__pair *pair, pier_compat_verdict verdict, const char *text) {
    pier_compat_finding finding = {.verdict = verdict,
                                   .class_name = pier__side_name(pair->loader),
                                   .field = "",
                                   .loader_shape = pier__side_name(pair->loader),
                                   .writer_shape = pier__side_name(pair->writer),
                                   .text = text};
    tell(c, &finding);
}

/* Tells of a field: `loader` or `writer` may be NULL. */
static void tell_field(comparing *c, const pier__pair *pair, const pier__shape *loader, const pier__shape *writer,
                       pier__verdict verdict, const char *text) {
    char here[SHAPE_BYTES] = "";
    char there[SHAPE_BYTES] = "";
    if (loader != NULL) {
        pier__shape_write(loader, true, here, sizeof here);
    }
    if (writer != NULL) {
        pier__shape_write(writer, true, there, sizeof there);
    }
    pier_compat_finding finding = {.verdict = (pier_compat_verdict)verdict,
                                   .class_name = pier__side_name(pair->loader),
                                   .field = loader != NULL ? loader->name : writer->name,
                                   .number = loader != NULL ? loader->number : writer->number,
                                   .loader_shape = here,
                                   .writer_shape = there,
                                   .text = text};
    tell(c, &finding);
}

/* Returns whether the two names are the same; either may be NULL. */
static bool same_name(const char *one, const char *other) {
    return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

/* What differs in a field that loads as it is; NULL: nothing. */
static const char *find_change(const pier__shape *loader, const pier__shape *writer) {
    uint64_t form = PIER_FIELD_FIXED | PIER_FIELD_TYPED;
    if (loader->kind != writer->kind || ((loader->flags ^ writer->flags) & ~form) != 0) {
        return "every value loads";
    }
    if (loader->flags != writer->flags) {
        return "stored in another form, every value loads";
    }
    if ((loader->oneof == NULL) != (writer->oneof == NULL)) {
        return loader->oneof == NULL ? "no longer of a oneof" : "of a oneof";
    }
    if (!same_name(loader->name, writer->name)) {
        return "renamed: the number counts";
    }
    if (!same_name(loader->type_name, writer->type_name)) {
        return "its type is renamed";
    }
    return same_name(loader->oneof, writer->oneof) ? NULL : "its oneof is renamed";
}

static bool compare_field(comparing *c, const pier__pair *pair, const pier__shape *loader, const pier__shape *writer) {
    pier__meeting meeting = pier__fields_meet(loader, writer);
    if (meeting.verdict == PIER__LOADS && pier__oneofs_rival(&c->oneofs, loader)) {
        meeting.verdict = PIER__CHECKED;
        meeting.remark = "records in which no other field of its oneof is set";
    }
    const char *text = meeting.verdict != PIER__LOADS ? meeting.remark : find_change(loader, writer);
    if (text != NULL) {
        tell_field(c, pair, loader, writer, meeting.verdict, text);
    }
    uint32_t index;
    return meeting.conversion != PIER__AS_RECORD || pier__pairs_add(&c->pairs, loader->type, writer->type, &index);
}

static void compare_alone(comparing *c, const pier__pair *pair, const pier__shape *loader, const pier__shape *writer) {
    pier__meeting meeting = pier__field_alone(loader, writer);
    const char *text = meeting.verdict == PIER__REFUSED ? "required, and not stored"
                       : loader != NULL                 ? "not stored: it has its default"
                                                        : "passed over";
    tell_field(c, pair, loader, writer, meeting.verdict, text);
}

static bool compare_types(comparing *c, uint32_t pair_index) {
    pier__pair pair = pier__pairs_at(&c->pairs, pair_index);
    uint32_t i = 0;
    uint32_t j = 0;
    uint32_t loader_count = pier__side_field_count(pair.loader);
    uint32_t writer_count = pier__side_field_count(pair.writer);
    if (!pier__oneofs_look(&c->oneofs, &pair)) {
        return false;
    }
    while (i < loader_count || j < writer_count) {
        pier__shape loader = {.number = UINT32_MAX};
        pier__shape writer = {.number = UINT32_MAX};
        if (i < loader_count) {
            loader = pier__side_field(pair.loader, i);
        }
        if (j < writer_count) {
            writer = pier__side_field(pair.writer, j);
        }
        if (loader.number == writer.number) {
            if (!compare_field(c, &pair, &loader, &writer)) {
                return false;
            }
        } else {
            bool is_loaders = loader.number < writer.number;
            compare_alone(c, &pair, is_loaders ? &loader : NULL, is_loaders ? NULL : &writer);
        }
        c->steps++;
        i += loader.number <= writer.number;
        j += writer.number <= loader.number;
    }
    uint32_t one;
    uint32_t other;
    if (pier__oneofs_clash(&c->oneofs, &one, &other)) {
        pier__shape loader = pier__side_field(pair.loader, other);
        pier__shape writer = pier__side_field(pair.writer, pier__side_find(pair.writer, loader.number));
        tell_field(c, &pair, &loader, &writer, PIER__REFUSED,
                   "another field of its oneof is in every record of the writer, too");
    }
    return true;
}

static uint32_t version_of(pier__side type) {
    return type.own != NULL ? type.own->version : type.defined->version;
}

/* Compares the roots by name, and all that they reach. */
static pier_status compare(comparing *c, pier__side loader, pier__side writer, uint64_t steps_max, pier_error *error) {
    uint32_t root;
    c->steps = 0;
    bool has_memory = pier__pairs_add(&c->pairs, loader, writer, &root);
    if (has_memory) {
        pier__pair pair = pier__pairs_at(&c->pairs, root);
        if (!same_name(pier__side_name(loader), pier__side_name(writer))) {
            tell_class(c, &pair, PIER_COMPAT_BREAKS, "the class has another name");
        }
        if (version_of(loader) != version_of(writer)) {
            tell_class(c, &pair, PIER_COMPAT_LOADS, "the version differs, which says nothing");
        }
    }
    for (uint32_t i = 0; has_memory && i < c->pairs.count; i++) {
        if (c->steps + c->pairs.count > steps_max) {
            return pier__error_set(error, PIER_LIMIT, PIER_FLOOR_RECORD, 0,
                                   "the types meet in too many ways: more than %llu comparisons of fields",
                                   (unsigned long long)steps_max);
        }
        has_memory = compare_types(c, i);
    }
    return has_memory ? PIER_OK
                      : pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_RECORD, 0, "no memory to compare classes");
}

static pier_status compare_one_way(comparing *c, pier__side loader, pier__side writer, const pier_allocator *allocator,
                                   pier_error *error) {
    uint64_t fields = 0;
    uint64_t other_fields = 0;
    if (!pier__side_count_all(loader, allocator, &fields) || !pier__side_count_all(writer, allocator, &other_fields)) {
        return pier__error_set(error, PIER_NO_MEMORY, PIER_FLOOR_RECORD, 0, "no memory to compare classes");
    }
    pier__pairs_init(&c->pairs, allocator);
    pier__buffer_init(&c->oneofs, allocator);
    pier_status status = compare(c, loader, writer, STEPS_A_FIELD_MAX * (fields + other_fields), error);
    pier__buffer_deinit(&c->oneofs);
    pier__pairs_deinit(&c->pairs);
    return status;
}

static bool side_is_good(const pier_compat_side *side) {
    return (side->class_of_program != NULL) != (side->definition != NULL) &&
           (side->definition == NULL || side->definition->is_class);
}

pier_status pier_compat_find(const pier_compat_side *old_side, const pier_compat_side *new_side,
                             const pier_allocator *allocator, pier_compat_report *report, void *user,
                             pier_compat_verdict *worst, pier_error *error) {
    pier_error unwanted;
    error = error != NULL ? error : &unwanted;
    pier_error_clear(error);
    comparing c = {.report = report, .user = user, .worst = PIER_COMPAT_LOADS};
    pier_status status = PIER_OK;
    if (!side_is_good(old_side) || !side_is_good(new_side)) {
        status = pier__error_set(error, PIER_USAGE, PIER_FLOOR_RECORD, 0, "a side is either a class or its definition");
    } else {
        const pier_allocator *chosen = allocator != NULL ? allocator : pier_allocator_default();
        pier__side before = {old_side->class_of_program, old_side->definition};
        pier__side after = {new_side->class_of_program, new_side->definition};
        status = compare_one_way(&c, after, before, chosen, error);
        c.old_loads = true;
        if (status == PIER_OK) {
            status = compare_one_way(&c, before, after, chosen, error);
        }
    }
    if (worst != NULL) {
        *worst = c.worst;
    }
    return status;
}

const char *pier_compat_verdict_name(pier_compat_verdict verdict) {
    static const char *const names[] = {"loads", "checked", "breaks"};
    return (size_t)verdict < sizeof names / sizeof names[0] ? names[verdict] : "unknown";
}
