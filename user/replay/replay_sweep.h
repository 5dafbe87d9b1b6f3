/* SPDX-License-Identifier: GPL-2.0-only */
/* Hands the events of a replay to its sweep, with the standing of their hosts. */
#ifndef REPLAY_SWEEP_H
#define REPLAY_SWEEP_H

#include "judge/judge.h"
#include "replay/sweep.h"

/* Initialize to zero, except the members that the caller owns. */
struct replay_sweep {
	struct sweep *sweep;	 /* owned by the caller; NULL: no sweep */
	const struct rule *rule; /* the rule of the sweep */
	bool is_full;		 /* too many events: the sweep was abandoned */
	bool has_learned;	 /* standing has enough days of log */
};

/* The number of a host without an event. */
#define REPLAY_SWEEP_NONE UINT32_MAX

/*
 * Adds an event that the judge has not yet seen. Its host has the standing that it has under the
 * configured policy: in the sweep, other mail would be blocked, but this changes little of it.
 * `host` is an address of addr_host(), and *number its number in the sweep. `believed`: the judge
 * will accept its time.
 */
void replay_sweep_add(struct replay_sweep *to, const struct judge *judge, const struct addr *host,
		      uint32_t *number, const struct event *event, bool believed);

#endif
