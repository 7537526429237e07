/* Addresses given by names, with a resolver of the test's own, so that no network and no file of the machine decides.
 *
 * Floor 1 (address). The linker puts __wrap_getaddrinfo in the place of the resolver. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include <pier/address.h>

/* What the resolver was asked, and what it is to answer. */
static struct {
    int calls;
    char host[256];
    char service[64];
    int socket_type;
    int answer;
    int system_error;
    const char *const *numbers; /* of the host, as texts */
    size_t count;
    uint16_t port;
    int live; /* lists given out and not freed */
} resolver;

/* One entry of a list, with room for its address behind it. */
typedef struct entry {
    struct addrinfo info;
    struct sockaddr_storage storage;
} entry;

static entry *new_entry(const char *number, uint16_t port, struct addrinfo *next) {
    entry *made = calloc(1, sizeof *made);
    assert_non_null(made);
    struct sockaddr_in *ipv4 = (struct sockaddr_in *)&made->storage;
    struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)&made->storage;
    made->info.ai_addr = (struct sockaddr *)&made->storage;
    made->info.ai_next = next;
    if (inet_pton(AF_INET, number, &ipv4->sin_addr) == 1) {
        ipv4->sin_family = AF_INET;
        ipv4->sin_port = htons(port);
        made->info.ai_addrlen = sizeof *ipv4;
    } else if (inet_pton(AF_INET6, number, &ipv6->sin6_addr) == 1) {
        ipv6->sin6_family = AF_INET6;
        ipv6->sin6_port = htons(port);
        ipv6->sin6_scope_id = strncmp(number, "fe80", 4) == 0 ? 7 : 0;
        made->info.ai_addrlen = sizeof *ipv6;
    } else {
        /* A family that Pier does not know. */
        made->storage.ss_family = AF_APPLETALK;
        made->info.ai_addrlen = sizeof made->storage;
    }
    return made;
}

int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **list);
void __wrap_freeaddrinfo(struct addrinfo *list);

int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints, struct addrinfo **list) {
    resolver.calls++;
    if (host != NULL) {
        strncpy(resolver.host, host, sizeof resolver.host - 1);
    }
    if (service != NULL) {
        strncpy(resolver.service, service, sizeof resolver.service - 1);
        resolver.socket_type = hints->ai_socktype;
    }
    if (resolver.answer != 0) {
        errno = resolver.system_error;
        return resolver.answer;
    }
    resolver.live++;
    *list = NULL;
    if (service != NULL) {
        *list = &new_entry("0.0.0.0", resolver.port, NULL)->info;
        return 0;
    }
    for (size_t i = resolver.count; i > 0; i--) {
        *list = &new_entry(resolver.numbers[i - 1], 0, *list)->info;
    }
    return 0;
}

void __wrap_freeaddrinfo(struct addrinfo *list) {
    resolver.live--;
    while (list != NULL) {
        struct addrinfo *next = list->ai_next;
        free(list);
        list = next;
    }
}

static int begin(void **state) {
    (void)state;
    memset(&resolver, 0, sizeof resolver);
    return 0;
}

static int end(void **state) {
    (void)state;
    return resolver.live;
}

static void assert_text(const pier_address *address, const char *expected) {
    char text[PIER_ADDRESS_TEXT_BYTES_MAX];
    (void)pier_address_format(address, text, sizeof text);
    assert_string_equal(text, expected);
}

static void numbers_never_reach_the_resolver(void **state) {
    (void)state;
    static const char *const texts[] = {"tcp://127.0.0.1:7000", "udp://[::1]:7000", "tcp://[::]:1", "unix:/run/x",
                                        "unix:@x"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        pier_address address;
        size_t count = 99;
        assert_int_equal(pier_address_resolve(texts[i], &address, 1, &count, NULL), PIER_OK);
        assert_int_equal(count, 1);
        assert_text(&address, texts[i]);
    }
    assert_int_equal(resolver.calls, 0);
}

static void malformed_text_never_reaches_the_resolver(void **state) {
    (void)state;
    static const struct {
        const char *text;
        uint64_t offset;
    } rows[] = {
        {"", 0},          {"http://host:80", 0}, {"host", 4},       {"host:", 5},      {"ho st:80", 2},
        {"1.2.3:80", 5},  {"0x7f.1:80", 1},      {"host:+80", 5},   {"host:8/", 6},    {"1.2.3.4.:80", 7},
        {"host:80:x", 7}, {"host:65536", 5},     {"host:-http", 5}, {"host:ht tp", 7},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pier_address address;
        pier_error error;
        size_t count = 99;
        assert_int_equal(pier_address_resolve(rows[i].text, &address, 1, &count, &error), PIER_ADDRESS);
        assert_int_equal(error.offset, rows[i].offset);
        assert_int_equal(count, 0);
    }
    assert_int_equal(resolver.calls, 0);
}

static void a_host_gives_all_its_addresses_in_order(void **state) {
    (void)state;
    static const char *const numbers[] = {"2001:db8::1", "192.0.2.1", "2001:db8::1", "appletalk", "fe80::2"};
    resolver.numbers = numbers;
    resolver.count = 5;
    pier_address addresses[8];
    size_t count = 0;
    assert_int_equal(pier_address_resolve("udp://Example-1.org.:7000", addresses, 8, &count, NULL), PIER_OK);
    assert_int_equal(resolver.calls, 1);
    assert_string_equal(resolver.host, "Example-1.org.");
    /* The one that came twice stands once, and the one that Pier cannot use not at all. */
    assert_int_equal(count, 3);
    assert_text(&addresses[0], "udp://[2001:db8::1]:7000");
    assert_text(&addresses[1], "udp://192.0.2.1:7000");
    assert_text(&addresses[2], "udp://[fe80::2%7]:7000");
}

