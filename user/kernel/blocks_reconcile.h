/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeps block info maps, LRU maps, tries and front table consistent; for blocks.c. */
#ifndef BLOCKS_RECONCILE_H
#define BLOCKS_RECONCILE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/addr.h"
#include "kernel/front_table.h"
#include "sobig.h"

struct blocks;

/*
 * The caller holds the lock of `blocks`, except for blocks_reconcile_enter_drops() and
 * blocks_reconcile().
 */

/* Adds the host's drop count from the front table to `block`. True if it was not 0. */
bool blocks_reconcile_enter_drops(const struct blocks *blocks, const struct addr *host,
				  struct sobig_block *block);

/* Rebuilds the front table for the expected number of hosts. 0; -ENOMEM or another -errno. */
int blocks_reconcile_front(struct blocks *blocks, const struct front_table_counts *expected);

/* Sets the bits in the `open` of all blocks that leave a port open. 0 or -errno. */
int blocks_reconcile_open(struct blocks *blocks, uint8_t bits);

/* Sets the number of blocked networks, by which the filter knows whether to look them up. */
void blocks_reconcile_count_networks(struct blocks *blocks);

struct blocks_reconciled {
	uint64_t expired; /* expired blocks that were removed */
	uint64_t evicted; /* blocks that the LRU map had lost and that were restored */
};

/*
 * Checks the blocks, a part of them in each call if there are many: removes expired ones, restores
 * what the kernel's tables have lost, extends those that last until their host is quiet, and enters
 * drop counts. To be called once a second. 0 or -errno.
 */
int blocks_reconcile(struct blocks *blocks, struct blocks_reconciled *out);

#endif
