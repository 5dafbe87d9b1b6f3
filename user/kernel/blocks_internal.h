/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of struct blocks; for blocks.c and blocks_*.c. */
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
	struct block_map tables[BLOCKS_FAMILIES]; /* IPv4, IPv6 */
	struct net_trie networks;
	struct front_table *front;
	int ports; /* the map of port bits; -1: pinned by a version without it */
	struct block_map_batch *batch;	 /* the batch in use */
	struct block_map_batch *expired; /* and the expired rows of it */
	/* Progress of blocks_reconcile(). */
	int family;
	struct block_map_walk walk;
	uint64_t seen[BLOCKS_FAMILIES]; /* in this round */
	bool thorough;			/* look up each block: some are missing */
	uint32_t rests;			/* calls until the next count */
};

#endif
