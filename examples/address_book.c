/* An address book on disk: typed records, one in another, in one file.
 *
 *     address_book FILE add NAME [phone LABEL NUMBER]… [home STREET TOWN]
 *     address_book FILE list
 *     address_book FILE find TEXT          in names, numbers and towns
 *     address_book FILE remove NAME
 *     address_book FILE repair             keeps what is whole of a damaged book
 *
 * Adding appends a stream to the file. Removing and repairing write a new file, put it safely on the disk and only then
 * in the place of the old one, so that a crash leaves the one or the other. Records are copied as they came: what a newer
 * program may have added to them is kept.
 *
 * Exit status 0: done; 1: nobody was found, or the book is damaged (what is whole of it is shown); 2: wrong arguments;
 * 3: the file cannot be read or written. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pier/pier.h>

/* [records: person] */
#define PHONE(FIELD)                                                                                                   \
    FIELD(1, text(16), label)                                                                                          \
    FIELD(2, text(32), number)
PIER_RECORD(phone, "book.Phone", PHONE)

#define HOME(FIELD)                                                                                                    \
    FIELD(1, text(80), street)                                                                                         \
    FIELD(2, text(40), town)
PIER_RECORD(home, "book.Home", HOME)

#define PERSON(FIELD)                                                                                                  \
    FIELD(1, text(64), name)                                                                                           \
    FIELD(2, array(record(phone), 4), phones)                                                                          \
    FIELD(3, optional(record(home)), home)                                                                             \
    FIELD(4, time, added)
PIER_RECORD(person, "book.Person", PERSON)
/* [end] */

enum { DONE = 0, NOT_ALL = 1, USAGE = 2, NO_FILE = 3 };

/* Tells what went wrong with the file, with all that is known of it. */
static void complain(const char *path, pier_status status, const pier_error *error) {
    char line[512];
    if (error != NULL && error->status == status) {
        pier_error_format(error, line, sizeof line);
        fprintf(stderr, "address_book: %s: %s\n", path, line);
    } else {
        fprintf(stderr, "address_book: %s: %s: %s\n", path, pier_status_name(status), pier_status_text(status));
    }
}

/* Reading ---------------------------------------------------------------------------------------------------------- */

/* What is done with each record: returns PIER_OK to go on. `book` is the archive at the record; `who` is NULL for one
 * that is no person: a newer program may keep other things in the book. */
typedef pier_status (*visitor)(void *user, pier_archive *book, const person *who);

/* A book that is being read. */
typedef struct walk {
    const char *path;
    visitor visit;
    void *user;
    bool is_damaged; /* something of it was lost; that is told */
} walk;

/* [guide: recover] */
/* Goes on behind what is damaged. Returns as pier_archive_recover. */
static pier_status pass_over(walk *book, pier_archive *archive) {
    uint64_t skipped_bytes = 0;
    complain(book->path, pier_archive_status(archive), pier_archive_error(archive));
    book->is_damaged = true;
    return pier_archive_recover(archive, &skipped_bytes);
}

/* Visits all people of an open archive, and all that can still be read of a damaged one. */
static pier_status visit_all(walk *book, pier_archive *archive) {
    for (;;) {
        person who;
        pier_status status = pier_archive_next(archive);
        bool is_person = status == PIER_OK && pier_archive_record_is(archive, &person_class);
        if (is_person) {
            status = person_load(archive, &who);
        }
        if (status == PIER_OK) {
            status = book->visit(book->user, archive, is_person ? &who : NULL);
            if (status != PIER_OK) {
                return status;
            }
        }
        if (status == PIER_SKIPPED) {
            complain(book->path, status, pier_archive_error(archive)); /* a record above the limits */
            book->is_damaged = true;
        }
        if (status < 0) {
            status = pass_over(book, archive);
        }
        if (status == PIER_END) {
            return PIER_OK;
        }
        if (status < 0) {
            return status;
        }
    }
}
/* [end] */

/* Reads the book. A failure of the file is told; so is damage, which is none. */
static pier_status read_book(walk *book) {
    pier_error error = {0};
    pier_file *file = NULL;
    pier_archive *archive = NULL;
    /* [guide: read-file] */
    pier_status status = pier_file_open_disk(&file, book->path, PIER_FILE_READ, NULL, &error);
    if (status == PIER_OK) {
        status = pier_archive_open_load(&archive, file, NULL, &error);
    }
    /* [end] */
    if (status == PIER_OK) {
        status = visit_all(book, archive);
        error = *pier_archive_error(archive);
    }
    if (status != PIER_OK) {
        complain(book->path, status, &error);
    }
    pier_archive_destroy(archive);
    pier_file_destroy(file);
    return status;
}

