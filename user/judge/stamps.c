// SPDX-License-Identifier: GPL-2.0-only
/* Which of a log's stamps to believe: one that is broken shall not move a clock. */
#include "judge/stamps.h"

#include <stdlib.h>

#define STAMPS_DAY (24 * 3600 * INT64_C(1000))

int64_t stamps_most(const struct rules *rules)
{
	int64_t most = STAMPS_DAY;

	for (size_t i = 0; i < rules->count; i++)
		if (rules->rules[i].window * INT64_C(1000) > most)
			most = rules->rules[i].window * INT64_C(1000);
	return most;
}

bool stamps_believe(struct stamps *stamps, int64_t time)
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
