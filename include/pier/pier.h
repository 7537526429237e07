/* All of Pier: the umbrella over every public header.
 *
 * For programs. The library itself and whoever wants less includes the headers one by one, from the floor of the
 * address up: <pier/address.h>, <pier/archive.h>, … */
#ifndef PIER_PIER_H
#define PIER_PIER_H

#include <pier/access.h>
#include <pier/address.h>
#include <pier/allocator.h>
#include <pier/any.h>
#include <pier/append.h>
#include <pier/archive.h>
#include <pier/arena.h>
#include <pier/budget.h>
#include <pier/bytes.h>
#include <pier/cancel.h>
#include <pier/channel.h>
#include <pier/class.h>
#include <pier/clock.h>
#include <pier/compat.h>
#include <pier/datagram.h>
#include <pier/datagram_channel.h>
#include <pier/definition.h>
#include <pier/error.h>
#include <pier/event.h>
#include <pier/export.h>
#include <pier/file.h>
#include <pier/graph.h>
#include <pier/interface.h>
#include <pier/journal.h>
#include <pier/keep.h>
#include <pier/limits.h>
#include <pier/load.h>
#include <pier/mark.h>
#include <pier/multicast.h>
#include <pier/network.h>
#include <pier/port.h>
#include <pier/port_owner.h>
#include <pier/raw.h>
#include <pier/record.h>
#include <pier/record_generic.h>
#include <pier/registry.h>
#include <pier/resolve.h>
#include <pier/serialize.h>
#include <pier/session.h>
#include <pier/session_channel.h>
#include <pier/session_host.h>
#include <pier/socket.h>
#include <pier/socket_handle.h>
#include <pier/socket_option.h>
#include <pier/socket_transfer.h>
#include <pier/status.h>
#include <pier/store.h>
#include <pier/tree.h>
#include <pier/value.h>
#include <pier/version.h>

#endif
