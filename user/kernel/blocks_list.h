/* SPDX-License-Identifier: GPL-2.0-only */
/* The blocks in force, looked at and not touched. */
#ifndef BLOCKS_LIST_H
#define BLOCKS_LIST_H

#include "kernel/blocks.h"

/* Times are whole seconds of CLOCK_MONOTONIC, as in the maps. */
struct blocks_list_entry {
	struct addr_prefix
		target; /* a host if it is as addr_prefix_host() makes it, or a network */
	uint32_t since;
	uint32_t until;
	uint32_t quiet; /* it lasts until the host was quiet for so many seconds; 0: no longer */
	uint32_t last_drop; /* 0: none yet */
	uint64_t drops;
	bool dry_run; /* the verdict of a dry run: nothing is dropped for it */
	char reason[SOBIG_REASON_SIZE];
};

/* The narrowest network in force that holds all of `whom`. 0; -ENOENT. */
int blocks_list_covering(struct blocks *blocks, const struct addr_prefix *target,
			 struct addr_prefix *out);

/*
 * Every block in force. Stops at the first call of `each` that does not return 0, and returns
 * that.
 */
int blocks_list_each(struct blocks *blocks,
		     int (*each)(void *context, const struct blocks_list_entry *entry),
		     void *context);

#endif
