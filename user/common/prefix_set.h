/* SPDX-License-Identifier: GPL-2.0-only */
/* A set of addresses and networks, each with the reason for its presence. */
#ifndef PREFIX_SET_H
#define PREFIX_SET_H

#include <stddef.h>

#include "common/addr.h"

struct prefix_set;

#define PREFIX_SET_WHY_SIZE 80

/* 0 or -ENOMEM. The caller frees *out. */
int prefix_set_new(struct prefix_set **out);

/*
 * Adds an entry; of two equal entries, the first one's reason stays. `why` is copied, and cut to
 * fit. 0 or -ENOMEM. Entries can be found only after prefix_set_seal().
 */
int prefix_set_add(struct prefix_set *prefixes, const struct addr_prefix *target, const char *why);

/* Sorts the entries; none may be added after that. */
void prefix_set_seal(struct prefix_set *prefixes);

/*
 * Finds an entry that covers `target` or lies in it. Returns its reason, owned by the set, and sets
 * *entry unless `entry` is NULL; NULL: none. Of several, it is the narrowest that covers all of
 * `target`, otherwise one that lies in it.
 */
const char *prefix_set_find(const struct prefix_set *prefixes, const struct addr_prefix *target,
			    struct addr_prefix *entry);

size_t prefix_set_count(const struct prefix_set *prefixes);

/* The entry at `index`, in ascending order, IPv4 before IPv6; *why unless `why` is NULL. */
const struct addr_prefix *prefix_set_at(const struct prefix_set *prefixes, size_t index,
					const char **why);

/* Accepts NULL. */
void prefix_set_free(struct prefix_set *prefixes);

#endif
