/* What the address floor asks of the system, beside what has a header of its own.
 *
 * Floor 1 (address). One file for each system implements it whole (platform_posix.c). Has no state: any thread may call
 * it. */
#ifndef PIER_ADDRESS_PLATFORM_INTERNAL_H
#define PIER_ADDRESS_PLATFORM_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include <pier/address.h>
#include <pier/clock.h>
#include <pier/event.h>

/* Returns the number of the interface with this name, 0 when there is none. */
uint32_t pier__platform_interface_index(const char *name);

/* Finds the address that this machine would use to reach an IPv4 or IPv6 address, without sending anything. Returns
 * false when it has no way there. */
bool pier__platform_source_address(const pier_address *destination, pier_address *source);

/* How many handles pier__platform_poll takes at a time. */
#define PIER__POLL_HANDLES_MAX 64

/* Waits until an event of one of `count` handles is there, or the deadline has passed; the events of each become those
 * that are there. An error or the end counts as all that was waited for. PIER_NOW only looks. Returns 0 or the system's
 * error number; an interruption by a signal is not shown. */
int pier__platform_poll(pier_interest *interests, size_t count, pier_deadline deadline);

/* How many bytes of memory the system needs for one handle of pier__platform_poll_many. */
size_t pier__platform_poll_bytes(void);

/* The same for any number of handles. memory: `count` times pier__platform_poll_bytes. */
int pier__platform_poll_many(pier_interest *interests, size_t count, void *memory, pier_deadline deadline);

#endif
