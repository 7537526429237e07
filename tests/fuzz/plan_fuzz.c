/* Any bytes as the definition of a class, and as a record of it, which is loaded as a class of this program: a plan is
 * made that keeps to its bounds, or the definition is refused, and comparing the two says the same; the record loads,
 * or fails with all of its struct zero.
 *
 * Floor 5 (record). The first byte chooses the class; two bytes are the length of the closure, which follows; the rest
 * is the record. */
#include "fuzz/fuzz.h"

#include <string.h>

#include <pier/arena.h>
#include <pier/compat.h>

#include "record/plan_internal.h"

enum { CLASSES_MAX = 64, CLASSES = 2 };

/* The closures of the program's classes: both "fuzz.A", with every kind of field between them. */
static const char *const closures[CLASSES] = {
    "959400a666757a7a2e4100dc00109701a1610500c0c0c09702a1620600c0c0c09703a1640a00c0c0c09704a1650c00c0"
    "c0c09705a1660d00c0c0c09706a1670102c0c0c09707a1680301c0c0c09708a1691021ad66757a7a2e412e69456e7472"
    "79c0c09709a16a0400c0a163c0970aa16b0c00c0a163c0970ba16c1000a450617274a163c0970ca16d1002a44e6f6465"
    "c0c0970da16e0e00c0c0c0970ea16f0f00c0c0c0970fa1701100a55374617465c0c09710a1710101c0c0c09400a44e6f"
    "646500939701a576616c75650400c0c0c09702a46e6578741002a44e6f6465c0c09703a46b6964731001a44e6f6465c0"
    "c09400a45061727400929701a1780400c0c0c09702a1790901c0c0c09301a55374617465929200a34f46469203a24f4e"
    "9400ad66757a7a2e412e69456e74727900929701a36b65790c00c0c0c09702a576616c75651000a450617274c0c0",
    "949400a666757a7a2e4100dc00109701a1610601c0c0c09702a1620100c0c0c09703a1640b00c0c0c09704a1650d00c0"
    "c0c09705a1660c00c0c0c09706a1670200c0a163c09707a1680409c0c0c09708a1691001a5456e747279c0c09709a16a"
    "0500c0a163c0970aa16b0d02c0c0c0970ba16c1001a450617274c0c0970ca16d1001a44e6f6465c0c0970da16e0e02c0"
    "c0c0970ea16f0f01c0c0c0970fa1700700c0c0c09710a1710609c0c0c09400a5456e74727900929701a36b65790c00c0"
    "c0c09702a576616c75651000a450617274c0c09400a44e6f646500939701a576616c75650400c0c0c09702a46e657874"
    "1002a44e6f6465c0c09703a46b6964731001a44e6f6465c0c09400a45061727400929701a1780400c0c0c09702a17909"
    "01c0c0c0",
};

static const pier_class *classes[CLASSES];

static size_t from_hex(const char *hex, uint8_t *to) {
    size_t size = 0;
    for (; hex[0] != '\0'; hex += 2) {
        const char *digits = "0123456789abcdef";
        to[size++] = (uint8_t)((strchr(digits, hex[0]) - digits) << 4 | (strchr(digits, hex[1]) - digits));
    }
    return size;
}

static void make_classes(void) {
    for (size_t i = 0; i < CLASSES && classes[i] == NULL; i++) {
        uint8_t closure[1024];
        size_t size = from_hex(closures[i], closure);
        pier_definition *definition = NULL;
        pier__definition_error error;
        const pier_allocator *allocator = pier_allocator_default();
        FUZZ_REQUIRE(pier__definition_parse(closure, size, CLASSES_MAX, allocator, &definition, &error) == PIER_OK);
        FUZZ_REQUIRE(pier_class_create(definition, NULL, &classes[i], NULL) == PIER_OK);
        pier__definition_destroy(allocator, definition);
    }
}

typedef struct given {
    const uint8_t *closure;
    size_t closure_bytes;
    const uint8_t *record;
    size_t record_bytes;
} given;

static pier_status encode_given(const void *class_of_caller, pier__buffer *closure, pier_error *error) {
    (void)error;
    const given *input = (const given *)class_of_caller;
    return pier__buffer_append(closure, input->closure, input->closure_bytes) ? PIER_OK : PIER_NO_MEMORY;
}

typedef struct seen {
    pier_compat_verdict worst;
} seen;

static void note(const pier_compat_finding *finding, void *user) {
    seen *so_far = (seen *)user;
    FUZZ_REQUIRE(finding->class_name[0] != '\0' && finding->text[0] != '\0');
    if (!finding->old_loads && finding->verdict > so_far->worst) {
        so_far->worst = finding->verdict;
    }
}

