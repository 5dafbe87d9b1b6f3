// SPDX-License-Identifier: GPL-2.0-only
/* Decides which timestamps of a log are plausible, so that a broken one does not move the clock. */
#include "judge/clock_check.h"

#include <stdlib.h>

#define CLOCK_CHECK_DAY (24 * 3600 * INT64_C(1000))

int64_t clock_check_most(const struct rules *rules)
{
	int64_t most = CLOCK_CHECK_DAY;

	for (size_t i = 0; i < rules->count; i++)
		if (rules->rules[i].window * INT64_C(1000) > most)
			most = rules->rules[i].window * INT64_C(1000);
	return most;
}

bool clock_check_believe(struct clock_check *check, int64_t time)
{
	if (check->has_time && llabs(time - check->time) > check->most &&
	    !(check->has_leapt && llabs(time - check->leap) <= check->most)) {
		check->has_leapt = true;
		check->leap = time;
		return false;
	}
	if (!check->has_time || check->has_leapt || time > check->time)
		check->time = time;
	check->has_time = true;
	check->has_leapt = false;
	return true;
}
