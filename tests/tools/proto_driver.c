/* Reads the closures of classes and prints the schema of all of them, for print_schema_test.py: on standard input each
 * has its size before it, 4 bytes, little-endian. Ends with status 1 and the error on standard error output. */
#include <stdio.h>
#include <stdlib.h>

#include "base/endian_internal.h"
#include "proto_print.h"
#include "record/record_internal.h"

enum { DEFINITIONS_MAX = 64 };

static pier_definition *read_definition(void) {
    uint8_t head[4];
    if (fread(head, 1, sizeof head, stdin) != sizeof head) {
        return NULL;
    }
    uint32_t size = pier__load_le32(head);
    uint8_t *closure = (uint8_t *)malloc(size > 0 ? size : 1);
    pier_definition *definition = NULL;
    pier__definition_error error;
    if (closure == NULL || fread(closure, 1, size, stdin) != size ||
        pier__definition_parse(closure, size, 65535, pier_allocator_default(), &definition, &error) != PIER_OK) {
        (void)fprintf(stderr, "%s: %s (%s)\n", pier_status_name(error.status), error.text, error.path);
        exit(2);
    }
    free(closure);
    return definition;
}

int main(void) {
    pier_definition *definitions[DEFINITIONS_MAX];
    size_t count = 0;
    while (count < DEFINITIONS_MAX) {
        definitions[count] = read_definition();
        if (definitions[count] == NULL) {
            break;
        }
        count++;
    }
    text_buffer out = {NULL, 0, 0, false};
    pier_error error;
    pier_status status = proto_print((const pier_definition *const *)definitions, count, &out, &error);
    if (status == PIER_OK) {
        (void)fwrite(out.data, 1, out.size, stdout);
    } else {
        (void)fprintf(stderr, "%s: %s (%s)\n", pier_status_name(status), error.text, error.path);
    }
    text_buffer_deinit(&out);
    for (size_t i = 0; i < count; i++) {
        pier__definition_destroy(pier_allocator_default(), definitions[i]);
    }
    return status == PIER_OK ? 0 : 1;
}