static void no_more_addresses_than_there_is_room_for(void **state) {
    (void)state;
    static const char *const numbers[] = {"192.0.2.1", "192.0.2.2", "192.0.2.3"};
    resolver.numbers = numbers;
    resolver.count = 3;
    pier_address addresses[3];
    size_t count = 0;
    memset(addresses, 0x77, sizeof addresses);
    assert_int_equal(pier_address_resolve("host_a:1", addresses, 2, &count, NULL), PIER_OK);
    assert_int_equal(count, 2);
    assert_text(&addresses[1], "tcp://192.0.2.2:1");
    assert_int_equal(addresses[2].transport, 0x77);
}

static void a_host_of_unusable_addresses_is_not_found(void **state) {
    (void)state;
    static const char *const numbers[] = {"appletalk"};
    resolver.numbers = numbers;
    resolver.count = 1;
    pier_address address;
    size_t count = 99;
    pier_error error;
    assert_int_equal(pier_address_resolve("host:1", &address, 1, &count, &error), PIER_NOT_FOUND);
    assert_int_equal(count, 0);
}

static void a_service_gives_its_port(void **state) {
    (void)state;
    static const char *const numbers[] = {"192.0.2.1"};
    resolver.numbers = numbers;
    resolver.count = 1;
    resolver.port = 8080;
    pier_address address;
    size_t count = 0;
    assert_int_equal(pier_address_resolve("host:http-alt", &address, 1, &count, NULL), PIER_OK);
    assert_int_equal(resolver.calls, 2);
    assert_string_equal(resolver.service, "http-alt");
    assert_int_equal(resolver.socket_type, SOCK_STREAM);
    assert_text(&address, "tcp://192.0.2.1:8080");
    assert_int_equal(pier_address_resolve("udp://[::1]:3com-tsmux", &address, 1, &count, NULL), PIER_OK);
    assert_int_equal(resolver.calls, 3);
    assert_int_equal(resolver.socket_type, SOCK_DGRAM);
    assert_text(&address, "udp://[::1]:8080");
}

static void failures_of_the_resolver_are_told(void **state) {
    (void)state;
    static const struct {
        int answer;
        pier_status status;
    } rows[] = {
        {EAI_NONAME, PIER_NOT_FOUND},  {EAI_NODATA, PIER_NOT_FOUND}, {EAI_ADDRFAMILY, PIER_NOT_FOUND},
        {EAI_SERVICE, PIER_NOT_FOUND}, {EAI_AGAIN, PIER_SYSTEM},     {EAI_FAIL, PIER_SYSTEM},
        {EAI_MEMORY, PIER_NO_MEMORY},  {EAI_SYSTEM, PIER_SYSTEM},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pier_address address;
        pier_error error;
        size_t count = 99;
        resolver.answer = rows[i].answer;
        resolver.system_error = EMFILE;
        assert_int_equal(pier_address_resolve("tcp://host.example:80", &address, 1, &count, &error), rows[i].status);
        assert_int_equal(error.status, rows[i].status);
        assert_int_equal(error.floor, PIER_FLOOR_ADDRESS);
        assert_int_equal(error.offset, 6);
        assert_int_equal(error.os_error, rows[i].answer == EAI_SYSTEM ? EMFILE : 0);
        assert_non_null(strstr(error.text, "host.example"));
        assert_int_equal(count, 0);
        assert_int_equal(pier_address_resolve("tcp://127.0.0.1:http", &address, 1, &count, &error), rows[i].status);
        assert_int_equal(error.offset, 16);
        assert_non_null(strstr(error.text, "service"));
        assert_int_equal(pier_address_resolve("tcp://127.0.0.1:http", &address, 1, &count, NULL), rows[i].status);
    }
}

static void an_unknown_name_is_told_by_name(void **state) {
    (void)state;
    pier_address address;
    pier_error error;
    size_t count = 0;
    resolver.answer = EAI_NONAME;
    assert_int_equal(pier_address_resolve("nosuch.example:80", &address, 1, &count, &error), PIER_NOT_FOUND);
    assert_string_equal(error.text, "the system knows no host of the name nosuch.example");
}

static void misuse_is_refused(void **state) {
    (void)state;
    pier_address address;
    pier_error error;
    size_t count = 99;
    assert_int_equal(pier_address_resolve(NULL, &address, 1, &count, &error), PIER_USAGE);
    assert_int_equal(count, 0);
    assert_int_equal(pier_address_resolve("host:80", NULL, 1, &count, &error), PIER_USAGE);
    assert_int_equal(pier_address_resolve("host:80", &address, 0, &count, &error), PIER_USAGE);
    assert_int_equal(pier_address_resolve("host:80", &address, 1, NULL, &error), PIER_USAGE);
    assert_int_equal(resolver.calls, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(numbers_never_reach_the_resolver, begin, end),
        cmocka_unit_test_setup_teardown(malformed_text_never_reaches_the_resolver, begin, end),
        cmocka_unit_test_setup_teardown(a_host_gives_all_its_addresses_in_order, begin, end),
        cmocka_unit_test_setup_teardown(no_more_addresses_than_there_is_room_for, begin, end),
        cmocka_unit_test_setup_teardown(a_host_of_unusable_addresses_is_not_found, begin, end),
        cmocka_unit_test_setup_teardown(a_service_gives_its_port, begin, end),
        cmocka_unit_test_setup_teardown(failures_of_the_resolver_are_told, begin, end),
        cmocka_unit_test_setup_teardown(an_unknown_name_is_told_by_name, begin, end),
        cmocka_unit_test_setup_teardown(misuse_is_refused, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
