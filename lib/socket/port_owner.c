/* Who has a port; see <pier/port_owner.h>.
 *
 * Floor 2 (socket). The system is asked by owner_linux.c. Has no state: any thread may call it. */
#include <pier/port_owner.h>

#include <stdio.h>
#include <string.h>

#include "base/error_internal.h"
#include "socket/owner_internal.h"

pier_status pier_port_owner_find(uint16_t port, pier_transport transport, pier_port_owner *owner, pier_error *error) {
    bool is_udp = transport == PIER_TRANSPORT_UDP;
    if (owner != NULL) {
        memset(owner, 0, sizeof *owner);
    }
    if (owner == NULL || port == 0 || (!is_udp && transport != PIER_TRANSPORT_TCP)) {
        return pier__error_set(error, PIER_USAGE, PIER_FLOOR_SOCKET, 0,
                               "asking for an owner needs a port of TCP or UDP, above 0, and a place for the answer");
    }
    pier__port_owner found;
    if (!pier__platform_port_owner(port, is_udp, &found)) {
        return pier__error_set(error, PIER_NOT_FOUND, PIER_FLOOR_SOCKET, 0, "nobody has %s port %u, as far as is known",
                               is_udp ? "UDP" : "TCP", (unsigned)port);
    }
    owner->process = found.process;
    owner->user = found.user;
    (void)snprintf(owner->program, sizeof owner->program, "%s", found.name);
    return PIER_OK;
}
