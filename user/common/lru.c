// SPDX-License-Identifier: GPL-2.0-only
/* A table of hosts, each with a record, in the order in which they were last used. */
#include "common/lru.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LRU_CHUNK	 1024 /* allocated at a time */
#define LRU_BUCKETS	 1024 /* of an empty table */
#define LRU_BUCKETS_EACH 2    /* of a host: most look-ups find it in the first place */
#define LRU_LINE	 64   /* bytes that a CPU fetches at once */

/* Hosts are referred to by index; 0 is none. Free nodes are chained by `next`. */
struct lru_node {
	struct addr addr;
	uint32_t next; /* in the same bucket */
	uint32_t newer;
	uint32_t older;
	uint32_t index; /* its own */
	_Alignas(8) unsigned char record[];
};

struct lru {
	struct lru_options options;
	size_t node_size;
	uint32_t count;
	uint32_t used;	 /* the highest index in use so far */
	uint32_t unused; /* chain of free nodes */
	uint32_t newest;
	uint32_t oldest;
	uint32_t buckets_count;
	uint32_t mask;	   /* the least power of two that is not less, minus one */
	uint32_t *buckets; /* room for the most hosts */
	char **chunks;
};

static struct lru_node *lru_node(const struct lru *hosts, uint32_t index)
{
	return (struct lru_node *)(hosts->chunks[index / LRU_CHUNK] +
				   index % LRU_CHUNK * hosts->node_size);
}

static struct lru_node *lru_node_of(const void *record)
{
	return (struct lru_node *)((char *)record - offsetof(struct lru_node, record));
}

static uint64_t lru_mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/*
 * Linear hashing (Litwin, 1980): the buckets grow with the hosts, so that few hosts need
 * little memory, and each host that is added splits one bucket, so that no host waits for all.
 */
static uint32_t *lru_bucket(const struct lru *hosts, const struct addr *addr)
{
	uint32_t bucket;
	uint64_t seed = hosts->options.seed, high, low;

	memcpy(&high, addr->bytes, sizeof(high));
	memcpy(&low, addr->bytes + 8, sizeof(low));
	/* The multiplication of wyhash, with odd constants. */
	low = lru_mix(low ^ seed, 0xa0761d6478bd642fu);
	high = lru_mix(high ^ low ^ (seed << 32 | seed >> 32), 0xe7037ed1a0b428dbu);
	bucket = high & hosts->mask;
	return &hosts->buckets[bucket < hosts->buckets_count ? bucket : bucket & hosts->mask >> 1];
}

/* Adds a bucket and moves the hosts to it that are in it now. */
static void lru_split(struct lru *hosts)
{
	uint32_t added = hosts->buckets_count++, *from, *to = &hosts->buckets[added];

	if (added > hosts->mask)
		hosts->mask = hosts->mask << 1 | 1;
	from = &hosts->buckets[added & hosts->mask >> 1];
	while (*from) {
		struct lru_node *node = lru_node(hosts, *from);

		if (lru_bucket(hosts, &node->addr) != to) {
			from = &node->next;
			continue;
		}
		*from = node->next;
		node->next = *to;
		*to = node->index;
	}
}

static void lru_unlink(struct lru *hosts, struct lru_node *node)
{
	if (node->newer)
		lru_node(hosts, node->newer)->older = node->older;
	else
		hosts->newest = node->older;
	if (node->older)
		lru_node(hosts, node->older)->newer = node->newer;
	else
		hosts->oldest = node->newer;
}

static void lru_link(struct lru *hosts, struct lru_node *node)
{
	node->newer = 0;
	node->older = hosts->newest;
	if (hosts->newest)
		lru_node(hosts, hosts->newest)->newer = node->index;
	else
		hosts->oldest = node->index;
	hosts->newest = node->index;
}

static uint32_t lru_allocate(struct lru *hosts)
{
	uint32_t index = hosts->unused;
	char **chunk;

	if (index) {
		hosts->unused = lru_node(hosts, index)->next;
		return index;
	}
	if (hosts->used == hosts->options.most)
		return 0;
	index = hosts->used + 1;
	chunk = &hosts->chunks[index / LRU_CHUNK];
	if (!*chunk)
		*chunk = aligned_alloc(LRU_LINE, LRU_CHUNK * hosts->node_size);
	if (!*chunk)
		return 0;
	hosts->used = index;
	return index;
}

