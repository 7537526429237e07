/* Graphs of other versions: what a loader does not know may have been the way to objects that it does know.
 *
 * Floor 5 (record). The two sides have classes of the same names, made here by hand. */
#include "record/record_support.h"

#include <pier/graph.h>
#include <pier/registry.h>

#include "support/fault_allocator.h"

#define FIELD_NAMED(text) .name = (text), .name_bytes = sizeof(text) - 1
#define SHARED_FIELD(number_, text, owner, member, class_)                                                             \
    {                                                                                                                  \
        FIELD_NAMED(text), .number = (number_), .kind = PIER_FIELD_RECORD,                                             \
                           .flags = PIER_FIELD_SHARED | PIER_FIELD_POINTER | PIER_FIELD_PRESENCE,                      \
                           .offset = offsetof(owner, member), .type = &(class_)                                        \
    }
#define CLASS_OF(symbol, text, flags_, owner)                                                                          \
    static const pier_field *symbol##_table(const pier_class *self) {                                                  \
        (void)self;                                                                                                    \
        return symbol##_fields;                                                                                        \
    }                                                                                                                  \
    static const pier_class symbol##_class = {.size = sizeof(pier_class),                                              \
                                              .name = (text),                                                          \
                                              .flags = PIER_CLASS_UNBOUNDED | (flags_),                                \
                                              .field_count = sizeof symbol##_fields / sizeof symbol##_fields[0],       \
                                              .record_bytes = sizeof(owner),                                           \
                                              .fields = symbol##_table}

/* The rich side: nodes have owners, and an object of any class beside them. */
typedef struct rich_node rich_node;
typedef struct rich_owner {
    uint32_t age;
    rich_node *favourite;
} rich_owner;
struct rich_node {
    uint32_t id;
    rich_owner *owner;
    rich_node *next;
    pier_any other;
};
static const pier_class rich_node_class;
static const pier_field rich_owner_fields[] = {
    {FIELD_NAMED("age"), .number = 1, .kind = PIER_FIELD_U32, .offset = offsetof(rich_owner, age)},
    SHARED_FIELD(2, "favourite", rich_owner, favourite, rich_node_class),
};
CLASS_OF(rich_owner, "v.Owner", PIER_CLASS_GRAPH | PIER_CLASS_ANY, rich_owner);
static const pier_field rich_node_fields[] = {
    {FIELD_NAMED("id"), .number = 1, .kind = PIER_FIELD_U32, .offset = offsetof(rich_node, id)},
    SHARED_FIELD(2, "owner", rich_node, owner, rich_owner_class),
    SHARED_FIELD(3, "next", rich_node, next, rich_node_class),
    {FIELD_NAMED("other"), .number = 4, .kind = PIER_FIELD_ANY, .flags = PIER_FIELD_SHARED,
     .offset = offsetof(rich_node, other)},
};
CLASS_OF(rich_node, "v.Node", PIER_CLASS_GRAPH | PIER_CLASS_ANY, rich_node);

/* The plain side: a wider number, no owners. */
typedef struct poor_node {
    uint64_t id;
    struct poor_node *next;
    pier_any other;
} poor_node;
static const pier_class poor_node_class;
static const pier_field poor_node_fields[] = {
    {FIELD_NAMED("id"), .number = 1, .kind = PIER_FIELD_U64, .offset = offsetof(poor_node, id)},
    SHARED_FIELD(3, "next", poor_node, next, poor_node_class),
    {FIELD_NAMED("other"), .number = 4, .kind = PIER_FIELD_ANY, .flags = PIER_FIELD_SHARED,
     .offset = offsetof(poor_node, other)},
};
CLASS_OF(poor_node, "v.Node", PIER_CLASS_GRAPH | PIER_CLASS_ANY, poor_node);

/* No graph at all. */
typedef struct bare_node {
    uint32_t id;
} bare_node;
static const pier_field bare_node_fields[] = {
    {FIELD_NAMED("id"), .number = 1, .kind = PIER_FIELD_U32, .offset = offsetof(bare_node, id)},
};
CLASS_OF(bare_node, "v.Node", 0, bare_node);

