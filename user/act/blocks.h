/* SPDX-License-Identifier: GPL-2.0-only */
/* The blocks in force: the kernel's tables that the filter reads, and the ledger beside them. */
#ifndef BLOCKS_H
#define BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/addr.h"
#include "sobig.h"

struct blocks;

/* Times are whole seconds of CLOCK_MONOTONIC, as in the maps. */
struct blocks_entry {
	struct addr host;
	uint32_t since;
	uint32_t until;
	uint32_t last_drop; /* 0: none yet */
	uint64_t drops;
	bool trial; /* the verdict of a dry run: nothing is dropped for it */
	char reason[SOBIG_REASON_SIZE];
};

/* The maps pinned in `dir`. -ENOENT: nothing is attached; -EPERM: no privilege. Says nothing. */
int blocks_open(const char *dir, struct blocks **out);

/*
 * Blocks `host` (as addr_host() makes it) for `seconds` from now on; a block in force is made
 * longer, never shorter, and keeps its `since` and its count. `reason` is cut to
 * SOBIG_REASON_SIZE - 1 bytes, and what is not printable ASCII becomes '?'. *left is for how
 * many seconds it is blocked now. A `trial` is kept and counted, but drops nothing, and gives
 * way to a block. -E2BIG: the table is full.
 */
int blocks_add(struct blocks *blocks, const struct addr *host, uint32_t seconds, const char *reason,
	       bool trial, uint32_t *left);

/* -ENOENT: it was not blocked. */
int blocks_remove(struct blocks *blocks, const struct addr *host);

/* How many were removed, or -errno. */
int blocks_remove_all(struct blocks *blocks);

/*
 * Every block in force. Stops at the first call of `each` that does not return 0, and returns
 * that.
 */
int blocks_each(struct blocks *blocks, int (*each)(void *context, const struct blocks_entry *entry),
		void *context);

struct blocks_repair {
	uint64_t in_force;
	uint64_t lapsed;  /* run out, and now removed */
	uint64_t evicted; /* the LRU had lost them, and they were put back */
};

/* Sweeps what has lapsed, and puts back what the kernel's tables have lost. 0 or -errno. */
int blocks_repair(struct blocks *blocks, struct blocks_repair *out);

/* Whole seconds of CLOCK_MONOTONIC, as the filter counts them. */
uint32_t blocks_now(void);

/* Accepts NULL. */
void blocks_close(struct blocks *blocks);

#endif