static int refuse_damaged(const char *path) {
    fprintf(stderr, "address_book: %s is damaged and was left as it is; `repair` keeps what is whole\n", path);
    return NOT_ALL;
}

/* Writing ---------------------------------------------------------------------------------------------------------- */

/* Ends what was stored: end mark, on the disk for good, closed. */
static pier_status finish(pier_archive *archive, pier_file *file, pier_error *error) {
    pier_status status = pier_archive_close(archive);
    if (status != PIER_OK) {
        *error = *pier_archive_error(archive);
        return status;
    }
    status = pier_file_sync(file);
    if (status == PIER_OK) {
        status = pier_file_close(file);
    }
    *error = *pier_file_error(file);
    return status;
}

static pier_status pass(void *user, pier_archive *book, const person *who) {
    (void)user;
    (void)book;
    (void)who;
    return PIER_OK;
}

/* Opens a new book, or an old one behind its end. A damaged one is left alone: what is appended to a block that was cut
 * off would be taken for the rest of that block. */
static pier_status open_for_adding(const char *path, pier_file **file, pier_error *error) {
    /* [guide: append] */
    pier_status status = pier_file_open_disk(file, path, PIER_FILE_CREATE, NULL, error);
    if (status == PIER_EXISTS) {
        walk book = {.path = path, .visit = pass};
        status = read_book(&book);
        if (status == PIER_OK && book.is_damaged) {
            return PIER_CORRUPT;
        }
        if (status == PIER_OK) {
            status = pier_file_open_disk(file, path, PIER_FILE_APPEND, NULL, error);
        }
    }
    /* [end] */
    if (status != PIER_OK) {
        complain(path, status, error);
    }
    return status;
}

static int add(const char *path, const person *who) {
    pier_error error = {0};
    pier_file *file = NULL;
    pier_archive *archive = NULL;
    pier_status status = open_for_adding(path, &file, &error);
    if (status != PIER_OK) {
        return status == PIER_CORRUPT ? refuse_damaged(path) : NO_FILE;
    }
    status = pier_archive_open_store(&archive, file, NULL, &error);
    if (status == PIER_OK) {
        pier_error end_error = {0};
        status = person_store(archive, who);
        error = *pier_archive_error(archive);
        /* Though the record was refused: with its end mark the book is whole. */
        pier_status ended = finish(archive, file, &end_error);
        if (status == PIER_OK) {
            status = ended;
            error = end_error;
        }
    }
    if (status != PIER_OK) {
        complain(path, status, &error);
    }
    pier_archive_destroy(archive);
    pier_file_destroy(file);
    return status == PIER_OK ? DONE : NO_FILE;
}

/* A book that is being written anew. */
typedef struct copy {
    pier_archive *archive;
    const char *without; /* the name that is left out; NULL: none */
    unsigned left_out;
} copy;

static pier_status copy_person(void *user, pier_archive *book, const person *who) {
    copy *target = user;
    if (who != NULL && target->without != NULL && strcmp(who->name, target->without) == 0) {
        target->left_out++;
        return PIER_OK;
    }
    return pier_archive_forward(target->archive, book);
}

/* Copies the book to the file at `new_path`, without `target->without`. */
static pier_status write_copy(walk *book, const char *new_path, copy *target) {
    pier_error error = {0};
    pier_file *file = NULL;
    pier_status status = pier_file_open_disk(&file, new_path, PIER_FILE_CREATE, NULL, &error);
    if (status == PIER_EXISTS) {
        fprintf(stderr,
                "address_book: %s is there already: another address_book is at work, or crashed; remove it then\n",
                new_path);
        return status;
    }
    if (status == PIER_OK) {
        status = pier_archive_open_store(&target->archive, file, NULL, &error);
    }
    if (status != PIER_OK) {
        complain(new_path, status, &error);
    }
    if (status == PIER_OK) {
        status = read_book(book);
    }
    if (status == PIER_OK) {
        status = finish(target->archive, file, &error);
        if (status != PIER_OK) {
            complain(new_path, status, &error);
        }
    }
    pier_archive_destroy(target->archive);
    if (status != PIER_OK && file != NULL) {
        (void)remove(new_path);
    }
    pier_file_destroy(file);
    return status;
}

/* Writes the book anew, and puts it in the place of the old one. `repairs`: though something is lost. */
static int rewrite(const char *path, const char *without, bool repairs) {
    char new_path[4096];
    if (snprintf(new_path, sizeof new_path, "%s.new", path) >= (int)sizeof new_path) {
        complain(path, PIER_USAGE, NULL);
        return USAGE;
    }
    copy target = {.without = without};
    walk book = {.path = path, .visit = copy_person, .user = &target};
    if (write_copy(&book, new_path, &target) != PIER_OK) {
        return NO_FILE;
    }
    if (book.is_damaged && !repairs) {
        (void)remove(new_path);
        return refuse_damaged(path);
    }
    if (without != NULL && target.left_out == 0) {
        fprintf(stderr, "address_book: nobody is called %s\n", without);
        (void)remove(new_path);
        return NOT_ALL;
    }
    if (rename(new_path, path) != 0) {
        perror("address_book: the new book could not take the place of the old one");
        (void)remove(new_path);
        return NO_FILE;
    }
    return DONE;
}

