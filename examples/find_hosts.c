/* Looks up many endpoints at once, in one loop over poll, and prints each as it is found: find_hosts ENDPOINT… */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <pier/pier.h>

/* [names: done] */
static void print_found(pier_resolver *resolver, pier_status status, void *user) {
    pier_address address;
    size_t count = 0;
    const char *endpoint = user;
    if (status == PIER_OK && pier_resolver_result(resolver, &address, 1, &count) == PIER_OK) {
        printf("%s is %s\n", endpoint, pier_address_as_text(&address).text);
    } else {
        printf("%s: %s\n", endpoint, pier_resolver_error(resolver)->text);
    }
    pier_resolver_destroy(resolver); /* legal in here */
}
/* [end] */

/* [names: poll] */
/* Polls what all resolvers want, until the first of them wants to go on. */
static void wait_for_any(pier_resolver *const *resolvers, size_t count) {
    struct pollfd *entries = calloc(count * PIER_RESOLVE_HANDLES_MAX, sizeof *entries);
    pier_deadline next = PIER_NEVER;
    nfds_t used = 0;
    for (size_t i = 0; i < count && entries != NULL; i++) {
        pier_interest interests[PIER_RESOLVE_HANDLES_MAX];
        size_t wanted = pier_resolver_interests(resolvers[i], interests, PIER_RESOLVE_HANDLES_MAX);
        for (size_t j = 0; j < wanted; j++) {
            short reads = (interests[j].events & PIER_READABLE) != 0 ? POLLIN : 0;
            short writes = (interests[j].events & PIER_WRITABLE) != 0 ? POLLOUT : 0;
            entries[used++] = (struct pollfd){interests[j].handle, (short)(reads | writes), 0};
        }
        pier_deadline own = pier_resolver_next(resolvers[i]);
        next = own < next ? own : next;
    }
    int64_t left_ms = next == PIER_NEVER ? -1 : (next - pier_clock_monotonic_ns()) / 1000000 + 1;
    poll(entries, used, next != PIER_NEVER && left_ms < 0 ? 0 : (int)left_ms);
    free(entries);
}

/* Steps them all; those that ended are taken out. Returns how many are left. */
static size_t step_all(pier_resolver **resolvers, size_t count) {
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        if (pier_resolver_step(resolvers[i]) == PIER_WOULD_BLOCK) {
            resolvers[left++] = resolvers[i];
        }
    }
    return left;
}
/* [end] */

int main(int argc, char **argv) {
    pier_resolver **resolvers = calloc((size_t)argc, sizeof *resolvers);
    size_t count = 0;
    for (int i = 1; i < argc && resolvers != NULL; i++) {
        /* [names: start] */
        pier_error error;
        pier_deadline deadline = pier_deadline_after_ms(3000);
        pier_resolve_options options = {.size = sizeof options, .done = print_found, .user = argv[i]};
        if (pier_resolver_start(&resolvers[count], argv[i], deadline, &options, &error) == PIER_OK) {
            count++;
        } else {
            printf("%s: %s\n", argv[i], error.text);
        }
        /* [end] */
    }
    while ((count = step_all(resolvers, count)) > 0) {
        wait_for_any(resolvers, count);
    }
    free(resolvers);
    return 0;
}
