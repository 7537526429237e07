/* Which address of a name to try first.
 *
 * Floor 1 (address). Has no state: any thread may call it. */
#ifndef PIER_ADDRESS_ORDER_INTERNAL_H
#define PIER_ADDRESS_ORDER_INTERNAL_H

#include <pier/resolve.h>

/* An address, and the one that this machine would use to reach it. */
typedef struct pier__route {
    pier_address destination;
    pier_address source;
    bool is_usable; /* there is a way, and `source` is filled */
} pier__route;

/* Returns below 0 when `left` is to be tried before `right`, above 0 when after, 0 when it is all the same: the rules
 * of RFC 6724, section 6, as far as a program can know what they ask. */
int pier__route_compare(const pier__route *left, const pier__route *right);

/* Puts up to PIER_RESOLVE_ADDRESSES_MAX addresses of IPv4 and IPv6 in order, those first that are to be tried first;
 * equals stay as they are. Asks the system for its routes, and sends nothing. routes: room for `count`. */
void pier__order_addresses(pier_address *addresses, size_t count, pier__route *routes);

#endif
