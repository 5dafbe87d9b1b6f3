// SPDX-License-Identifier: GPL-2.0-only
/* Which of a log's stamps to believe: one that is broken shall not move a clock. */
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

bool clock_check_believe(struct clock_check *stamps, int64_t time)
{
	if (stamps->has_time && llabs(time - stamps->time) > stamps->most &&
	    !(stamps->has_leapt && llabs(time - stamps->leap) <= stamps->most)) {
		stamps->has_leapt = true;
		stamps->leap = time;
		return false;
	}
	if (!stamps->has_time || stamps->has_leapt || time > stamps->time)
		stamps->time = time;
	stamps->has_time = true;
	stamps->has_leapt = false;
	return true;
}
