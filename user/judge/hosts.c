// SPDX-License-Identifier: GPL-2.0-only
/* A table of hosts, each with a record, in the order in which they were last heard of. */
#include "hosts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HOSTS_CHUNK 1024 /* allocated at a time */

/* Hosts are named by index, 0 is none. The free ones are chained by `next`. */
struct hosts_node {
	struct addr addr;
	uint32_t next; /* in the same bucket */
	uint32_t newer;
	uint32_t older;
	uint32_t index; /* its own */
	_Alignas(8) unsigned char record[];
};

struct hosts {
	struct hosts_options options;
	size_t node_size;
	uint32_t count;
	uint32_t used;	 /* indices handed out so far */
	uint32_t unused; /* chain of free ones */
	uint32_t newest;
	uint32_t oldest;
	uint32_t mask;
	uint32_t *buckets;
	char **chunks;
};

static struct hosts_node *hosts_node(const struct hosts *hosts, uint32_t index)
{
	return (struct hosts_node *)(hosts->chunks[index / HOSTS_CHUNK] +
				     index % HOSTS_CHUNK * hosts->node_size);
}

static struct hosts_node *hosts_node_of(const void *record)
{
	return (struct hosts_node *)((char *)record - offsetof(struct hosts_node, record));
}

static uint64_t hosts_mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint32_t *hosts_bucket(const struct hosts *hosts, const struct addr *addr)
{
	uint64_t seed = hosts->options.seed, high, low;

	memcpy(&high, addr->bytes, sizeof(high));
	memcpy(&low, addr->bytes + 8, sizeof(low));
	/* The multiplication of wyhash; odd constants, so that no half is lost to a zero. */
	low = hosts_mix(low ^ seed, 0xa0761d6478bd642fu);
	high = hosts_mix(high ^ low ^ (seed << 32 | seed >> 32), 0xe7037ed1a0b428dbu);
	return &hosts->buckets[high & hosts->mask];
}

static void hosts_unlink(struct hosts *hosts, struct hosts_node *node)
{
	if (node->newer)
		hosts_node(hosts, node->newer)->older = node->older;
	else
		hosts->newest = node->older;
	if (node->older)
		hosts_node(hosts, node->older)->newer = node->newer;
	else
		hosts->oldest = node->newer;
}

static void hosts_link(struct hosts *hosts, struct hosts_node *node)
{
	node->newer = 0;
	node->older = hosts->newest;
	if (hosts->newest)
		hosts_node(hosts, hosts->newest)->newer = node->index;
	else
		hosts->oldest = node->index;
	hosts->newest = node->index;
}

static uint32_t hosts_allocate(struct hosts *hosts)
{
	uint32_t index = hosts->unused;
	char **chunk;

	if (index) {
		hosts->unused = hosts_node(hosts, index)->next;
		return index;
	}
	if (hosts->used == hosts->options.most)
		return 0;
	index = hosts->used + 1;
	chunk = &hosts->chunks[index / HOSTS_CHUNK];
	if (!*chunk)
		*chunk = malloc(HOSTS_CHUNK * hosts->node_size);
	if (!*chunk)
		return 0;
	hosts->used = index;
	return index;
}

bool hosts_has(const struct hosts *hosts, const struct addr *addr)
{
	const struct hosts_node *node;

	if (!hosts->count)
		return false;
	for (uint32_t index = *hosts_bucket(hosts, addr); index; index = node->next) {
		node = hosts_node(hosts, index);
		if (!memcmp(&node->addr, addr, sizeof(*addr)))
			return true;
	}
	return false;
}

void *hosts_find(struct hosts *hosts, const struct addr *addr)
{
	struct hosts_node *node;

	for (uint32_t index = *hosts_bucket(hosts, addr); index; index = node->next) {
		node = hosts_node(hosts, index);
		if (memcmp(&node->addr, addr, sizeof(*addr)))
			continue;
		if (hosts->newest != index) {
			hosts_unlink(hosts, node);
			hosts_link(hosts, node);
		}
		return node->record;
	}
	return NULL;
}

void *hosts_add(struct hosts *hosts, const struct addr *addr)
{
	uint32_t index = hosts_allocate(hosts), *bucket;
	struct hosts_node *node;

	if (!index)
		return NULL;
	node = hosts_node(hosts, index);
	memset(node, 0, hosts->node_size);
	bucket = hosts_bucket(hosts, addr);
	node->addr = *addr;
	node->index = index;
	node->next = *bucket;
	*bucket = index;
	hosts_link(hosts, node);
	hosts->count++;
	return node->record;
}

void *hosts_oldest(const struct hosts *hosts)
{
	return hosts->oldest ? hosts_node(hosts, hosts->oldest)->record : NULL;
}

void *hosts_newer(const struct hosts *hosts, const void *record)
{
	uint32_t newer = hosts_node_of(record)->newer;

	return newer ? hosts_node(hosts, newer)->record : NULL;
}

const struct addr *hosts_addr(const void *record)
{
	return &hosts_node_of(record)->addr;
}

void hosts_forget_oldest(struct hosts *hosts)
{
	uint32_t index = hosts->oldest;
	struct hosts_node *node = hosts_node(hosts, index);
	uint32_t *at = hosts_bucket(hosts, &node->addr);

	while (*at != index)
		at = &hosts_node(hosts, *at)->next;
	*at = node->next;
	hosts_unlink(hosts, node);
	node->next = hosts->unused;
	hosts->unused = index;
	hosts->count--;
}

uint32_t hosts_count(const struct hosts *hosts)
{
	return hosts->count;
}

size_t hosts_size(size_t record)
{
	return ((sizeof(struct hosts_node) + record + 7) & ~(size_t)7) + sizeof(uint32_t);
}

int hosts_open(const struct hosts_options *options, struct hosts **out)
{
	struct hosts *hosts = calloc(1, sizeof(*hosts));

	if (!hosts)
		return -ENOMEM;
	hosts->options = *options;
	hosts->node_size = hosts_size(options->record) - sizeof(uint32_t);
	/* Of both arrays, the kernel gives only the pages that are touched. */
	hosts->mask = 1;
	while (hosts->mask < options->most)
		hosts->mask <<= 1;
	hosts->buckets = calloc(hosts->mask, sizeof(*hosts->buckets));
	hosts->mask--;
	hosts->chunks = calloc(options->most / HOSTS_CHUNK + 1, sizeof(*hosts->chunks));
	if (!hosts->buckets || !hosts->chunks) {
		hosts_close(hosts);
		return -ENOMEM;
	}
	*out = hosts;
	return 0;
}

void hosts_close(struct hosts *hosts)
{
	if (!hosts)
		return;
	for (uint32_t i = 0; hosts->chunks && i <= hosts->options.most / HOSTS_CHUNK; i++)
		free(hosts->chunks[i]);
	free(hosts->chunks);
	free(hosts->buckets);
	free(hosts);
}
