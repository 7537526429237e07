/* The hosts file, and the names that never leave this machine.
 *
 * Floor 1 (address). Has no state: any thread may call it. */
#ifndef PIER_ADDRESS_HOSTS_INTERNAL_H
#define PIER_ADDRESS_HOSTS_INTERNAL_H

#include <pier/address.h>

/* Where the addresses of a name are put: TCP, port 0, each once. */
typedef struct pier__address_list {
    pier_address *addresses; /* room for `capacity` */
    size_t capacity;
    size_t count;
} pier__address_list;

/* Appends an address, unless it is there already or there is no room. */
void pier__address_list_add(pier__address_list *list, const pier_address *address);

/* Returns whether a name is `localhost` or below it, in any case, with or without a final dot. */
bool pier__is_localhost(const char *name);

/* Appends the loopback addresses of a family; both with PIER_FAMILY_NONE. */
void pier__add_loopback(pier__address_list *list, pier_family family);

/* Appends what the hosts file has for a name, in the order of the file. path: NULL for /etc/hosts, "" for none. A file
 * that is not there, or not for this process to read, has nothing. Returns 0 or the system's error number. */
int pier__hosts_look_up(const char *path, const char *name, pier_family family, pier__address_list *list);

#endif
