/* The far side of a test that runs between two network namespaces: tests/network/network.py makes them.
 *
 * A socket belongs to the namespace in which it was made, for good. So one program holds both ends of a connection that
 * goes over a cable: it makes one of them while its thread is in the far namespace. */
#ifndef PIER_TESTS_FAR_SIDE_H
#define PIER_TESTS_FAR_SIDE_H

#include <stdbool.h>

#include <pier/address.h>

/* Returns whether there is a far side: PIER_TEST_FAR_NAMESPACE names its file. */
bool far_side_is_there(void);

/* Returns whether joints of this family go across to it (network.py --across). */
bool far_side_is_crossed(pier_family family);

/* Lets the calling thread make its sockets, and find interfaces, in the far namespace, and in its own one again; fails
 * the test when that fails. Not nested. */
void far_side_enter(void);
void far_side_leave(void);

/* The address of the far side where joints of this family listen, with port 0. Only while entered: an interface in it
 * is one of that side. */
pier_address far_side_address(pier_family family);

/* Makes of an address as the far side sees its own the one by which the near side reaches it: with the near
 * interface. */
pier_address far_side_seen_from_near(const pier_address *address);

#endif
