/* What the channel floor asks of the system: to wait for any number of handles.
 *
 * Floor 7 (channel). One file for each system (platform_posix.c). Has no state: any thread may call it. */
#ifndef PIER_CHANNEL_PLATFORM_INTERNAL_H
#define PIER_CHANNEL_PLATFORM_INTERNAL_H

#include <stddef.h>

#include <pier/clock.h>
#include <pier/event.h>

/* How many bytes of memory the system needs for one handle of a wait. */
size_t pier__platform_poll_bytes(void);

/* Waits until something is there, or the deadline; PIER_NOW only looks. interests: their events are replaced by those
 * that are there, none after the deadline. memory: `count` times pier__platform_poll_bytes. Returns 0 or the system's
 * error number; an interruption by a signal is not shown. */
int pier__platform_poll_many(pier_interest *interests, size_t count, void *memory, pier_deadline deadline);

#endif
