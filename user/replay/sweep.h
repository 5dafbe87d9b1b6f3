/* SPDX-License-Identifier: GPL-2.0-only */
/* Computes the results of one rule with many other limits and windows in one pass. */
#ifndef SWEEP_H
#define SWEEP_H

#include <stddef.h>
#include <stdint.h>

#include "config/rules.h"

struct sweep;

/* Maximum number of events: 12 bytes each, and 8 more for hosts that may be blocked. */
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

/* The results of one limit and one window. */
struct sweep_cell {
	uint64_t blocks;
	uint64_t hosts;	  /* hosts that were blocked */
	uint64_t avoided; /* offences of any class while the host was blocked */
	uint64_t price;	  /* accepted messages while the host was blocked */
	uint64_t paying;  /* hosts whose messages were delayed */
	/* Those of known senders among them; the others are strangers'. */
	uint64_t known_hosts; /* blocked as known senders */
	uint64_t known_avoided;
	uint64_t known_price;
};

/*
 * Copies `rule`, a rule for hosts, of which all but the name, the limit, the window and the classes
 * are used. 0 or -ENOMEM. The caller closes *out.
 */
int sweep_open(const struct rule *rule, struct sweep **out);

/* Adds a host; *out is its number for sweep_add(). 0 or -ENOMEM. */
int sweep_host(struct sweep *sweep, uint32_t *out);

/* For sweep_add(): an accepted message instead of an offence. */
#define SWEEP_ARRIVAL 255

/* A flag for sweep_add(): an offence that a block would not have prevented, by a port left open. */
#define SWEEP_OPEN 128

/* Flags for sweep_add(): the standing of the host at that time. */
#define SWEEP_KNOWN    256  /* it is a known sender */
#define SWEEP_ACCEPTED 512  /* mail was accepted from it: its blocks are all of the same length */
#define SWEEP_SPARED   1024 /* its share of bad is too small for the rule */
#define SWEEP_LEARNING 2048 /* the rule needs more days of log: a verdict is a dry run */

/*
 * Adds an event of a host at `time` (milliseconds), in the order of the log: the points that the
 * rule gives the offence, 0 if the rule does not count it, or SWEEP_ARRIVAL; and flags. Events
 * before the first point of a host may be omitted. 0, -ENOMEM, or -E2BIG: too many events.
 */
int sweep_add(struct sweep *sweep, uint32_t host, int64_t time, unsigned int event);

/*
 * Fills cells[w * grid->limits_count + l] with the results of the l-th limit and the w-th window,
 * on as many threads as there are processors, at most 9, of which the caller is one. Call it once:
 * it frees the added events. 0 or -ENOMEM.
 */
int sweep_run(struct sweep *sweep, const struct sweep_grid *grid, struct sweep_cell *cells);

/* Accepts NULL. */
void sweep_close(struct sweep *sweep);

#endif
