/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the active blocks. */
#ifndef BLOCKS_LIST_H
#define BLOCKS_LIST_H

#include "kernel/blocks.h"

/* Times are whole seconds of CLOCK_MONOTONIC, as in the maps. */
struct blocks_list_entry {
	struct addr_prefix target; /* a host as made by addr_prefix_host(), or a network */
	uint32_t since;
	uint32_t until;
	uint32_t quiet;	    /* it lasts until the host was quiet for so many seconds; 0: it is not
			       extended */
	uint32_t last_drop; /* 0: never */
	uint64_t drops;
	bool dry_run;			    /* dry run: nothing is dropped */
	bool all_ports;			    /* it closes all protected ports */
	uint16_t ports[SOBIG_PORTS_MAX];    /* or these, host byte order; 0: end of the list */
	uint16_t offended[SOBIG_PORTS_MAX]; /* open ports by which it offended since */
	char reason[SOBIG_REASON_SIZE];
};

/* The narrowest actively blocked network that contains all of `target`. 0; -ENOENT. */
int blocks_list_covering(struct blocks *blocks, const struct addr_prefix *target,
			 struct addr_prefix *out);

/* Calls `each` for every active block. Stops if it does not return 0, and returns its value. */
int blocks_list_each(struct blocks *blocks,
		     int (*each)(void *context, const struct blocks_list_entry *entry),
		     void *context);

#endif