/* Comparing breaks exactly where no plan can be made. Returns whether the record may be loaded. */
static bool check_plan(const given *input, const pier_class *own) {
    const pier_allocator *allocator = pier_allocator_default();
    pier_definition *definition = NULL;
    pier__definition_error error;
    if (pier__definition_parse(input->closure, input->closure_bytes, CLASSES_MAX, allocator, &definition, &error) !=
        PIER_OK) {
        return false;
    }
    pier_compat_side old_side = {.definition = definition};
    pier_compat_side new_side = {.class_of_program = own};
    seen found = {PIER_COMPAT_LOADS};
    pier_status status = pier_compat_find(&old_side, &new_side, NULL, note, &found, NULL, NULL);
    FUZZ_REQUIRE(status == PIER_OK || status == PIER_LIMIT);
    bool is_namesake = strcmp(pier_definition_name(definition), own->name) == 0;
    if (is_namesake) {
        pier__plan *plan = NULL;
        pier_status made = pier__plan_create(&plan, own, definition, allocator, &error);
        FUZZ_REQUIRE(made == PIER_OK || made == PIER_MISMATCH || made == PIER_LIMIT);
        FUZZ_REQUIRE((made == PIER_OK) == (plan != NULL));
        if (status == PIER_OK && made != PIER_LIMIT) {
            FUZZ_REQUIRE((made == PIER_MISMATCH) == (found.worst == PIER_COMPAT_BREAKS));
        }
        if (made != PIER_OK) {
            FUZZ_REQUIRE(error.text[0] != '\0' && error.position < input->closure_bytes);
        } else {
            FUZZ_REQUIRE(plan->memory_bytes <= 4096 + 512 * input->closure_bytes);
        }
        pier__plan_destroy(allocator, plan);
    }
    pier__definition_destroy(allocator, definition);
    return true;
}

static void load(pier_bytes stream, const pier_class *own, bool owns) {
    static max_align_t record[512];
    static const max_align_t zero[512];
    FUZZ_REQUIRE(own->record_bytes <= sizeof record);
    memset(record, 0x5A, sizeof record);
    pier_arena arena;
    pier_arena_init(&arena, NULL, 0);
    pier_archive *archive = NULL;
    FUZZ_REQUIRE(pier_archive_open_load(&archive, NULL, NULL, NULL) == PIER_OK);
    FUZZ_REQUIRE(pier_archive_feed(archive, stream) == PIER_OK);
    pier_archive_feed_end(archive);
    if (pier_archive_next(archive) == PIER_OK) {
        pier_status status =
            owns ? pier_load_record_into(archive, own, record, &arena) : pier_load_record(archive, own, record);
        if (status != PIER_OK) {
            FUZZ_REQUIRE(memcmp(record, zero, own->record_bytes) == 0);
            FUZZ_REQUIRE(pier_archive_error(archive)->text[0] != '\0');
            FUZZ_REQUIRE(pier_arena_used_bytes(&arena) == 0);
        } else {
            /* What was loaded can be stored, unless single values that became arrays are too deep now. */
            pier_archive *store = NULL;
            FUZZ_REQUIRE(pier_archive_open_store(&store, NULL, NULL, NULL) == PIER_OK);
            status = pier_store_record(store, own, record);
            FUZZ_REQUIRE(status == PIER_OK || status == PIER_LIMIT);
            pier_archive_destroy(store);
        }
    }
    pier_archive_destroy(archive);
    pier_arena_deinit(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    make_classes();
    if (size < 3) {
        return 0;
    }
    size_t closure_bytes = data[1] | (size_t)data[2] << 8;
    if (closure_bytes == 0 || closure_bytes >= size - 3) {
        return 0;
    }
    given input = {data + 3, closure_bytes, data + 3 + closure_bytes, size - 3 - closure_bytes};
    const pier_class *own = classes[data[0] % CLASSES];
    if (!check_plan(&input, own)) {
        return 0;
    }
    pier_archive_options options = {.size = sizeof options, .stream_id = 1};
    pier_archive *store = NULL;
    FUZZ_REQUIRE(pier_archive_open_store(&store, NULL, &options, NULL) == PIER_OK);
    FUZZ_REQUIRE(pier__archive_begin_class(store, &input, encode_given) == PIER_OK);
    FUZZ_REQUIRE(pier__archive_reserve(store, input.record_bytes));
    memcpy(store->cursor, input.record, input.record_bytes);
    store->cursor += input.record_bytes;
    FUZZ_REQUIRE(pier__archive_end_typed(store) == PIER_OK && pier_archive_close(store) == PIER_OK);
    load(pier_archive_drain(store), own, data[0] / CLASSES % 2 == 1);
    pier_archive_destroy(store);
    return 0;
}
