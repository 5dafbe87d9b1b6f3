// SPDX-License-Identifier: GPL-2.0-only
/* Who was blocked before, and how often: a block is longer each time. */
#include "judge/offenders.h"

#include <errno.h>
#include <stdlib.h>

#include "common/lru.h"

#define OFFENDERS_MOST (1u << 20)

/* Beyond this, twice as long is longer than anything. */
#define OFFENDERS_DOUBLINGS 25

struct offenders {
	struct lru *hosts;
};

int offenders_open(uint64_t seed, struct offenders **out)
{
	const struct lru_options options = { .record = sizeof(struct offender),
					     .most = OFFENDERS_MOST,
					     .seed = seed };
	struct offenders *repeats = calloc(1, sizeof(*repeats));

	if (!repeats || lru_open(&options, &repeats->hosts)) {
		free(repeats);
		return -ENOMEM;
	}
	*out = repeats;
	return 0;
}

/* The host's, made if it is new; NULL: there is no memory. */
static struct offender *offenders_get(struct offenders *repeats, const struct addr *host)
{
	struct offender *repeat = lru_find(repeats->hosts, host);

	if (!repeat)
		repeat = lru_add(repeats->hosts, host);
	if (!repeat && lru_oldest(repeats->hosts)) {
		lru_forget_oldest(repeats->hosts);
		repeat = lru_add(repeats->hosts, host);
	}
	return repeat;
}

bool offenders_runs(struct offenders *repeats, const struct addr *host, int64_t time)
{
	const struct offender *repeat = lru_find(repeats->hosts, host);

	return repeat && time < repeat->until;
}

uint32_t offenders_enter(struct offenders *repeats, const struct addr *host, int64_t time,
			 const struct rule *rule, unsigned int *times)
{
	struct offender *repeat = offenders_get(repeats, host);
	uint64_t seconds = rule->block;

	*times = 0;
	if (repeat) {
		if (time >= repeat->until + rule->remember * INT64_C(1000))
			repeat->times = 0;
		if (time >= repeat->until || !repeat->times)
			repeat->times++;
		*times = repeat->times - 1;
	}
	seconds <<= *times < OFFENDERS_DOUBLINGS ? *times : OFFENDERS_DOUBLINGS;
	if (seconds > rule->max)
		seconds = rule->max;
	if (repeat && time + (int64_t)seconds * 1000 > repeat->until)
		repeat->until = time + (int64_t)seconds * 1000;
	return seconds;
}

void offenders_set(struct offenders *repeats, const struct addr *host,
		   const struct offender *repeat)
{
	struct offender *own = offenders_get(repeats, host);

	if (own)
		*own = *repeat;
}

uint64_t offenders_count(const struct offenders *repeats)
{
	return lru_count(repeats->hosts);
}

void offenders_close(struct offenders *repeats)
{
	if (!repeats)
		return;
	lru_close(repeats->hosts);
	free(repeats);
}
