/* Keeps documents with shared styles in a file, and tells what is in it: paper FILE */
#include <pier/pier.h>
#include <stdio.h>
#include <string.h>

#include "paper.pier.h"

static pier_text text_of(const char *text) {
    return (pier_text){.data = text, .size = strlen(text)};
}

static pier_status store_all(pier_archive *archive) {
    /* [records: share] */
    paper_style plain = {.name = "plain", .size = 11};
    paper_style bold = {.name = "bold", .size = 11, .base = &plain};
    paper_picture harbour = {.file = text_of("harbour.png")};
    paper_paragraph paragraphs[] = {
        {.text = text_of("Ships"), .style = &bold},
        {.text = text_of("They come and go."), .style = &plain},
        {.text = text_of("Look."), .style = &bold, .figure = {.type = &paper_picture_class, .record = &harbour}},
    };
    paper_document document = {.title = text_of("The harbour"), .paragraphs_count = 3, .paragraphs = paragraphs};
    pier_status status = paper_document_store(archive, &document);
    /* [end] */
    if (status == PIER_OK) {
        paper_drawing drawing = {.lines = 12};
        status = paper_drawing_store(archive, &drawing);
    }
    if (status == PIER_OK) {
        status = paper_picture_store(archive, &harbour);
    }
    return status;
}

/* [records: tell-document] */
static void tell_document(const paper_document *document) {
    printf("%.*s\n", (int)document->title.size, document->title.data);
    for (uint32_t i = 0; i < document->paragraphs_count; i++) {
        const paper_paragraph *paragraph = &document->paragraphs[i];
        printf("  %s: %.*s", paragraph->style->name, (int)paragraph->text.size, paragraph->text.data);
        if (paragraph->figure.type == &paper_picture_class) {
            const paper_picture *picture = (const paper_picture *)paragraph->figure.record;
            printf(" [%.*s]", (int)picture->file.size, picture->file.data);
        }
        printf("\n");
    }
    /* One object, however many refer to it: what is changed here changes for all of them. */
    document->paragraphs[1].style->size = 12;
    printf("  the base of %s has %u points now\n", document->paragraphs[0].style->name,
           (unsigned)document->paragraphs[0].style->base->size);
}
/* [end] */

static pier_status load_all(pier_archive *archive, const pier_registry *registry) {
    /* [records: registry] */
    pier_status status = pier_archive_set_registry(archive, registry, PIER_UNKNOWN_KEEP);
    while (status == PIER_OK && (status = pier_archive_next(archive)) == PIER_OK) {
        pier_any found;
        status = pier_load_any(archive, registry, NULL, NULL, &found);
        if (status == PIER_SKIPPED) {
            printf("passed over: %s\n", pier_archive_error(archive)->text);
            status = PIER_OK;
        } else if (found.type == &paper_document_class) {
            tell_document((const paper_document *)found.record);
        } else if (found.type == &paper_picture_class) {
            const paper_picture *picture = (const paper_picture *)found.record;
            printf("a picture: %.*s\n", (int)picture->file.size, picture->file.data);
        }
    }
    /* [end] */
    return status == PIER_END ? PIER_OK : status;
}

static pier_status make_registry(pier_registry **registry) {
    /* [records: make-registry] */
    pier_status status = pier_registry_create(registry, NULL);
    if (status == PIER_OK) {
        status = pier_registry_add(*registry, &paper_document_class);
    }
    if (status == PIER_OK) {
        status = pier_registry_add(*registry, &paper_picture_class);
    }
    /* [end] */
    return status;
}

static pier_status keep(const char *path, pier_error *error) {
    pier_file *file = NULL;
    pier_archive *archive = NULL;
    pier_status status = pier_file_open_disk(&file, path, PIER_FILE_CREATE, NULL, error);
    if (status == PIER_OK) {
        status = pier_archive_open_store(&archive, file, NULL, error);
    }
    if (status == PIER_OK) {
        status = store_all(archive);
        if (status == PIER_OK) {
            status = pier_archive_close(archive);
        }
        *error = *pier_archive_error(archive);
    }
    pier_archive_destroy(archive);
    pier_file_destroy(file);
    return status;
}

static pier_status show(const char *path, const pier_registry *registry, pier_error *error) {
    pier_file *file = NULL;
    pier_archive *archive = NULL;
    pier_status status = pier_file_open_disk(&file, path, PIER_FILE_READ, NULL, error);
    if (status == PIER_OK) {
        status = pier_archive_open_load(&archive, file, NULL, error);
    }
    if (status == PIER_OK) {
        status = load_all(archive, registry);
        *error = *pier_archive_error(archive);
    }
    pier_archive_destroy(archive);
    pier_file_destroy(file);
    return status;
}

int main(int argc, char **argv) {
    pier_registry *registry = NULL;
    pier_error error;
    if (argc != 2) {
        fprintf(stderr, "usage: paper FILE\n");
        return 2;
    }
    if (make_registry(&registry) != PIER_OK) {
        fprintf(stderr, "paper: no memory\n");
        pier_registry_destroy(registry);
        return 1;
    }
    pier_status status = keep(argv[1], &error);
    if (status == PIER_OK) {
        status = show(argv[1], registry, &error);
    }
    if (status != PIER_OK) {
        char line[400];
        pier_error_format(&error, line, sizeof line);
        fprintf(stderr, "paper: %s\n", line);
    }
    pier_registry_destroy(registry);
    return status == PIER_OK ? 0 : 1;
}
