/* Ports that are held so that nobody is there; see nobody.h. */
#include "support/nobody.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <sys/socket.h>

#include "address/sockaddr_posix_internal.h"

pier_address test_nobody_at(const char *endpoint) {
    pier_address address;
    struct sockaddr_storage place;
    assert_int_equal(pier_address_parse(endpoint, &address, NULL), PIER_OK);
    socklen_t size = pier__address_to_sockaddr(&address, &place);
    bool is_stream = address.transport == PIER_TRANSPORT_TCP;
    /* Not given back before the process ends. */
    int holding = socket(place.ss_family, is_stream ? SOCK_STREAM : SOCK_DGRAM, 0);
    assert_true(holding >= 0);
    assert_int_equal(bind(holding, (const struct sockaddr *)&place, size), 0);
    assert_int_equal(getsockname(holding, (struct sockaddr *)&place, &size), 0);
    /* A stream socket that does not listen refuses. A datagram socket that is connected takes from its peer alone, which
     * is the socket itself. */
    if (!is_stream) {
        assert_int_equal(connect(holding, (const struct sockaddr *)&place, size), 0);
    }
    uint8_t transport = address.transport;
    pier__address_from_sockaddr(&place, size, &address);
    address.transport = transport;
    return address;
}
