/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables behind struct blocks; for blocks.c and blocks_*.c. */
#ifndef BLOCKS_INTERNAL_H
#define BLOCKS_INTERNAL_H

#include <stdbool.h>

#include "kernel/block_map.h"
#include "kernel/front_table.h"
#include "kernel/lock.h"
#include "kernel/net_trie.h"

#define BLOCKS_FAMILIES 2

struct blocks {
	struct lock lock;
	struct block_map tables[BLOCKS_FAMILIES]; /* IPv4's, IPv6's */
	struct net_trie networks;
	struct front_table *front;
	struct block_map_batch *batch;	 /* what is being worked at */
	struct block_map_batch *expired; /* and one that is taken out of it */
	/* Where blocks_reconcile() has come. */
	int family;
	struct block_map_walk walk;
	uint64_t seen[BLOCKS_FAMILIES]; /* in this round */
	bool thorough;			/* look each one up: some are missing */
	uint32_t rests;			/* how often they need not be counted yet */
};

#endif
