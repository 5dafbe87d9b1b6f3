/* SPDX-License-Identifier: GPL-2.0-only */
/* What keeps ledger, LRU maps, tries and front table together; for blocks.c. */
#ifndef REPAIR_H
#define REPAIR_H

#include "act/blocks.h"
#include "act/mirror.h"
#include "act/networks.h"
#include "act/tables.h"
#include "act/turn.h"

#define BLOCKS_FAMILIES 2

struct blocks {
	struct turn turn;
	struct tables tables[BLOCKS_FAMILIES]; /* IPv4's, IPv6's */
	struct networks networks;
	struct mirror *mirror;
	struct tables_batch *batch;  /* what is being worked at */
	struct tables_batch *lapsed; /* and one that is taken out of it */
	/* Where blocks_repair() has come. */
	int family;
	struct tables_walk walk;
	uint64_t seen[BLOCKS_FAMILIES]; /* in this round */
	bool thorough;			/* look each one up: some are missing */
	uint32_t rests;			/* how often they need not be counted yet */
};

/* All of these are for whoever has the turn, but for repair_enter_drops(). */

/* Enters into `block` what the tally of its host has counted. True if it had counted anything. */
bool repair_enter_drops(const struct blocks *blocks, const struct addr *host,
			struct sobig_block *block);

/* Makes the front table anew, for as many hosts as are expected. 0; -ENOMEM or another -errno. */
int repair_mirror(struct blocks *blocks, const struct mirror_counts *expected);

/* Tells the filter whether there are networks to look for. */
void repair_count_networks(struct blocks *blocks);

#endif
