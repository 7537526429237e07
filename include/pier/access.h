/* Who may connect: a list of networks that are allowed or denied.
 *
 * Floor 1 (address). Knows nothing of sockets: a listener, or the program itself, asks it about a peer's address. The
 * first rule whose network holds the address decides; when none does, the answer that was stated at creation. */
#ifndef PIER_ACCESS_H
#define PIER_ACCESS_H

#include <pier/allocator.h>
#include <pier/network.h>

typedef struct pier_access pier_access;

/* What a rule says of the addresses in its network. */
typedef enum pier_verdict { PIER_DENY = 1, PIER_ALLOW = 2 } pier_verdict;

/* How many rules a list may have. */
#define PIER_ACCESS_RULES_MAX 65536

/* Makes a list without rules.
 * out: owned: freed by pier_access_destroy; NULL on failure. otherwise: the answer for addresses in no rule's network.
 * allocator: NULL for pier_allocator_default(); copied. error: NULL, or filled on failure.
 * Returns PIER_OK; PIER_USAGE for NULL and for a verdict that is none; PIER_NO_MEMORY. Never blocks. */
PIER_API pier_status pier_access_create(pier_access **out, pier_verdict otherwise, const pier_allocator *allocator,
                                        pier_error *error) PIER_MUST_USE;

/* Frees. NULL is allowed. */
PIER_API void pier_access_destroy(pier_access *access);

/* Appends a rule. error: NULL, or filled on failure; the list is then as it was.
 * Returns PIER_OK; PIER_USAGE for a zeroed network and a verdict that is none; PIER_LIMIT above PIER_ACCESS_RULES_MAX
 * rules; PIER_NO_MEMORY. Never blocks. */
PIER_API pier_status pier_access_add(pier_access *access, pier_verdict verdict, const pier_network *network,
                                     pier_error *error) PIER_MUST_USE;

/* Appends rules given as text: `allow NETWORK` or `deny NETWORK`, with commas or line ends between; `#` begins a
 * comment that ends with the line.
 *
 *     deny 10.0.0.13, allow 10.0.0.0/8, allow [fe80::]/10
 *
 * text: terminated. error: NULL, or filled on failure; `offset` is the byte of `text` that is wrong, and the list is as
 * it was. Returns PIER_OK, also for no rule at all; PIER_ADDRESS for text that is no rule; else as pier_access_add. */
PIER_API pier_status pier_access_add_text(pier_access *access, const char *text, pier_error *error) PIER_MUST_USE;

/* Returns how many rules there are. */
PIER_API size_t pier_access_count(const pier_access *access);

/* Returns whether an address is allowed. A Unix address lies in no network: the stated answer holds for it.
 * rule: NULL, or gets the number of the rule that decided, from 0; pier_access_count when none did. Any number of
 * threads may ask at a time, while nobody adds. Never blocks; takes a step a rule. */
PIER_API bool pier_access_allows(const pier_access *access, const pier_address *address, size_t *rule);

#endif
