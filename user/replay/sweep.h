/* SPDX-License-Identifier: GPL-2.0-only */
/* What one rule would have come to with other limits and windows than its own, all at once. */
#ifndef SWEEP_H
#define SWEEP_H

#include <stddef.h>
#include <stdint.h>

#include "config/rules.h"

struct sweep;

/* Events that are kept at most: 12 bytes each, and 8 more for those of hosts that may be blocked.
 */
#define SWEEP_EVENTS_MAX (1u << 28)

#define SWEEP_LIMITS_MAX  26
#define SWEEP_WINDOWS_MAX 12

/* Both in ascending order. */
struct sweep_grid {
	uint32_t limits[SWEEP_LIMITS_MAX];
	uint32_t windows[SWEEP_WINDOWS_MAX]; /* seconds */
	size_t limits_count;
	size_t windows_count;
};

/* What came of one limit and one window. */
struct sweep_cell {
	uint64_t blocks;
	uint64_t hosts;	  /* that were blocked */
	uint64_t avoided; /* offences, of whatever class, of hosts that were blocked by then */
	uint64_t price;	  /* accepted messages of hosts that were blocked by then */
	uint64_t paying;  /* hosts that sent them */
};

/* `rule` is copied; of it, block, max and memory count. 0 or -ENOMEM. The caller closes *out. */
int sweep_open(const struct rule *rule, struct sweep **out);

/* A host, to be named in sweep_add() by the number that *out becomes. 0 or -ENOMEM. */
int sweep_host(struct sweep *sweep, uint32_t *out);

/* For sweep_add(): no offence, but a message that was accepted. */
#define SWEEP_ARRIVAL 255

/*
 * What a host did at `time` (milliseconds), in the order of the log: an offence of so many points
 * of the rule's, 0 for one that the rule does not count, or SWEEP_ARRIVAL. What came before a
 * host's first point need not be told. 0, -ENOMEM, or -E2BIG: they are too many.
 */
int sweep_add(struct sweep *sweep, uint32_t host, int64_t time, unsigned int points);

/*
 * cells[w * grid->limits_count + l] becomes what the l-th limit and the w-th window come to, by
 * as many threads as there are processors. To be called once, for it uses up what was added.
 * 0 or -ENOMEM.
 */
int sweep_run(struct sweep *sweep, const struct sweep_grid *grid, struct sweep_cell *cells);

/* Accepts NULL. */
void sweep_close(struct sweep *sweep);

#endif
