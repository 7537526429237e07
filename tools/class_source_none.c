/* No classes out of schemas: the command was built without the schema compiler; see class_source_schema.h. */
#include "class_source_schema.h"

#include "report.h"

int class_source_read_schema(class_source *source, const char *command, const char *path) {
    (void)source;
    return report(command, PIER_UNSUPPORTED, "%s is no archive, and schemas need a command with the schema compiler",
                  path);
}

void class_source_free_schema(class_source *source) {
    (void)source;
}
