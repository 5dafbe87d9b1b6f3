/* SPDX-License-Identifier: GPL-2.0-only */
/* What keeps ledger, LRU maps, tries and front table together; for blocks.c. */
#ifndef BLOCKS_RECONCILE_H
#define BLOCKS_RECONCILE_H

#include "kernel/block_map.h"
#include "kernel/blocks.h"
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

/* All of these are for whoever has the turn, but for blocks_reconcile_enter_drops(). */

/* Enters into `block` what the tally of its host has counted. True if it had counted anything. */
bool blocks_reconcile_enter_drops(const struct blocks *blocks, const struct addr *host,
				  struct sobig_block *block);

/* Makes the front table anew, for as many hosts as are expected. 0; -ENOMEM or another -errno. */
int blocks_reconcile_front(struct blocks *blocks, const struct front_table_counts *expected);

/* Tells the filter whether there are networks to look for. */
void blocks_reconcile_count_networks(struct blocks *blocks);

#endif