/* A class of objects that only values of kind any are, in two versions. */
typedef struct new_note {
    uint32_t number;
    uint32_t added;
    rich_owner *owner;
    rich_node *about;
} new_note;
static const pier_field new_note_fields[] = {
    {FIELD_NAMED("number"), .number = 1, .kind = PIER_FIELD_U32, .offset = offsetof(new_note, number)},
    {FIELD_NAMED("added"), .number = 2, .kind = PIER_FIELD_U32, .offset = offsetof(new_note, added)},
    SHARED_FIELD(3, "owner", new_note, owner, rich_owner_class),
    SHARED_FIELD(4, "about", new_note, about, rich_node_class),
};
CLASS_OF(new_note, "v.Note", PIER_CLASS_GRAPH | PIER_CLASS_ANY, new_note);
typedef struct old_note {
    uint32_t number;
    poor_node *about;
} old_note;
static const pier_field old_note_fields[] = {
    {FIELD_NAMED("number"), .number = 1, .kind = PIER_FIELD_U32, .offset = offsetof(old_note, number)},
    SHARED_FIELD(4, "about", old_note, about, poor_node_class),
};
CLASS_OF(old_note, "v.Note", PIER_CLASS_GRAPH | PIER_CLASS_ANY, old_note);
typedef struct same_note {
    uint32_t number;
    rich_node *about;
} same_note;
static const pier_field same_note_fields[] = {
    {FIELD_NAMED("number"), .number = 1, .kind = PIER_FIELD_U32, .offset = offsetof(same_note, number)},
    SHARED_FIELD(4, "about", same_note, about, rich_node_class),
};
CLASS_OF(same_note, "v.Note", PIER_CLASS_GRAPH | PIER_CLASS_ANY, same_note);

static pier_registry *registry_of(const pier_class *type) {
    pier_registry *registry = NULL;
    assert_status(pier_registry_create(&registry, NULL), PIER_OK);
    if (type != NULL) {
        assert_status(pier_registry_add(registry, type), PIER_OK);
    }
    return registry;
}

static test_stream stream_of(const pier_class *type, const void *record) {
    pier_archive *store = test_open_store(NULL);
    assert_status(pier_store_record(store, type, record), PIER_OK);
    return test_finish(store);
}

static pier_archive *open_at_record(const test_stream *stream, const pier_registry *registry) {
    pier_archive *load = test_open_stream(stream, NULL);
    assert_status(pier_archive_set_registry(load, registry, PIER_UNKNOWN_KEEP), PIER_OK);
    assert_status(pier_archive_next(load), PIER_OK);
    return load;
}

/* Node 0 and its owner, whose favourite is node 2, which is first met through what the poor side does not know. Node 3
 * hangs on an owner alone, and is never met there. */
typedef struct village {
    rich_node nodes[4];
    rich_owner owners[2];
    new_note note;
} village;

static void make_village(village *v) {
    memset(v, 0, sizeof *v);
    for (uint32_t i = 0; i < 4; i++) {
        v->nodes[i].id = i;
    }
    v->nodes[0].owner = &v->owners[0];
    v->owners[0] = (rich_owner){30, &v->nodes[2]};
    v->nodes[0].next = &v->nodes[1];
    v->nodes[1].next = &v->nodes[2];
    v->nodes[2].next = &v->nodes[0];
    v->nodes[1].owner = &v->owners[1];
    v->owners[1] = (rich_owner){40, &v->nodes[3]};
    v->nodes[3].next = &v->nodes[1];
}

