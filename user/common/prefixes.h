/* SPDX-License-Identifier: GPL-2.0-only */
/* A set of addresses and networks, each with the words for why it is in it. */
#ifndef PREFIXES_H
#define PREFIXES_H

#include <stddef.h>

#include "common/addr.h"

struct prefixes;

#define PREFIXES_WHY_SIZE 80

/* -ENOMEM. The caller frees *out. */
int prefixes_new(struct prefixes **out);

/*
 * Adds one; of two that are alike, the first one's words stay. `why` is cut to fit. 0 or -ENOMEM.
 * What was added is found only after prefixes_seal().
 */
int prefixes_add(struct prefixes *prefixes, const struct addr_prefix *whom, const char *why);

/* Puts them in order; nothing is added after that. */
void prefixes_seal(struct prefixes *prefixes);

/*
 * The entry that `whom` has an address in common with, whichever of the two is the wider: its
 * words, and itself in *entry (may be NULL), or NULL. Of several, the narrowest that covers all of
 * `whom`, or else one that lies in it.
 */
const char *prefixes_find(const struct prefixes *prefixes, const struct addr_prefix *whom,
			  struct addr_prefix *entry);

size_t prefixes_count(const struct prefixes *prefixes);

/* In ascending order, IPv4 before IPv6. */
const struct addr_prefix *prefixes_at(const struct prefixes *prefixes, size_t index,
				      const char **why);

/* Accepts NULL. */
void prefixes_free(struct prefixes *prefixes);

#endif
