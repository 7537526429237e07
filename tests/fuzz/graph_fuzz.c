/* Any bytes as a graph of objects of several classes: framed, plain, with classes that are not known, and as a class of
 * another version. What loads is copied, compared, printed, and stored again to what loads the same.
 *
 * Floor 5 (record). The first byte chooses; the rest is the record. */
#include "fuzz/fuzz.h"

#include <string.h>

#include <pier/record_generic.h>

#include "record/graph_support.h"
#include "record/record_internal.h"

/* g.Node as an older program had it. */
typedef struct old_node {
    uint64_t id;
    struct old_node *next;
    uint32_t kids_count;
    struct old_node **kids;
    pier_any other;
} old_node;

static const pier_field *old_node_table(const pier_class *self);
static const pier_class old_node_class = {.size = sizeof(pier_class),
                                          .name = "g.Node",
                                          .flags = PIER_CLASS_UNBOUNDED | PIER_CLASS_GRAPH | PIER_CLASS_ANY,
                                          .field_count = 4,
                                          .record_bytes = sizeof(old_node),
                                          .fields = old_node_table};
static const pier_field old_node_fields[] = {
    {.name = "id", .name_bytes = 2, .number = 1, .kind = PIER_FIELD_U64, .offset = offsetof(old_node, id)},
    {.name = "next",
     .name_bytes = 4,
     .number = 2,
     .kind = PIER_FIELD_RECORD,
     .flags = PIER_FIELD_SHARED | PIER_FIELD_POINTER | PIER_FIELD_PRESENCE,
     .offset = offsetof(old_node, next),
     .type = &old_node_class},
    {.name = "kids",
     .name_bytes = 4,
     .number = 5,
     .kind = PIER_FIELD_RECORD,
     .flags = PIER_FIELD_SHARED | PIER_FIELD_REPEATED | PIER_FIELD_LIST,
     .count_max = UINT32_MAX,
     .element_bytes = sizeof(old_node *),
     .count_offset = offsetof(old_node, kids_count),
     .offset = offsetof(old_node, kids),
     .type = &old_node_class},
    {.name = "other",
     .name_bytes = 5,
     .number = 7,
     .kind = PIER_FIELD_ANY,
     .flags = PIER_FIELD_SHARED,
     .offset = offsetof(old_node, other)},
};

static const pier_field *old_node_table(const pier_class *self) {
    (void)self;
    return old_node_fields;
}

typedef union any_node {
    g_node node;
    old_node old;
} any_node;

static pier_registry *registry_of(const pier_class *one, const pier_class *other) {
    pier_registry *registry = NULL;
    FUZZ_REQUIRE(pier_registry_create(&registry, NULL) == PIER_OK);
    FUZZ_REQUIRE(one == NULL || pier_registry_add(registry, one) == PIER_OK);
    FUZZ_REQUIRE(other == NULL || pier_registry_add(registry, other) == PIER_OK);
    return registry;
}

static pier_archive *open_store(pier_format format) {
    pier_archive_options options = {.size = sizeof options, .format = format, .stream_id = 1};
    pier_archive *store = NULL;
    FUZZ_REQUIRE(pier_archive_open_store(&store, NULL, &options, NULL) == PIER_OK);
    return store;
}

static pier_archive *open_load(pier_format format, pier_bytes bytes, const pier_registry *registry) {
    pier_limits limits = {.size = sizeof limits, .arena_bytes_max = 1 << 22};
    pier_archive_options options = {.size = sizeof options, .format = format, .limits = &limits};
    static g_style registered = {"registered", NULL};
    pier_archive *load = NULL;
    FUZZ_REQUIRE(pier_archive_open_load(&load, NULL, &options, NULL) == PIER_OK);
    FUZZ_REQUIRE(pier_archive_feed(load, bytes) == PIER_OK);
    pier_archive_feed_end(load);
    FUZZ_REQUIRE(pier_archive_set_registry(load, registry, PIER_UNKNOWN_KEEP) == PIER_OK);
    FUZZ_REQUIRE(pier_archive_register_object(load, 1, &g_style_class, &registered) == PIER_OK);
    return load;
}

