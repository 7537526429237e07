/* Ports and the services that own them.
 *
 * Floor 1 (address). Knows nothing of sockets. Has no state: any thread may call it. */
#include <pier/port.h>

#include <errno.h>
#include <string.h>

#include "address/ip_text_internal.h"
#include "address/lines_internal.h"
#include "base/error_internal.h"
#include "base/os_error_internal.h"

#define SERVICES_PATH "/etc/services"

/* Where the ranges begin: RFC 6335, section 6. */
#define REGISTERED_FIRST 1024
#define DYNAMIC_FIRST 49152

/* What stands in for a services file that is not there: IANA's names of what programs most often ask for. */
static const struct {
    const char *name;
    uint16_t port;
    uint8_t transport;
} known[] = {
    {"ftp-data", 20, PIER_TRANSPORT_TCP},
    {"ftp", 21, PIER_TRANSPORT_TCP},
    {"ssh", 22, PIER_TRANSPORT_TCP},
    {"telnet", 23, PIER_TRANSPORT_TCP},
    {"smtp", 25, PIER_TRANSPORT_TCP},
    {"domain", 53, PIER_TRANSPORT_TCP},
    {"domain", 53, PIER_TRANSPORT_UDP},
    {"tftp", 69, PIER_TRANSPORT_UDP},
    {"http", 80, PIER_TRANSPORT_TCP},
    {"kerberos", 88, PIER_TRANSPORT_TCP},
    {"kerberos", 88, PIER_TRANSPORT_UDP},
    {"pop3", 110, PIER_TRANSPORT_TCP},
    {"sunrpc", 111, PIER_TRANSPORT_TCP},
    {"sunrpc", 111, PIER_TRANSPORT_UDP},
    {"ntp", 123, PIER_TRANSPORT_UDP},
    {"imap", 143, PIER_TRANSPORT_TCP},
    {"snmp", 161, PIER_TRANSPORT_UDP},
    {"ldap", 389, PIER_TRANSPORT_TCP},
    {"https", 443, PIER_TRANSPORT_TCP},
    {"https", 443, PIER_TRANSPORT_UDP},
    {"submissions", 465, PIER_TRANSPORT_TCP},
    {"syslog", 514, PIER_TRANSPORT_UDP},
    {"submission", 587, PIER_TRANSPORT_TCP},
    {"ipp", 631, PIER_TRANSPORT_TCP},
    {"ldaps", 636, PIER_TRANSPORT_TCP},
    {"domain-s", 853, PIER_TRANSPORT_TCP},
    {"imaps", 993, PIER_TRANSPORT_TCP},
    {"pop3s", 995, PIER_TRANSPORT_TCP},
    {"socks", 1080, PIER_TRANSPORT_TCP},
    {"mqtt", 1883, PIER_TRANSPORT_TCP},
    {"nfs", 2049, PIER_TRANSPORT_TCP},
    {"mysql", 3306, PIER_TRANSPORT_TCP},
    {"ms-wbt-server", 3389, PIER_TRANSPORT_TCP},
    {"mdns", 5353, PIER_TRANSPORT_UDP},
    {"postgresql", 5432, PIER_TRANSPORT_TCP},
    {"amqp", 5672, PIER_TRANSPORT_TCP},
    {"redis", 6379, PIER_TRANSPORT_TCP},
    {"http-alt", 8080, PIER_TRANSPORT_TCP},
    {"secure-mqtt", 8883, PIER_TRANSPORT_TCP},
};

/* What is looked for: a name, or a port when there is none. */
typedef struct service_search {
    const char *name;
    size_t name_bytes;
    uint16_t port;
    pier_transport transport;
} service_search;

pier_port_range pier_port_range_of(uint16_t port) {
    if (port == 0) {
        return PIER_PORT_ANY;
    }
    if (port < REGISTERED_FIRST) {
        return PIER_PORT_RESERVED;
    }
    return port < DYNAMIC_FIRST ? PIER_PORT_REGISTERED : PIER_PORT_DYNAMIC;
}

const char *pier_port_range_name(pier_port_range range) {
    switch (range) {
    case PIER_PORT_ANY:
        return "any";
    case PIER_PORT_RESERVED:
        return "reserved";
    case PIER_PORT_REGISTERED:
        return "registered";
    case PIER_PORT_DYNAMIC:
        return "dynamic";
    default:
        return "unknown";
    }
}

/* Returns whether a service is what is looked for, but for its name. */
static bool fits(const service_search *search, uint16_t port, uint8_t transport) {
    return (search->transport == PIER_TRANSPORT_NONE || search->transport == transport) &&
           (search->name != NULL || search->port == port);
}

static bool is_named(const service_search *search, const char *word) {
    return search->name == NULL || pier__word_equals(word, search->name, search->name_bytes);
}

