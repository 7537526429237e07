/* Every kind of field, and an archive that is fed and drained by hand: nothing of it touches a file or a socket. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <pier/pier.h>

/* [records: nested] */
#define YARD_POINT(FIELD) FIELD(1, f64, east) FIELD(2, f64, north)
PIER_RECORD(yard_point, "yard.Point", YARD_POINT)
/* [end] */

/* [records: kinds] */
#define YARD_SHIP(FIELD)                                                                                               \
    FIELD(1, u64, id)                                                                                                  \
    FIELD(2, bool, afloat)                                                                                             \
    FIELD(3, i8, trim)                                                                                                 \
    FIELD(4, f32, draught)                                                                                             \
    FIELD(5, time, launched)                                                                                           \
    FIELD(6, text(24), name)                                                                                           \
    FIELD(7, text, remarks)                                                                                            \
    FIELD(8, bytes(16), key)                                                                                           \
    FIELD(9, bytes, photo)                                                                                             \
    FIELD(10, record(yard_point), berth)                                                                               \
    FIELD(12, optional(u32), crew)                                                                                     \
    FIELD(13, optional(record(yard_point)), bound_for)                                                                 \
    FIELD(14, array(u16, 4), masts)                                                                                    \
    FIELD(15, array(text(8), 3), signals)                                                                              \
    FIELD(16, array(record(yard_point), 8), course)
PIER_RECORD_VERSION(yard_ship, "yard.Ship", 2, YARD_SHIP)
/* [end] */

/* [records: describe] */
/* A struct that was there before Pier. The list names what of it is kept. */
struct crane {
    double reach;
    unsigned load_kg;
    void *driver; /* of this process alone: no field */
};
typedef struct crane crane;
#define YARD_CRANE(FIELD) FIELD(1, f64, reach) FIELD(2, u32, load_kg)
PIER_DESCRIBE(crane, "yard.Crane", YARD_CRANE)
/* [end] */

static pier_status store_all(pier_archive *out) {
    /* [records: fill] */
    yard_ship ship = {.id = 7, .afloat = true, .trim = -2, .draught = 3.5f, .name = "Amalia"};
    ship.launched = (pier_time){.seconds = 1700000000, .nanoseconds = 500};
    ship.remarks = (pier_text){.data = "needs paint", .size = 11};
    ship.key.size = 3;
    memcpy(ship.key.data, "\x01\x02\x03", 3);
    ship.berth = (yard_point){.east = 12, .north = 40.5};
    ship.has_crew = true;
    ship.crew = 5;
    ship.masts_count = 2;
    ship.masts[0] = 1200;
    ship.masts[1] = 1100;
    ship.signals_count = 1;
    memcpy(ship.signals[0], "UW", 3);
    pier_status status = yard_ship_store(out, &ship);
    /* [end] */
    crane lifter = {.reach = 32, .load_kg = 8000};
    if (status == PIER_OK) {
        status = crane_store(out, &lifter);
    }
    return status == PIER_OK ? pier_archive_close(out) : status;
}

/* [records: load] */
static pier_status load_one(pier_archive *in) {
    if (pier_archive_record_is(in, &yard_ship_class)) {
        yard_ship ship;
        pier_status status = yard_ship_load(in, &ship);
        if (status == PIER_OK) {
            printf("%s, %" PRIu32 " masts, %.*s", ship.name, ship.masts_count, (int)ship.remarks.size,
                   ship.remarks.data);
            printf(ship.has_crew ? ", a crew of %" PRIu32 "\n" : "\n", ship.crew);
        }
        return status;
    }
    if (pier_archive_record_is(in, &crane_class)) {
        crane lifter;
        pier_status status = crane_load(in, &lifter);
        if (status == PIER_OK) {
            printf("a crane for %u kg\n", lifter.load_kg);
        }
        return status;
    }
    return PIER_OK; /* of a class that we do not know: next, please */
}
/* [end] */

static pier_status load_all(pier_archive *in) {
    pier_status status;
    while ((status = pier_archive_next(in)) == PIER_OK) {
        status = load_one(in);
        if (status != PIER_OK) {
            return status;
        }
    }
    return status == PIER_END ? PIER_OK : status;
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
        status = store_all(out);
        error = *pier_archive_error(out);
    }
    if (status == PIER_OK) {
        /* [guide: by-hand] */
        pier_bytes ready = pier_archive_drain(out);
        status = pier_archive_feed(in, ready);
        pier_archive_drained(out, ready.size);
        pier_archive_feed_end(in);
        /* [end] */
    }
    if (status == PIER_OK) {
        status = load_all(in);
        error = *pier_archive_error(in);
    }
    if (status != PIER_OK) {
        fprintf(stderr, "kinds: %s\n", status < 0 ? error.text : pier_status_text(status));
    }
    pier_archive_destroy(out);
    pier_archive_destroy(in);
    return status == PIER_OK ? 0 : 1;
}
