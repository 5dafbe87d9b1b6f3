// SPDX-License-Identifier: GPL-2.0-only
/* Log lines that may be offences but are not counted, by reason. */
#include "read/skip.h"

const char *skip_name(enum skip kind)
{
	static const char *const names[SKIP_KINDS] = {
		[SKIP_DOUBTFUL] = "doubtful",	  [SKIP_OVERLONG] = "overlong",
		[SKIP_OVERFLOWED] = "overflowed", [SKIP_CUT] = "cut",
		[SKIP_PROXIED] = "proxied",
	};

	return names[kind];
}

void skip_add(struct skips *skips, const struct skips *more)
{
	for (int i = 0; i < SKIP_KINDS; i++)
		skips->of[i] += more->of[i];
}

uint64_t skip_sum(const struct skips *skips)
{
	uint64_t sum = 0;

	for (int i = 0; i < SKIP_KINDS; i++)
		sum += skips->of[i];
	return sum;
}
