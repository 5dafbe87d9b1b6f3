/* SPDX-License-Identifier: GPL-2.0-only */
/* Who is never blocked, taken out of the blocks in force and out of networks that shall be. */
#ifndef BLOCKS_EXEMPT_H
#define BLOCKS_EXEMPT_H

#include <stddef.h>

#include "common/prefix_set.h"
#include "kernel/blocks.h"

#define BLOCKS_EXEMPT_PIECES_MAX 65536

/* Networks that stand for the rest of one; all zero at first. */
struct blocks_exempt_pieces {
	struct addr_prefix *target;
	size_t count;
	size_t room;
};

/*
 * Adds what is left of `whom` without what is in the set, in as few networks as there can be.
 * 0; -ENOMEM; -E2BIG: more than BLOCKS_EXEMPT_PIECES_MAX.
 */
int blocks_exempt_rest(const struct prefix_set *allowed, const struct addr_prefix *target,
		       struct blocks_exempt_pieces *out);

void blocks_exempt_free(struct blocks_exempt_pieces *pieces);

/* A block that was removed. */
struct blocks_exempt_lifted {
	struct addr_prefix target;
	struct addr_prefix entry; /* of the set, for which it was */
	const char *why;
	size_t pieces; /* networks that were blocked in its stead: all of it but what is spared */
	int err;       /* why that did not go well, as blocks_add() has it */
	bool dry_run;
};

/*
 * Lifts each block in force that has an address in common with an entry of `fresh`: of a host
 * altogether, of a network in so far as it is in `spared` (which holds `fresh`, too); the rest
 * stays blocked for as long and for the same reason. Tells of each. 0 or -errno.
 */
int blocks_exempt_blocks(struct blocks *blocks, const struct prefix_set *allowed,
			 const struct prefix_set *fresh,
			 void (*each)(void *context, const struct blocks_exempt_lifted *lifted),
			 void *context);

#endif
