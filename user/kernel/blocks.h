/* SPDX-License-Identifier: GPL-2.0-only */
/* The blocks in force, of hosts and of networks: whoever adds one or lifts one comes by here. */
#ifndef VERDICT_H
#define VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/addr.h"
#include "sobig.h"

struct blocks;

/* What shall be done to those that are blocked. */
struct blocks_order {
	uint32_t seconds;
	uint32_t age; /* seconds for which they were blocked before; the list shall know */
	bool extend;  /* for as long after the last SYN */
	bool dry_run;
	const char
		*reason; /* cut to SOBIG_REASON_SIZE - 1 bytes; what is not printable becomes '?' */
};

/* A reason as the maps and the state have it: printable ASCII, the rest as '?'; cut, padded with 0.
 */
void blocks_reason(const char *from, char to[SOBIG_REASON_SIZE]);

/*
 * All functions take turns with those of other processes. -EBUSY: our turn did not come for
 * seconds, since somebody was stopped in his.
 */

/*
 * The maps pinned in `dir`. -ENOENT: nothing is attached; -EPERM: no privilege; -EINVAL: they are
 * another version's. Says nothing.
 */
int blocks_open(const char *dir, struct blocks **out);

/* While the caller holds pins_lock() of the same folder, which is the same turn. */
void blocks_share_lock(struct blocks *blocks, bool shared);

/*
 * Blocks all of `whom`, from now on; a block in force is made longer, never shorter, and keeps
 * its `since` and its count. left[i] is for how many seconds whom[i] is blocked now (`left` may be
 * NULL). A trial is kept and counted, but drops nothing, and gives way to a block. *done is how
 * many were blocked. 0; -E2BIG: the table is full; -EBUSY; or -errno.
 */
int blocks_add(struct blocks *blocks, const struct addr_prefix *target, size_t count,
	       const struct blocks_order *order, uint32_t *left, size_t *done);

/* -ENOENT: it was not blocked as such. */
int blocks_remove(struct blocks *blocks, const struct addr_prefix *target);

/* How many were removed, or -errno. */
int blocks_remove_all(struct blocks *blocks);

/* How many hosts can be blocked. */
uint64_t blocks_room(const struct blocks *blocks, bool ipv4);

/* Accepts NULL. */
void blocks_close(struct blocks *blocks);

#endif
