/* Records whose parts have no bound: lists, a map, a tree of records, an enum, and numbers as one block of bytes. */
#include <inttypes.h>
#include <stdio.h>

#include <pier/pier.h>

/* [records: lists] */
#define CARGO_KIND(VALUE) VALUE(0, CARGO_NONE) VALUE(1, CARGO_COAL) VALUE(2, CARGO_TEA)
PIER_ENUM(cargo_kind, "yard.CargoKind", CARGO_KIND)

#define HOLD_ENTRY(FIELD) FIELD(1, text, key) FIELD(2, fixed(u32), value)
PIER_RECORD(hold_entry, "yard.Vessel.TonsEntry", HOLD_ENTRY)

#define VESSEL(FIELD)                                                                                                  \
    FIELD(1, text, name)                                                                                               \
    FIELD(2, enumeration(cargo_kind), cargo)                                                                           \
    FIELD(3, list(text), ports)                                                                                        \
    FIELD(4, map(hold_entry), tons)                                                                                    \
    FIELD(5, typed_list(f32), soundings)                                                                               \
    FIELD(6, list(self(vessel)), boats)                                                                                \
    FIELD(7, pointer(self(vessel)), tug)
PIER_RECORD(vessel, "yard.Vessel", VESSEL)
/* [end] */

static pier_text text(const char *literal, size_t size) {
    pier_text made = {literal, size};
    return made;
}

static pier_status store_one(pier_archive *out) {
    pier_text ports[] = {text("Leith", 5), text("Canton", 6)};
    hold_entry tons[] = {{text("fore", 4), 40}, {text("aft", 3), 25}};
    float soundings[] = {3.5f, 4, 4.25f};
    vessel boats[] = {{.name = text("gig", 3)}, {.name = text("cutter", 6)}};
    vessel tug = {.name = text("Puffin", 6), .cargo = CARGO_COAL};
    vessel clipper = {.name = text("Thermopylae", 11), .cargo = CARGO_TEA};
    clipper.ports_count = 2;
    clipper.ports = ports;
    clipper.tons_count = 2;
    clipper.tons = tons;
    clipper.soundings_count = 3;
    clipper.soundings = soundings;
    clipper.boats_count = 2;
    clipper.boats = boats;
    clipper.tug = &tug;
    pier_status status = vessel_store(out, &clipper);
    return status == PIER_OK ? pier_archive_close(out) : status;
}

static void show(const vessel *seen) {
    printf("%.*s for", (int)seen->name.size, seen->name.data);
    for (uint32_t i = 0; i < seen->ports_count; i++) {
        printf(" %.*s", (int)seen->ports[i].size, seen->ports[i].data);
    }
    uint32_t tons = 0;
    for (uint32_t i = 0; i < seen->tons_count; i++) {
        tons += seen->tons[i].value;
    }
    printf(", %" PRIu32 " t of %s, %" PRIu32 " boats, %g m", tons, seen->cargo == CARGO_TEA ? "tea" : "coal",
           seen->boats_count, seen->soundings_count > 0 ? (double)seen->soundings[0] : 0.0);
    if (seen->tug != NULL) {
        printf(", towed by %.*s", (int)seen->tug->name.size, seen->tug->name.data);
    }
    printf("\n");
}

static pier_status load_one(pier_archive *in) {
    vessel seen;
    pier_status status = vessel_next(in, &seen);
    if (status == PIER_OK) {
        show(&seen);
    }
    return status;
}

int main(void) {
    pier_error error = {0};
    pier_archive *out = NULL;
    pier_archive *in = NULL;
    pier_status status = pier_archive_open_store(&out, NULL, NULL, &error);
    if (status == PIER_OK) {
        status = pier_archive_open_load(&in, NULL, NULL, &error);
    }
    if (status == PIER_OK) {
        status = store_one(out);
        error = *pier_archive_error(out);
    }
    if (status == PIER_OK) {
        pier_bytes ready = pier_archive_drain(out);
        status = pier_archive_feed(in, ready);
        pier_archive_drained(out, ready.size);
    }
    if (status == PIER_OK) {
        status = load_one(in);
        error = *pier_archive_error(in);
    }
    if (status != PIER_OK) {
        fprintf(stderr, "lists: %s\n", status < 0 ? error.text : pier_status_text(status));
    }
    pier_archive_destroy(out);
    pier_archive_destroy(in);
    return status == PIER_OK ? 0 : 1;
}
