// SPDX-License-Identifier: GPL-2.0-only
/* Counts how many hosts of a network offended within a time. */
#include "judge/offending.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "common/hash.h"
#include "common/lru.h"
#include "judge/window.h"

#define OFFENDING_NETWORKS (1u << 17)

struct offending_host {
	uint32_t hash; /* 0: none */
	uint32_t time; /* seconds */
};

struct offending_network {
	uint32_t used; /* of `hosts`, the first ones */
	struct offending_host hosts[RULES_HOSTS_MAX];
};

struct offending {
	struct lru *networks;
	uint32_t window;
	uint64_t seed;
};

int offending_open(uint32_t window, uint64_t seed, struct offending **out)
{
	const struct lru_options options = { .record = sizeof(struct offending_network),
					     .most = OFFENDING_NETWORKS,
					     .seed = seed };
	struct offending *offending = calloc(1, sizeof(*offending));

	if (!offending || lru_open(&options, &offending->networks)) {
		free(offending);
		return -ENOMEM;
	}
	offending->window = window;
	offending->seed = seed;
	*out = offending;
	return 0;
}

/* Finds the network or adds it; NULL: no memory. */
static struct offending_network *offending_find(struct offending *offending,
						const struct addr *network)
{
	struct offending_network *of = lru_find(offending->networks, network);

	if (!of)
		of = lru_add(offending->networks, network);
	if (!of && lru_oldest(offending->networks)) {
		lru_forget_oldest(offending->networks);
		of = lru_add(offending->networks, network);
	}
	return of;
}

/* True if the offence is not in the window that ends at `seconds`, or the clock was set back. */
static bool offending_is_over(const struct offending *offending, const struct offending_host *at,
			      uint32_t seconds)
{
	const uint32_t tolerance = WINDOW_TOLERANCE / 1000;

	return seconds >= at->time ? seconds - at->time >= offending->window
				   : at->time - seconds > tolerance;
}

unsigned int offending_add(struct offending *offending, const struct addr *network,
			   const struct addr *host, int64_t time)
{
	const uint32_t hash = hash_bytes(host, sizeof(*host), offending->seed) | 1;
	const uint32_t seconds = time / 1000;
	struct offending_network *of = offending_find(offending, network);
	struct offending_host *to = NULL;
	unsigned int count = 0;

	if (!of)
		return 1;
	for (uint32_t i = 0; i < of->used; i++) {
		struct offending_host *at = &of->hosts[i];

		if (at->hash && offending_is_over(offending, at, seconds))
			at->hash = at->time = 0;
		count += at->hash && at->hash != hash;
		/* Its own place, or else the oldest, or else a free one. */
		if (!to || (to->hash != hash && (at->hash == hash || at->time < to->time)))
			to = at;
	}
	/* A place that was never used is free, too. */
	if (of->used < RULES_HOSTS_MAX && (!to || (to->hash && to->hash != hash)))
		to = &of->hosts[of->used++];
	count -= to->hash && to->hash != hash;
	if (to->hash != hash || seconds > to->time)
		to->time = seconds;
	to->hash = hash;
	return count + 1;
}

void offending_prefetch(const struct offending *offending, const struct addr *network)
{
	lru_prefetch(offending->networks, network);
}

void offending_close(struct offending *offending)
{
	if (!offending)
		return;
	lru_close(offending->networks);
	free(offending);
}