void *lru_peek(const struct lru *hosts, const struct addr *addr)
{
	struct lru_node *node;

	if (!hosts->count)
		return NULL;
	for (uint32_t index = *lru_bucket(hosts, addr); index; index = node->next) {
		node = lru_node(hosts, index);
		if (!memcmp(&node->addr, addr, sizeof(*addr)))
			return node->record;
	}
	return NULL;
}

void lru_prefetch(const struct lru *hosts, const struct addr *addr)
{
	const char *node;

	if (!hosts->count)
		return;
	/* If the bucket is empty, it is node 0, which has room: a branch would be mispredicted. */
	node = (const char *)lru_node(hosts, *lru_bucket(hosts, addr));
	for (size_t at = 0; at < hosts->node_size; at += LRU_LINE)
		__builtin_prefetch(node + at, 1);
}

void *lru_find(struct lru *hosts, const struct addr *addr)
{
	void *record = lru_peek(hosts, addr);
	struct lru_node *node;

	if (!record)
		return NULL;
	node = lru_node_of(record);
	if (hosts->newest != node->index) {
		lru_unlink(hosts, node);
		lru_link(hosts, node);
	}
	return record;
}

void *lru_add(struct lru *hosts, const struct addr *addr)
{
	uint32_t index = lru_allocate(hosts), *bucket;
	struct lru_node *node;

	if (!index)
		return NULL;
	while (LRU_BUCKETS_EACH * hosts->count >= hosts->buckets_count)
		lru_split(hosts);
	node = lru_node(hosts, index);
	memset(node, 0, hosts->node_size);
	bucket = lru_bucket(hosts, addr);
	node->addr = *addr;
	node->index = index;
	node->next = *bucket;
	*bucket = index;
	lru_link(hosts, node);
	hosts->count++;
	return node->record;
}

void *lru_oldest(const struct lru *hosts)
{
	return hosts->oldest ? lru_node(hosts, hosts->oldest)->record : NULL;
}

void *lru_newer(const struct lru *hosts, const void *record)
{
	uint32_t newer = lru_node_of(record)->newer;

	return newer ? lru_node(hosts, newer)->record : NULL;
}

const struct addr *lru_addr(const void *record)
{
	return &lru_node_of(record)->addr;
}

void lru_forget_oldest(struct lru *hosts)
{
	uint32_t index = hosts->oldest;
	struct lru_node *node = lru_node(hosts, index);
	uint32_t *at = lru_bucket(hosts, &node->addr);

	while (*at != index)
		at = &lru_node(hosts, *at)->next;
	*at = node->next;
	lru_unlink(hosts, node);
	node->next = hosts->unused;
	hosts->unused = index;
	hosts->count--;
}

uint32_t lru_count(const struct lru *hosts)
{
	return hosts->count;
}

/* The nodes of most records begin with a line, so that a look-up touches as few as possible. */
static size_t lru_node_size(size_t record)
{
	const size_t size = sizeof(struct lru_node) + record, unit = size < LRU_LINE ? 8 : LRU_LINE;

	return (size + unit - 1) & ~(unit - 1);
}

size_t lru_size(size_t record)
{
	return lru_node_size(record) + LRU_BUCKETS_EACH * sizeof(uint32_t);
}

int lru_open(const struct lru_options *options, struct lru **out)
{
	struct lru *hosts = calloc(1, sizeof(*hosts));

	if (!hosts)
		return -ENOMEM;
	hosts->options = *options;
	hosts->node_size = lru_node_size(options->record);
	hosts->mask = LRU_BUCKETS - 1;
	hosts->buckets_count = LRU_BUCKETS;
	/* The kernel allocates only those pages of both arrays that are used. */
	hosts->buckets = calloc(LRU_BUCKETS + (size_t)LRU_BUCKETS_EACH * options->most,
				sizeof(*hosts->buckets));
	hosts->chunks = calloc(options->most / LRU_CHUNK + 1, sizeof(*hosts->chunks));
	if (!hosts->buckets || !hosts->chunks) {
		lru_close(hosts);
		return -ENOMEM;
	}
	*out = hosts;
	return 0;
}

void lru_close(struct lru *hosts)
{
	if (!hosts)
		return;
	for (uint32_t i = 0; hosts->chunks && i <= hosts->options.most / LRU_CHUNK; i++)
		free(hosts->chunks[i]);
	free(hosts->chunks);
	free(hosts->buckets);
	free(hosts);
}