static void objects_are_found_whatever_way_led_to_them_first(void **state) {
    (void)state;
    village v;
    make_village(&v);
    test_stream stream = stream_of(&rich_node_class, &v.nodes[0]);
    pier_registry *registry = registry_of(NULL);
    pier_archive *load = open_at_record(&stream, registry);
    poor_node loaded;
    for (int i = 0; i < 2; i++) {
        assert_status(pier_load_record(load, &poor_node_class, &loaded), PIER_OK);
        assert_int_equal(loaded.id, 0);
        assert_int_equal(loaded.next->id, 1);
        assert_int_equal(loaded.next->next->id, 2);
        assert_ptr_equal(loaded.next->next->next, &loaded);
        /* Without any reference it is a record alone. */
        bare_node bare;
        assert_status(pier_load_record(load, &bare_node_class, &bare), PIER_OK);
        assert_int_equal(bare.id, 0);
    }
    pier_archive_destroy(load);
    test_stream_free(&stream);
    /* The other way round what is not there is NULL. */
    poor_node second = {.id = 8};
    poor_node first = {.id = 7, .next = &second};
    second.next = &first;
    stream = stream_of(&poor_node_class, &first);
    load = open_at_record(&stream, registry);
    rich_node rich;
    assert_status(pier_load_record(load, &rich_node_class, &rich), PIER_OK);
    assert_int_equal(rich.next->id, 8);
    assert_null(rich.next->owner);
    assert_ptr_equal(rich.next->next, &rich);
    pier_archive_destroy(load);
    test_stream_free(&stream);
    /* And a writer that had no references. */
    bare_node bare = {12};
    stream = stream_of(&bare_node_class, &bare);
    load = open_at_record(&stream, registry);
    assert_status(pier_load_record(load, &rich_node_class, &rich), PIER_OK);
    assert_int_equal(rich.id, 12);
    assert_null(rich.next);
    pier_archive_destroy(load);
    pier_registry_destroy(registry);
    test_stream_free(&stream);
}

static void values_of_any_class_have_versions_of_their_own(void **state) {
    (void)state;
    village v;
    make_village(&v);
    v.note = (new_note){5, 6, &v.owners[1], &v.nodes[2]};
    v.nodes[0].other = (pier_any){.type = &new_note_class, .record = &v.note};
    v.nodes[2].other = (pier_any){.type = &rich_node_class, .record = &v.nodes[1]};
    test_stream stream = stream_of(&rich_node_class, &v.nodes[0]);
    /* Both differ. */
    pier_registry *registry = registry_of(&old_note_class);
    pier_archive *load = open_at_record(&stream, registry);
    poor_node loaded;
    assert_status(pier_load_record(load, &poor_node_class, &loaded), PIER_OK);
    assert_ptr_equal(loaded.other.type, &old_note_class);
    const old_note *note = (const old_note *)loaded.other.record;
    assert_int_equal(note->number, 5);
    assert_ptr_equal(note->about, loaded.next->next);
    assert_ptr_equal(note->about->other.type, &poor_node_class);
    assert_ptr_equal(note->about->other.record, loaded.next);
    pier_archive_destroy(load);
    pier_registry_destroy(registry);
    /* The nodes are the same, the note alone differs: what it passes over was the way to nobody. */
    registry = registry_of(&same_note_class);
    load = open_at_record(&stream, registry);
    rich_node rich;
    assert_status(pier_load_record(load, &rich_node_class, &rich), PIER_OK);
    assert_ptr_equal(rich.other.type, &same_note_class);
    assert_ptr_equal(((const same_note *)rich.other.record)->about, rich.next->next);
    assert_int_equal(rich.next->owner->age, 40);
    assert_int_equal(rich.next->owner->favourite->id, 3);
    pier_archive_destroy(load);
    pier_registry_destroy(registry);
    test_stream_free(&stream);
    /* Now it was the way to an owner that nobody else refers to, in the middle of the table. */
    v.nodes[1].owner = NULL;
    stream = stream_of(&rich_node_class, &v.nodes[0]);
    registry = registry_of(&same_note_class);
    load = open_at_record(&stream, registry);
    assert_status(pier_load_record(load, &rich_node_class, &rich), PIER_OK);
    assert_int_equal(((const same_note *)rich.other.record)->number, 5);
    assert_int_equal(rich.next->next->id, 2);
    pier_archive_destroy(load);
    pier_registry_destroy(registry);
    test_stream_free(&stream);
}

