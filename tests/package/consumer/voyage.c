/* A program outside Pier with records of a schema, and of another one that this imports: it asks the tables. */
#include <stdio.h>
#include <string.h>

#include <pier/pier.h>

#include "voyage.pier.h"

int main(void) {
    consumer_port port = {"Hamburg"};
    consumer_voyage voyage = {0};
    voyage.days = 12;
    voyage.ports_count = 1;
    voyage.ports = &port;
    const pier_class *type = consumer_voyage_class.fields(&consumer_voyage_class)[1].type;
    if (strcmp(consumer_voyage_class.name, "consumer.Voyage") != 0 || type != &consumer_port_class) {
        fprintf(stderr, "the tables of the schema are wrong\n");
        return 1;
    }
    printf("pier %s, %u days to %s\n", pier_version(), (unsigned)voyage.days, voyage.ports[0].name);
    return 0;
}
