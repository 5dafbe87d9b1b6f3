/* SPDX-License-Identifier: GPL-2.0-only */
/* Which limits and windows a sweep shall try: "limit=5..30 window=1m..30m". */
#ifndef REPLAY_GRID_H
#define REPLAY_GRID_H

#include "replay/sweep.h"

struct replay_range {
	uint32_t from, to; /* 0: not given */
};

struct replay_ranges {
	struct replay_range limit;
	struct replay_range window; /* seconds */
};

/* True of a word that can only be meant for replay_grid_take(). */
bool replay_grid_is_range(const char *word);

/* Takes one word or several: 0; -EINVAL: that is nothing of the kind. */
int replay_grid_take(struct replay_ranges *ranges, const char *text);

/*
 * As many steps in the ranges as are worth looking at, the rule's own among them if they lie
 * within; what is not given is the rule's own.
 */
void replay_grid_fill(const struct replay_ranges *ranges, const struct rule *own,
		      struct sweep_grid *out);

#endif
