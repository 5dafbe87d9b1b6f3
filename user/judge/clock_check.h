/* SPDX-License-Identifier: GPL-2.0-only */
/* Which of a log's stamps to believe: one that is broken shall not move a clock. */
#ifndef CLOCK_CHECK_H
#define CLOCK_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "config/rules.h"

/* All zero but for `most` at first. Times are milliseconds since 1970. */
struct clock_check {
	int64_t most; /* further from the last one, a time needs a second witness */
	bool has_time;
	int64_t time; /* the latest that was believed */
	bool has_leapt;
	int64_t leap; /* the last one that was not */
};

/* A day, or the longest window of the rules. */
int64_t clock_check_most(const struct rules *rules);

/*
 * After a silence of days, the first event is the one that is not believed; a limit is at least
 * one, so no block hangs on it.
 */
bool clock_check_believe(struct clock_check *stamps, int64_t time);

#endif
