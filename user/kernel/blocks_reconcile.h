/* SPDX-License-Identifier: GPL-2.0-only */
/* What keeps ledger, LRU maps, tries and front table together; for blocks.c. */
#ifndef BLOCKS_RECONCILE_H
#define BLOCKS_RECONCILE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/addr.h"
#include "kernel/front_table.h"
#include "sobig.h"

struct blocks;

/* All of these are for whoever has the turn, but for blocks_reconcile_enter_drops(). */

/* Enters into `block` what the tally of its host has counted. True if it had counted anything. */
bool blocks_reconcile_enter_drops(const struct blocks *blocks, const struct addr *host,
				  struct sobig_block *block);

/* Makes the front table anew, for as many hosts as are expected. 0; -ENOMEM or another -errno. */
int blocks_reconcile_front(struct blocks *blocks, const struct front_table_counts *expected);

/* Tells the filter whether there are networks to look for. */
void blocks_reconcile_count_networks(struct blocks *blocks);

struct blocks_reconciled {
	uint64_t expired; /* run out, and now removed */
	uint64_t evicted; /* the LRU had lost them, and they were put back */
};

/*
 * Looks after the blocks, some of them each time if there are many: sweeps what has lapsed, puts
 * back what the kernel's tables have lost, makes longer what shall last until its host is quiet,
 * enters what was dropped. Once a second is often enough. 0 or -errno.
 */
int blocks_reconcile(struct blocks *blocks, struct blocks_reconciled *out);

#endif
