// SPDX-License-Identifier: GPL-2.0-only
/* The blocked hosts as top shows them: how fast each is dropped, filtered, and in order. */
#include "top/top_hosts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/array.h"
#include "common/clock.h"
#include "common/hash.h"

static int top_hosts_add(void *context, const struct blocks_list_entry *entry, int rule)
{
	struct top_hosts *hosts = context;

	void *all = array_grow(hosts->all, hosts->count, sizeof(*hosts->all));

	if (!all)
		return -ENOMEM;
	hosts->all = all;
	hosts->all[hosts->count++] = (struct top_host){ .entry = *entry, .rule = rule };
	return 0;
}

static size_t top_hosts_bucket(const struct top_hosts *hosts, const struct addr_prefix *target)
{
	return hash_bytes(&target->addr, sizeof(target->addr), target->length) &
	       hosts->buckets_mask;
}

static bool top_hosts_same(const struct addr_prefix *a, const struct addr_prefix *b)
{
	return a->length == b->length && !addr_compare(&a->addr, &b->addr);
}

static int top_hosts_index(struct top_hosts *hosts)
{
	size_t size = 64, at;

	while (size < 2 * hosts->count)
		size *= 2;
	hosts->buckets = calloc(size, sizeof(*hosts->buckets));
	hosts->chosen = calloc(hosts->count + 1, sizeof(*hosts->chosen));
	if (!hosts->buckets || !hosts->chosen)
		return -ENOMEM;
	hosts->buckets_mask = size - 1;
	for (size_t i = 0; i < hosts->count; i++) {
		at = top_hosts_bucket(hosts, &hosts->all[i].entry.target);
		while (hosts->buckets[at])
			at = (at + 1) & hosts->buckets_mask;
		hosts->buckets[at] = i + 1;
	}
	return 0;
}

static const struct top_host *top_hosts_find(const struct top_hosts *hosts,
					     const struct addr_prefix *target)
{
	size_t at = top_hosts_bucket(hosts, target);

	for (; hosts->buckets[at]; at = (at + 1) & hosts->buckets_mask) {
		const struct top_host *host = &hosts->all[hosts->buckets[at] - 1];

		if (top_hosts_same(&host->entry.target, target))
			return host;
	}
	return NULL;
}

/* All drops of a host that is new were since the last reading. */
static void top_hosts_rate(struct top_hosts *hosts, const struct top_hosts *before)
{
	double elapsed = hosts->time - before->time;

	for (size_t i = 0; i < hosts->count && elapsed > 0; i++) {
		struct top_host *host = &hosts->all[i];
		const struct top_host *was = top_hosts_find(before, &host->entry.target);
		uint64_t drops = was ? was->entry.drops : 0;

		if (host->entry.drops > drops)
			host->rate = (host->entry.drops - drops) / elapsed;
		hosts->rates[host->rule] += host->rate;
		if (host->rate > hosts->busiest)
			hosts->busiest = host->rate;
	}
}

int top_hosts_read(const char *pins, const struct top_hosts *before, struct top_hosts **out)
{
	struct top_hosts *hosts = calloc(1, sizeof(*hosts));
	int err = -ENOMEM;

	if (!hosts)
		return -ENOMEM;
	atomic_init(&hosts->holders, 1);
	hosts->overview = malloc(sizeof(*hosts->overview));
	if (hosts->overview)
		err = overview_read(pins, hosts->overview);
	hosts->time = clock_precise();
	if (!err)
		err = overview_read_blocks(hosts->overview, top_hosts_add, hosts);
	if (!err)
		err = top_hosts_index(hosts);
	if (err) {
		top_hosts_free(hosts);
		return err;
	}
	if (before)
		top_hosts_rate(hosts, before);
	*out = hosts;
	return 0;
}

void top_hosts_hold(struct top_hosts *hosts)
{
	atomic_fetch_add(&hosts->holders, 1);
}

void top_hosts_free(struct top_hosts *hosts)
{
	if (!hosts || atomic_fetch_sub(&hosts->holders, 1) > 1)
		return;
	free(hosts->all);
	free(hosts->buckets);
	free(hosts->chosen);
	free(hosts->overview);
	free(hosts);
}