/* What loaded is a graph like any other. */
static void use(const pier_class *type, const void *record) {
    static any_node copy;
    pier_arena arena;
    pier_arena_init(&arena, NULL, 1 << 24);
    pier_status status = pier_record_copy(type, record, &arena, &copy);
    FUZZ_REQUIRE(status == PIER_OK || status == PIER_LIMIT);
    FUZZ_REQUIRE(status != PIER_OK || pier_record_compare(type, record, &copy) == 0);
    (void)pier_record_print(type, record, NULL, 0);
    pier_arena_deinit(&arena);
}

static void store_again(pier_format format, const g_node *record, const pier_registry *registry) {
    static g_node loaded;
    pier_archive *store = open_store(format);
    pier_status status = pier_store_record(store, &g_node_class, record);
    FUZZ_REQUIRE(status == PIER_OK || status == PIER_UNSUPPORTED || status == PIER_LIMIT || status == PIER_RANGE);
    if (status == PIER_OK) {
        FUZZ_REQUIRE(pier_archive_close(store) == PIER_OK);
        pier_archive *load = open_load(format, pier_archive_drain(store), registry);
        FUZZ_REQUIRE(pier_archive_next(load) == PIER_OK);
        status = pier_load_record(load, &g_node_class, &loaded);
        FUZZ_REQUIRE(status == PIER_OK || status == PIER_LIMIT);
        FUZZ_REQUIRE(status != PIER_OK || pier_record_compare(&g_node_class, record, &loaded) == 0);
        pier_archive_destroy(load);
    }
    pier_archive_destroy(store);
}

static void load(pier_archive *archive, pier_format format, const pier_class *type, const pier_registry *registry) {
    static any_node record;
    static const any_node zero;
    pier_status status = pier_load_record(archive, type, &record);
    if (status != PIER_OK) {
        FUZZ_REQUIRE(memcmp(&record, &zero, type->record_bytes) == 0);
        FUZZ_REQUIRE(pier_archive_error(archive)->text[0] != '\0');
        return;
    }
    use(type, &record);
    if (type == &g_node_class) {
        store_again(format, &record.node, registry);
    }
}

/* The record stands behind one that brings the definitions of all classes. */
static void load_framed(const pier_class *type, const pier_registry *registry, const uint8_t *data, size_t size) {
    g_count count = {1};
    g_note note = {2, NULL};
    g_node first = {.id = 1};
    first.other = (pier_any){.type = &g_note_class, .record = &note};
    first.extra = (pier_any){.type = &g_count_class, .record = &count};
    pier_archive *store = open_store(PIER_FORMAT_FRAMED);
    FUZZ_REQUIRE(pier_store_record(store, &g_node_class, &first) == PIER_OK);
    FUZZ_REQUIRE(pier__archive_begin_class(store, &g_node_class, pier__class_encode_closure) == PIER_OK);
    FUZZ_REQUIRE(pier__archive_reserve(store, size));
    memcpy(store->cursor, data, size);
    store->cursor += size;
    FUZZ_REQUIRE(pier__archive_end_typed(store) == PIER_OK && pier_archive_close(store) == PIER_OK);
    pier_archive *archive = open_load(PIER_FORMAT_FRAMED, pier_archive_drain(store), registry);
    FUZZ_REQUIRE(pier_archive_next(archive) == PIER_OK);
    load(archive, PIER_FORMAT_FRAMED, type, registry);
    if (pier_archive_next(archive) == PIER_OK) {
        load(archive, PIER_FORMAT_FRAMED, type, registry);
    }
    pier_archive_destroy(archive);
    pier_archive_destroy(store);
}

static void load_plain(const pier_registry *registry, const uint8_t *data, size_t size) {
    pier_archive *archive = open_load(PIER_FORMAT_PLAIN, (pier_bytes){data, size}, registry);
    while (pier_archive_next(archive) == PIER_OK) {
        load(archive, PIER_FORMAT_PLAIN, &g_node_class, registry);
        if (pier_archive_status(archive) != PIER_OK && pier_archive_recover(archive, NULL) != PIER_OK) {
            break;
        }
    }
    pier_archive_destroy(archive);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) {
        return 0;
    }
    unsigned choice = data[0] % 4;
    pier_registry *registry = choice == 1 ? registry_of(NULL, NULL) : registry_of(&g_note_class, &g_count_class);
    if (choice == 2) {
        load_plain(registry, data + 1, size - 1);
    } else {
        load_framed(choice == 3 ? &old_node_class : &g_node_class, registry, data + 1, size - 1);
    }
    pier_registry_destroy(registry);
    return 0;
}
