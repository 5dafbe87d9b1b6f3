// SPDX-License-Identifier: GPL-2.0-only
/* Counts how many hosts of a network offended within a time. */
#include "judge/offending.h"

#include <errno.h>
#include <stdlib.h>

#include "common/hash.h"
#include "common/lru.h"

#define OFFENDING_NETWORKS (1u << 17)

struct offending_host {
	uint32_t hash; /* 0: none */
	uint32_t time; /* seconds */
};

struct offending_network {
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

unsigned int offending_add(struct offending *offending, const struct addr *network,
			   const struct addr *host, int64_t time)
{
	const uint32_t hash = hash_bytes(host, sizeof(*host), offending->seed) | 1;
	const uint32_t seconds = time / 1000;
	struct offending_network *of = lru_find(offending->networks, network);
	struct offending_host *to = NULL;
	unsigned int count = 0;

	if (!of)
		of = lru_add(offending->networks, network);
	if (!of && lru_oldest(offending->networks)) {
		lru_forget_oldest(offending->networks);
		of = lru_add(offending->networks, network);
	}
	if (!of)
		return 1;
	for (int i = 0; i < RULES_HOSTS_MAX; i++) {
		struct offending_host *at = &of->hosts[i];

		if (at->hash && seconds - at->time >= offending->window && seconds > at->time)
			at->hash = at->time = 0;
		if (at->hash == hash)
			to = at;
		count += at->hash != 0;
	}
	for (int i = 0; i < RULES_HOSTS_MAX && !to; i++)
		if (!of->hosts[i].hash)
			to = &of->hosts[i];
	for (int i = 1; i < RULES_HOSTS_MAX && !to; i++)
		to = of->hosts[i].time < of->hosts[0].time ? &of->hosts[i] : NULL;
	if (!to)
		to = &of->hosts[0];
	count += !to->hash;
	*to = (struct offending_host){ .hash = hash, .time = seconds };
	return count;
}

void offending_close(struct offending *offending)
{
	if (!offending)
		return;
	lru_close(offending->networks);
	free(offending);
}
