// SPDX-License-Identifier: GPL-2.0-only
/* Remembers hosts that were blocked, and how often; each block is longer than the last. */
#include "judge/offenders.h"

#include <errno.h>
#include <stdlib.h>

#include "common/lru.h"

#define OFFENDERS_MOST (1u << 20)

/* More doublings exceed the longest block. */
#define OFFENDERS_DOUBLINGS 25

struct offenders {
	struct lru *hosts;
};

int offenders_open(uint64_t seed, struct offenders **out)
{
	const struct lru_options options = { .record = sizeof(struct offender),
					     .most = OFFENDERS_MOST,
					     .seed = seed };
	struct offenders *offenders = calloc(1, sizeof(*offenders));

	if (!offenders || lru_open(&options, &offenders->hosts)) {
		free(offenders);
		return -ENOMEM;
	}
	*out = offenders;
	return 0;
}

/* Finds the host or adds it; NULL: no memory. */
static struct offender *offenders_get(struct offenders *offenders, const struct addr *host)
{
	struct offender *repeat = lru_find(offenders->hosts, host);

	if (!repeat)
		repeat = lru_add(offenders->hosts, host);
	if (!repeat && lru_oldest(offenders->hosts)) {
		lru_forget_oldest(offenders->hosts);
		repeat = lru_add(offenders->hosts, host);
	}
	return repeat;
}

bool offenders_runs(struct offenders *offenders, const struct addr *host, int64_t time)
{
	const struct offender *repeat = lru_find(offenders->hosts, host);

	return repeat && time < repeat->until;
}

uint32_t offenders_enter(struct offenders *offenders, const struct addr *host, int64_t time,
			 const struct rule *rule, unsigned int *times)
{
	struct offender *repeat = offenders_get(offenders, host);
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

bool offenders_offends_again(struct offenders *offenders, const struct addr *host, int64_t time,
			     uint32_t remember)
{
	const struct offender *repeat = lru_find(offenders->hosts, host);

	return repeat && repeat->times && time >= repeat->until &&
	       time < repeat->until + remember * INT64_C(1000);
}

void offenders_run(struct offenders *offenders, const struct addr *host, int64_t until)
{
	struct offender *repeat = offenders_get(offenders, host);

	if (repeat && until > repeat->until)
		repeat->until = until;
}

void offenders_set(struct offenders *offenders, const struct addr *host,
		   const struct offender *repeat)
{
	struct offender *own = offenders_get(offenders, host);

	if (own)
		*own = *repeat;
}

uint64_t offenders_count(const struct offenders *offenders)
{
	return lru_count(offenders->hosts);
}

void offenders_close(struct offenders *offenders)
{
	if (!offenders)
		return;
	lru_close(offenders->hosts);
	free(offenders);
}
