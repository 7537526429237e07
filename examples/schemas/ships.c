/* Keeps ships in a file, and tells them: ships FILE */
#include <pier/pier.h>
#include <stdio.h>
#include <string.h>

#include "ship.pier.h"

static int fail(const pier_error *error) {
    char line[400];
    pier_error_format(error, line, sizeof line);
    fprintf(stderr, "ships: %s\n", line);
    return 1;
}

/* [schemas: text-of] */
static pier_text text_of(const char *text) {
    return (pier_text){.data = text, .size = strlen(text)};
}
/* [end] */

static pier_status store_one(pier_archive *archive) {
    /* [schemas: fill] */
    harbour_ship ship;
    harbour_ship_init(&ship);
    ship.id = 7;
    snprintf(ship.name, sizeof ship.name, "Amalia");
    ship.has_arrived = true;
    ship.arrived.seconds = 1700000000;
    ship.berth = (harbour_berth){.quay = 3, .place = 12};

    pier_text flags[] = {text_of("NL"), text_of("yellow")};
    ship.flags_count = 2;
    ship.flags = flags;
    ship.draughts_count = 2;
    ship.draughts[0] = 3.5f;
    ship.draughts[1] = 3.75f;
    harbour_ship_tons_entry tons[] = {{text_of("wheat"), 1200.5}, {text_of("rye"), 80}};
    ship.tons_count = 2;
    ship.tons = tons;
    ship.bound_for_case = HARBOUR_SHIP_BOUND_FOR_PORT;
    ship.bound_for.port = text_of("Turku");
    return harbour_ship_store(archive, &ship);
    /* [end] */
}

/* [schemas: tell] */
static void tell(const harbour_ship *ship) {
    printf("%s at quay %u", ship->name, (unsigned)ship->berth.quay);
    if (ship->cargo == HARBOUR_CARGO_GRAIN) {
        printf(", with grain");
    }
    for (uint32_t i = 0; i < ship->tons_count; i++) {
        printf(", %.*s: %g t", (int)ship->tons[i].key.size, ship->tons[i].key.data, ship->tons[i].value);
    }
    switch (ship->bound_for_case) {
    case HARBOUR_SHIP_BOUND_FOR_PORT:
        printf(", bound for %.*s", (int)ship->bound_for.port.size, ship->bound_for.port.data);
        break;
    case HARBOUR_SHIP_BOUND_FOR_OTHER:
        printf(", bound for quay %u", (unsigned)ship->bound_for.other.quay);
        break;
    default:
        break;
    }
    printf("\n");
}
/* [end] */

static pier_status load_all(pier_archive *archive, harbour_ship **last) {
    pier_status status;
    /* [schemas: load] */
    harbour_ship ship;
    while ((status = harbour_ship_next(archive, &ship)) == PIER_OK) {
        tell(&ship);
        /* What the ship holds is the archive's, until the next record. A clone is the program's. */
        harbour_ship_free(*last);
        status = harbour_ship_clone(&ship, NULL, last);
        if (status != PIER_OK) {
            break;
        }
    }
    /* [end] */
    return status == PIER_END ? PIER_OK : status;
}

static pier_status keep(const char *path, pier_error *error) {
    pier_file *file = NULL;
    pier_archive *archive = NULL;
    pier_status status = pier_file_open_disk(&file, path, PIER_FILE_CREATE, NULL, error);
    if (status == PIER_OK) {
        status = pier_archive_open_store(&archive, file, NULL, error);
    }
    if (status == PIER_OK) {
        status = store_one(archive);
        if (status == PIER_OK) {
            status = pier_archive_close(archive);
        }
        *error = *pier_archive_error(archive);
    }
    pier_archive_destroy(archive);
    pier_file_destroy(file);
    return status;
}

static pier_status show(const char *path, pier_error *error) {
    pier_file *file = NULL;
    pier_archive *archive = NULL;
    harbour_ship *last = NULL;
    pier_status status = pier_file_open_disk(&file, path, PIER_FILE_READ, NULL, error);
    if (status == PIER_OK) {
        status = pier_archive_open_load(&archive, file, NULL, error);
    }
    if (status == PIER_OK) {
        status = load_all(archive, &last);
        *error = *pier_archive_error(archive);
    }
    pier_archive_destroy(archive);
    pier_file_destroy(file);
    if (status == PIER_OK && last != NULL) {
        char json[400];
        harbour_ship_print(last, json, sizeof json);
        printf("the last one: %s\n", json);
    }
    harbour_ship_free(last);
    return status;
}

int main(int argc, char **argv) {
    pier_error error;
    if (argc != 2) {
        fprintf(stderr, "usage: ships FILE\n");
        return 2;
    }
    if (keep(argv[1], &error) != PIER_OK || show(argv[1], &error) != PIER_OK) {
        return fail(&error);
    }
    return 0;
}
