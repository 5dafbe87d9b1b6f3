// SPDX-License-Identifier: GPL-2.0-only
/* Who was blocked before, and how often: a block is longer each time. */
#include "judge/repeats.h"

#include <errno.h>
#include <stdlib.h>

#include "common/lru.h"

#define REPEATS_MOST (1u << 20)

/* Beyond this, twice as long is longer than anything. */
#define REPEATS_DOUBLINGS 25

struct repeats {
	struct lru *hosts;
};

int repeats_open(uint64_t seed, struct repeats **out)
{
	const struct lru_options options = { .record = sizeof(struct repeat),
					     .most = REPEATS_MOST,
					     .seed = seed };
	struct repeats *repeats = calloc(1, sizeof(*repeats));

	if (!repeats || lru_open(&options, &repeats->hosts)) {
		free(repeats);
		return -ENOMEM;
	}
	*out = repeats;
	return 0;
}

/* The host's, made if it is new; NULL: there is no memory. */
static struct repeat *repeats_get(struct repeats *repeats, const struct addr *host)
{
	struct repeat *repeat = lru_find(repeats->hosts, host);

	if (!repeat)
		repeat = lru_add(repeats->hosts, host);
	if (!repeat && lru_oldest(repeats->hosts)) {
		lru_forget_oldest(repeats->hosts);
		repeat = lru_add(repeats->hosts, host);
	}
	return repeat;
}

bool repeats_runs(struct repeats *repeats, const struct addr *host, int64_t time)
{
	const struct repeat *repeat = lru_find(repeats->hosts, host);

	return repeat && time < repeat->until;
}

uint32_t repeats_enter(struct repeats *repeats, const struct addr *host, int64_t time,
		       const struct rule *rule, unsigned int *times)
{
	struct repeat *repeat = repeats_get(repeats, host);
	uint64_t seconds = rule->block;

	*times = 0;
	if (repeat) {
		if (time >= repeat->until + rule->memory * INT64_C(1000))
			repeat->times = 0;
		if (time >= repeat->until || !repeat->times)
			repeat->times++;
		*times = repeat->times - 1;
	}
	seconds <<= *times < REPEATS_DOUBLINGS ? *times : REPEATS_DOUBLINGS;
	if (seconds > rule->max)
		seconds = rule->max;
	if (repeat && time + (int64_t)seconds * 1000 > repeat->until)
		repeat->until = time + (int64_t)seconds * 1000;
	return seconds;
}

void repeats_set(struct repeats *repeats, const struct addr *host, const struct repeat *repeat)
{
	struct repeat *own = repeats_get(repeats, host);

	if (own)
		*own = *repeat;
}

uint64_t repeats_count(const struct repeats *repeats)
{
	return lru_count(repeats->hosts);
}

void repeats_close(struct repeats *repeats)
{
	if (!repeats)
		return;
	lru_close(repeats->hosts);
	free(repeats);
}
