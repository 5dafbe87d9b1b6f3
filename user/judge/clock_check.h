/* SPDX-License-Identifier: GPL-2.0-only */
/* Decides which timestamps of a log are plausible, so that a broken one does not move the clock. */
#ifndef CLOCK_CHECK_H
#define CLOCK_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "config/rules.h"

/* Initially all zero except `most`. Times are milliseconds since 1970. */
struct clock_check {
	int64_t most; /* a time further than this from the last one must be confirmed by the next */
	bool has_time;
	int64_t time; /* the latest accepted time */
	bool has_leapt;
	int64_t leap; /* the last rejected time */
};

/* Returns the value of `most` for these rules: a day, or the longest window if that is longer. */
int64_t clock_check_most(const struct rules *rules);

/*
 * Returns true if `time` is accepted. After a gap of days, the first event is rejected; a limit is
 * at least one, so this never prevents a block.
 */
bool clock_check_believe(struct clock_check *check, int64_t time);

#endif
