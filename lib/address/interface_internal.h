/* What the system tells of its interfaces, one fact at a time.
 *
 * Floor 1 (address). One file for each system implements it (interface_posix.c). A walk serves one thread. */
#ifndef PIER_ADDRESS_INTERFACE_INTERNAL_H
#define PIER_ADDRESS_INTERFACE_INTERNAL_H

#include <pier/interface.h>

/* A fact: that an interface is there, or one of its addresses. */
typedef struct pier__interface_fact {
    char name[PIER_INTERFACE_NAME_BYTES]; /* filled with zeros behind the terminator */
    uint32_t index;                       /* 0 when this fact does not tell */
    uint32_t flags;
    pier_interface_address address; /* its address is zeroed when the fact has none; the kind is not told */
    size_t number;                  /* for whoever collects the facts */
} pier__interface_fact;

/* A walk over the facts. Copy it before the first step to walk again. */
typedef struct pier__interface_walk {
    void *all;
    void *next;
} pier__interface_walk;

/* Begins a walk. Returns 0 or the system's error number. */
int pier__platform_open_interfaces(pier__interface_walk *walk);

/* Gives the next fact; returns false when there are no more. An interface's own fact comes before its addresses. */
bool pier__platform_next_interface(pier__interface_walk *walk, pier__interface_fact *fact);

/* Ends a walk and all its copies. */
void pier__platform_close_interfaces(pier__interface_walk *walk);

#endif