/* Reads `80/tcp`. Returns false for what is no port of TCP or UDP. */
static bool read_port(const char *word, uint16_t *port, uint8_t *transport) {
    uint32_t number = 0;
    pier__text_fault fault;
    size_t slash = strcspn(word, "/");
    if (!pier__number_read(word, slash, UINT16_MAX, &number, &fault) || number == 0) {
        return false;
    }
    *port = (uint16_t)number;
    *transport = PIER_TRANSPORT_NONE;
    if (strcmp(word + slash, "/tcp") == 0) {
        *transport = PIER_TRANSPORT_TCP;
    } else if (strcmp(word + slash, "/udp") == 0) {
        *transport = PIER_TRANSPORT_UDP;
    }
    return *transport != PIER_TRANSPORT_NONE;
}

/* Reads one line, `name port/transport alias …`, and takes it if it is what is looked for. */
static bool take_line(const service_search *search, char *line, pier_service *service) {
    uint16_t port = 0;
    uint8_t transport = PIER_TRANSPORT_NONE;
    const char *name = pier__line_word(&line);
    const char *place = name != NULL ? pier__line_word(&line) : NULL;
    if (place == NULL || strlen(name) > PIER_SERVICE_NAME_BYTES_MAX || !read_port(place, &port, &transport) ||
        !fits(search, port, transport)) {
        return false;
    }
    for (const char *word = name; word != NULL; word = pier__line_word(&line)) {
        if (is_named(search, word)) {
            memcpy(service->name, name, strlen(name) + 1);
            service->port = port;
            service->transport = transport;
            service->is_from_file = true;
            return true;
        }
    }
    return false;
}

/* Looks into the file. Returns 0 or the system's error number; `service` has a port when it was found. */
static int search_file(const service_search *search, const char *path, pier_service *service) {
    pier__lines lines;
    int os_error = pier__lines_open(&lines, path);
    if (os_error != 0) {
        return os_error;
    }
    char *line = NULL;
    do {
        os_error = pier__lines_next(&lines, &line);
    } while (os_error == 0 && line != NULL && !take_line(search, line, service));
    pier__lines_close(&lines);
    return os_error;
}

static void search_known(const service_search *search, pier_service *service) {
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (fits(search, known[i].port, known[i].transport) && is_named(search, known[i].name)) {
            memcpy(service->name, known[i].name, strlen(known[i].name) + 1);
            service->port = known[i].port;
            service->transport = known[i].transport;
            return;
        }
    }
}

/* Says what was not found. */
static pier_status fail_not_found(const service_search *search, const char *path, int os_error, pier_error *error) {
    const char *kind = search->transport == PIER_TRANSPORT_UDP   ? "UDP "
                       : search->transport == PIER_TRANSPORT_TCP ? "TCP "
                                                                 : "";
    const char *where = os_error == 0 ? "is in" : "is known to Pier itself, and there is no";
    if (search->name == NULL) {
        return pier__error_set(error, PIER_NOT_FOUND, PIER_FLOOR_ADDRESS, os_error, "no %sservice of port %u %s %.64s",
                               kind, (unsigned)search->port, where, path);
    }
    return pier__error_set(error, PIER_NOT_FOUND, PIER_FLOOR_ADDRESS, os_error,
                           "no %sservice of the name %.63s %s %.64s", kind, search->name, where, path);
}

static pier_status find(const service_search *search, const char *services_path, pier_service *service,
                        pier_error *error) {
    const char *path = services_path != NULL ? services_path : SERVICES_PATH;
    int os_error = search_file(search, path, service);
    if (os_error != 0 && os_error != ENOENT) {
        char words[PIER__OS_WORDS_BYTES];
        memset(service, 0, sizeof *service);
        return pier__error_set(error, pier__os_failure(os_error), PIER_FLOOR_ADDRESS, os_error,
                               "%.64s cannot be read: %s", path, pier__os_words(os_error, words));
    }
    if (os_error == ENOENT) {
        search_known(search, service);
    }
    return service->port != 0 ? PIER_OK : fail_not_found(search, path, os_error, error);
}

/* Checks what both searches are asked with, and clears the answer. */
static pier_status check(pier_transport transport, pier_service *service, pier_error *error) {
    if (service == NULL) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_ADDRESS, 0, "service may not be NULL");
    }
    memset(service, 0, sizeof *service);
    if (transport != PIER_TRANSPORT_NONE && transport != PIER_TRANSPORT_TCP && transport != PIER_TRANSPORT_UDP) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_ADDRESS, 0, "only TCP and UDP have ports");
    }
    return PIER_OK;
}

pier_status pier_service_by_name(const char *name, pier_transport transport, const char *services_path,
                                 pier_service *service, pier_error *error) {
    pier_status status = check(transport, service, error);
    if (status != PIER_OK) {
        return status;
    }
    if (name == NULL || name[0] == '\0') {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_ADDRESS, 0, "the name of a service is missing");
    }
    service_search search = {.name = name, .name_bytes = strlen(name), .transport = transport};
    return find(&search, services_path, service, error);
}

pier_status pier_service_by_port(uint16_t port, pier_transport transport, const char *services_path,
                                 pier_service *service, pier_error *error) {
    pier_status status = check(transport, service, error);
    if (status != PIER_OK) {
        return status;
    }
    if (port == 0) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_ADDRESS, 0, "port 0 belongs to no service");
    }
    service_search search = {.port = port, .transport = transport};
    return find(&search, services_path, service, error);
}