static void lies_are_told_in_other_versions_too(void **state) {
    (void)state;
    /* Of the writer: Node 0, Owner 1. A node: id, owner, next, other. */
    static const struct {
        const char *hex;
        pier_status status;
        size_t at;
        const char *path;
        const char *text;
    } lies[] = {
        {"92 94 01 c0 03 c0 92 92 00 94 02 c0 c0 c0 92 00 94 03 c0 c0 c0", PIER_PROTOCOL, 4, "v.Node.next",
         "a reference to object 3, and the table has 2"},
        {"92 94 01 c0 01 c0 91 92 01 92 01 c0", PIER_TYPE, 8, "v.Node[1]",
         "references to the object expect a v.Node, it is a v.Owner"},
        {"92 94 01 c0 01 c0 91 92 02 92 01 c0", PIER_PROTOCOL, 8, "v.Node[1]",
         "type 2, and there are 2 in the definition"},
        {"92 94 01 c0 02 c0 92 92 00 94 02 c0 c0 c0 92 00 94 c3 c0 c0 c0", PIER_TYPE, 17, "v.Node[2].id",
         "expected integer, found bool"},
        {"92 94 01 c0 01 c0 91 c0", PIER_TYPE, 7, "v.Node[1]", "expected array, found nil"},
        {"94 01 c0 01 c0", PIER_PROTOCOL, 0, "v.Node", "expected an array of 2, root and objects, found 4"},
    };
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        uint8_t bytes[128];
        size_t size = test_hex(lies[i].hex, bytes, sizeof bytes);
        test_stream stream = test_typed_stream(&rich_node_class, bytes, size);
        pier_archive *load = test_open_stream(&stream, NULL);
        poor_node loaded;
        assert_status(pier_archive_next(load), PIER_OK);
        assert_status(pier_load_record(load, &poor_node_class, &loaded), lies[i].status);
        assert_string_equal(pier_archive_error(load)->text, lies[i].text);
        assert_string_equal(pier_archive_error(load)->path, lies[i].path);
        assert_int_equal(pier_archive_error(load)->offset, stream.size - 64 - size + lies[i].at);
        pier_archive_destroy(load);
        test_stream_free(&stream);
    }
}

static void an_object_of_a_class_that_no_plan_has_is_kept(void **state) {
    (void)state;
    /* An owner, by a field of kind any: the poor side has no such class. */
    village v;
    make_village(&v);
    v.nodes[0].other = (pier_any){.type = &rich_owner_class, .record = &v.owners[0]};
    test_stream stream = stream_of(&rich_node_class, &v.nodes[0]);
    pier_registry *registry = registry_of(NULL);
    pier_archive *load = open_at_record(&stream, registry);
    poor_node loaded;
    assert_status(pier_load_record(load, &poor_node_class, &loaded), PIER_OK);
    assert_null(loaded.other.type);
    assert_memory_equal(loaded.other.name.data, "v.Owner", 7);
    assert_hex(loaded.other.raw.data, loaded.other.raw.size, "92 1e 03");
    assert_int_equal(loaded.next->next->id, 2);
    assert_status(pier_archive_set_registry(load, registry, PIER_UNKNOWN_REFUSE), PIER_OK);
    assert_status(pier_load_record(load, &poor_node_class, &loaded), PIER_UNKNOWN_CLASS);
    assert_string_equal(pier_archive_error(load)->text, "class v.Owner is not in the registry");
    pier_archive_destroy(load);
    pier_registry_destroy(registry);
    test_stream_free(&stream);
}

static void sweep_pass(fault_allocator *faults, void *user) {
    const test_stream *stream = (const test_stream *)user;
    pier_archive_options options = {.size = sizeof options, .allocator = &faults->allocator};
    pier_archive *load = NULL;
    pier_status status = pier_archive_open_load(&load, NULL, &options, NULL);
    if (status == PIER_OK) {
        status = pier_archive_feed(load, (pier_bytes){stream->data, stream->size});
    }
    if (status == PIER_OK) {
        status = pier_archive_next(load);
    }
    poor_node loaded;
    if (status == PIER_OK) {
        status = pier_load_record(load, &poor_node_class, &loaded);
    }
    assert_true(status == PIER_OK || (status == PIER_NO_MEMORY && faults->struck > 0));
    if (status == PIER_OK) {
        assert_int_equal(loaded.next->next->id, 2);
    }
    pier_archive_destroy(load);
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    village v;
    make_village(&v);
    test_stream stream = stream_of(&rich_node_class, &v.nodes[0]);
    assert_true(fault_allocator_sweep(sweep_pass, &stream) > 10);
    test_stream_free(&stream);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_are_found_whatever_way_led_to_them_first),
        cmocka_unit_test(values_of_any_class_have_versions_of_their_own),
        cmocka_unit_test(lies_are_told_in_other_versions_too),
        cmocka_unit_test(an_object_of_a_class_that_no_plan_has_is_kept),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
