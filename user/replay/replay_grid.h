/* SPDX-License-Identifier: GPL-2.0-only */
/* Parses the limits and windows that a sweep tries: "limit=5..30 window=1m..30m". */
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

/* True if the word begins with "limit=" or "window=". */
bool replay_grid_is_range(const char *word);

/* Parses one or more words, separated by spaces. 0, or -EINVAL if one is not a valid range; then
 * *ranges is untouched. */
int replay_grid_take(struct replay_ranges *ranges, const char *text);

/*
 * Fills *out with steps of the ranges, including the rule's limit and window if they are within.
 * A range that is not given has the rule's value only.
 */
void replay_grid_fill(const struct replay_ranges *ranges, const struct rule *own,
		      struct sweep_grid *out);

#endif