/* The commands ----------------------------------------------------------------------------------------------------- */

typedef struct search {
    const char *text; /* NULL: everybody */
    unsigned found;
} search;

static bool matches(const person *who, const char *text) {
    bool found = strstr(who->name, text) != NULL || (who->has_home && strstr(who->home.town, text) != NULL);
    for (uint32_t i = 0; i < who->phones_count; i++) {
        found = found || strstr(who->phones[i].number, text) != NULL;
    }
    return found;
}

static pier_status print_person(void *user, pier_archive *book, const person *who) {
    (void)book;
    search *wanted = user;
    if (who == NULL || (wanted->text != NULL && !matches(who, wanted->text))) {
        return PIER_OK;
    }
    wanted->found++;
    printf("%s\n", who->name);
    for (uint32_t i = 0; i < who->phones_count; i++) {
        printf("    %s: %s\n", who->phones[i].label, who->phones[i].number);
    }
    if (who->has_home) {
        printf("    home: %s, %s\n", who->home.street, who->home.town);
    }
    return PIER_OK;
}

static int list(const char *path, const char *text) {
    search wanted = {.text = text};
    walk book = {.path = path, .visit = print_person, .user = &wanted};
    if (read_book(&book) != PIER_OK) {
        return NO_FILE;
    }
    if (text != NULL && wanted.found == 0) {
        fprintf(stderr, "address_book: nothing of %s has %s in it\n", path, text);
    }
    return book.is_damaged || (text != NULL && wanted.found == 0) ? NOT_ALL : DONE;
}

/* Copies an argument into a member of a record. Returns false when it is too long. */
static bool set(char *member, size_t capacity, const char *text) {
    if (strlen(text) >= capacity) {
        fprintf(stderr, "address_book: at most %zu bytes, please: %s\n", capacity - 1, text);
        return false;
    }
    memcpy(member, text, strlen(text) + 1);
    return true;
}

/* Reads `NAME [phone LABEL NUMBER]… [home STREET TOWN]`. Returns false when that is not what the arguments are. */
static bool read_person(person *who, char **arguments, int count) {
    if (count < 1 || arguments[0][0] == '\0' || !set(who->name, sizeof who->name, arguments[0])) {
        return false;
    }
    for (int i = 1; i < count; i += 3) {
        const char *what = arguments[i];
        if (i + 2 >= count) {
            return false;
        }
        const char *first = arguments[i + 1];
        const char *second = arguments[i + 2];
        if (strcmp(what, "phone") == 0 && who->phones_count < sizeof who->phones / sizeof who->phones[0]) {
            phone *number = &who->phones[who->phones_count++];
            if (!set(number->label, sizeof number->label, first) ||
                !set(number->number, sizeof number->number, second)) {
                return false;
            }
        } else if (strcmp(what, "home") == 0 && !who->has_home) {
            who->has_home = true;
            if (!set(who->home.street, sizeof who->home.street, first) ||
                !set(who->home.town, sizeof who->home.town, second)) {
                return false;
            }
        } else {
            return false;
        }
    }
    who->added.seconds = pier_clock_unix_ns() / 1000000000;
    return true;
}

int main(int argc, char **argv) {
    person who = {0};
    const char *command = argc >= 3 ? argv[2] : "";
    if (strcmp(command, "add") == 0 && read_person(&who, argv + 3, argc - 3)) {
        return add(argv[1], &who);
    }
    if (strcmp(command, "list") == 0 && argc == 3) {
        return list(argv[1], NULL);
    }
    if (strcmp(command, "find") == 0 && argc == 4) {
        return list(argv[1], argv[3]);
    }
    if (strcmp(command, "remove") == 0 && argc == 4) {
        return rewrite(argv[1], argv[3], false);
    }
    if (strcmp(command, "repair") == 0 && argc == 3) {
        return rewrite(argv[1], NULL, true);
    }
    fprintf(stderr, "usage: address_book FILE add NAME [phone LABEL NUMBER]… [home STREET TOWN]   (4 phones at most)\n"
                    "       address_book FILE list\n"
                    "       address_book FILE find TEXT\n"
                    "       address_book FILE remove NAME\n"
                    "       address_book FILE repair\n");
    return USAGE;
}
