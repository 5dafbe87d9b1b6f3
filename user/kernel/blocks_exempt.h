/* SPDX-License-Identifier: GPL-2.0-only */
/* Excludes the allow list from active blocks and from networks to be blocked. */
#ifndef BLOCKS_EXEMPT_H
#define BLOCKS_EXEMPT_H

#include <stddef.h>

#include "common/prefix_set.h"
#include "kernel/blocks.h"

#define BLOCKS_EXEMPT_PIECES_MAX 65536

/* The networks that remain of one; initialize with zeros. */
struct blocks_exempt_pieces {
	struct addr_prefix *target;
	size_t count;
};

/*
 * Adds `target` without the set's addresses, as the smallest number of networks. 0; -ENOMEM;
 * -E2BIG: more than BLOCKS_EXEMPT_PIECES_MAX.
 */
int blocks_exempt_rest(const struct prefix_set *allowed, const struct addr_prefix *target,
		       struct blocks_exempt_pieces *out);

void blocks_exempt_free(struct blocks_exempt_pieces *pieces);

/* A block that was removed. */
struct blocks_exempt_unblocked {
	struct addr_prefix target;
	struct addr_prefix entry; /* the entry of the set that caused it */
	const char *why;
	size_t pieces; /* networks that are blocked instead: all of it except allowed addresses */
	int err;       /* 0, or the error of blocks_add() for these networks */
	bool dry_run;
};

/*
 * Removes each active block that overlaps an entry of `fresh`: a host completely, a network where
 * it overlaps `allowed` (which includes `fresh`). The rest stays blocked, with the same end and
 * reason. Calls `each` for each. 0 or -errno.
 */
int blocks_exempt_blocks(struct blocks *blocks, const struct prefix_set *allowed,
			 const struct prefix_set *fresh,
			 void (*each)(void *context,
				      const struct blocks_exempt_unblocked *unblocked),
			 void *context);

#endif
