/* SPDX-License-Identifier: GPL-2.0-only */
/* A set of addresses and networks, each with the words for why it is in it. */
#ifndef PREFIX_SET_H
#define PREFIX_SET_H

#include <stddef.h>

#include "common/addr.h"

struct prefix_set;

#define PREFIX_SET_WHY_SIZE 80

/* -ENOMEM. The caller frees *out. */
int prefix_set_new(struct prefix_set **out);

/*
 * Adds one; of two that are alike, the first one's words stay. `why` is cut to fit. 0 or -ENOMEM.
 * What was added is found only after prefix_set_seal().
 */
int prefix_set_add(struct prefix_set *prefixes, const struct addr_prefix *target, const char *why);

/* Puts them in order; nothing is added after that. */
void prefix_set_seal(struct prefix_set *prefixes);

/*
 * The entry that `whom` has an address in common with, whichever of the two is the wider: its
 * words, and itself in *entry (may be NULL), or NULL. Of several, the narrowest that covers all of
 * `whom`, or else one that lies in it.
 */
const char *prefix_set_find(const struct prefix_set *prefixes, const struct addr_prefix *target,
			    struct addr_prefix *entry);

size_t prefix_set_count(const struct prefix_set *prefixes);

/* In ascending order, IPv4 before IPv6. */
const struct addr_prefix *prefix_set_at(const struct prefix_set *prefixes, size_t index,
					const char **why);

/* Accepts NULL. */
void prefix_set_free(struct prefix_set *prefixes);

#endif
