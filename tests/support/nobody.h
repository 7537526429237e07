/* Places where nobody is. A port that a test gave back may be anybody's the next moment; these are held. */
#ifndef PIER_TEST_NOBODY_H
#define PIER_TEST_NOBODY_H

#include <pier/address.h>

/* Returns the address of a port of this machine that answers as if nobody had it, and that no other program gets while
 * the test runs: a socket that takes nothing is bound to it, and stays so. Fails the test when there is none.
 *
 * endpoint: where, with port 0: "tcp://127.0.0.1:0" or "udp://[::1]:0" for instance. */
pier_address test_nobody_at(const char *endpoint);

#endif
