// SPDX-License-Identifier: GPL-2.0-only
/* Counts events in the last five minutes, by the caller's clock. */
#include "common/recent.h"

#include <string.h>

/* Clears the steps that have passed since the newest. */
static void recent_advance(struct recent *recent, uint32_t now)
{
	uint32_t step = now / RECENT_STEP;

	if (step - recent->step >= RECENT_STEPS)
		memset(recent->counts, 0, sizeof(recent->counts));
	else
		while (recent->step != step)
			recent->counts[++recent->step % RECENT_STEPS] = 0;
	recent->step = step;
}

void recent_add(struct recent *recent, uint32_t now, uint64_t count)
{
	recent_advance(recent, now);
	recent->counts[recent->step % RECENT_STEPS] += count;
}

uint64_t recent_sum(struct recent *recent, uint32_t now)
{
	uint64_t sum = 0;

	recent_advance(recent, now);
	for (int i = 0; i < RECENT_STEPS; i++)
		sum += recent->counts[i];
	return sum;
}
