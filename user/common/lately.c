// SPDX-License-Identifier: GPL-2.0-only
/* Counts events in the last five minutes, by the caller's clock. */
#include "common/lately.h"

#include <string.h>

/* Clears the steps that have passed since the newest. */
static void lately_advance(struct lately *lately, uint32_t now)
{
	uint32_t step = now / LATELY_STEP;

	if (step - lately->step >= LATELY_STEPS)
		memset(lately->counts, 0, sizeof(lately->counts));
	else
		while (lately->step != step)
			lately->counts[++lately->step % LATELY_STEPS] = 0;
	lately->step = step;
}

void lately_add(struct lately *lately, uint32_t now, uint64_t count)
{
	lately_advance(lately, now);
	lately->counts[lately->step % LATELY_STEPS] += count;
}

uint64_t lately_sum(struct lately *lately, uint32_t now)
{
	uint64_t sum = 0;

	lately_advance(lately, now);
	for (int i = 0; i < LATELY_STEPS; i++)
		sum += lately->counts[i];
	return sum;
}
