// SPDX-License-Identifier: GPL-2.0-only
/* Exact sliding windows: which host did a thing more than N times within M minutes. */
#include "window.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW_CHUNK	 1024 /* hosts allocated at a time */
#define WINDOW_HOSTS_MAX (1u << 20)
#define WINDOW_TOLERANCE                                                                   \
	(60 * 1000)	      /* ms by which concurrent writers' lines may be out of order \
			       */
#define WINDOW_IDLE_AT_ONCE 2 /* idle hosts let go with each offence: more than ever come anew */

/* Hosts are named by index, 0 is none. The free ones are chained by `next`. */
struct window_host {
	struct addr addr;
	int64_t last;	/* ms */
	uint32_t next;	/* in the same bucket */
	uint32_t newer; /* by `last` */
	uint32_t older;
	uint16_t first; /* index in `stamps` of the oldest */
	uint16_t count;
	uint32_t stamps[]; /* low 32 bits of the times still in the window; `limit` places */
};

struct window {
	struct window_options options;
	size_t host_size;
	uint32_t hosts_max;
	uint32_t hosts;
	uint32_t used;	 /* indices handed out so far */
	uint32_t unused; /* chain of free ones */
	uint32_t newest;
	uint32_t oldest;
	uint32_t buckets_mask;
	uint64_t dropped;
	uint32_t *buckets;
	char **chunks;
};

static struct window_host *window_host(const struct window *window, uint32_t index)
{
	return (struct window_host *)(window->chunks[index / WINDOW_CHUNK] +
				      index % WINDOW_CHUNK * window->host_size);
}

static uint64_t window_mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint32_t *window_bucket(struct window *window, const struct addr *addr)
{
	uint64_t seed = window->options.seed, high, low;

	memcpy(&high, addr->bytes, sizeof(high));
	memcpy(&low, addr->bytes + 8, sizeof(low));
	/* The multiplication of wyhash; odd constants, so that no half is lost to a zero. */
	low = window_mix(low ^ seed, 0xa0761d6478bd642fu);
	high = window_mix(high ^ low ^ (seed << 32 | seed >> 32), 0xe7037ed1a0b428dbu);
	return &window->buckets[high & window->buckets_mask];
}

static void window_unlink(struct window *window, struct window_host *host)
{
	if (host->newer)
		window_host(window, host->newer)->older = host->older;
	else
		window->newest = host->older;
	if (host->older)
		window_host(window, host->older)->newer = host->newer;
	else
		window->oldest = host->newer;
}

static void window_link(struct window *window, uint32_t index)
{
	struct window_host *host = window_host(window, index);

	host->newer = 0;
	host->older = window->newest;
	if (window->newest)
		window_host(window, window->newest)->newer = index;
	else
		window->oldest = index;
	window->newest = index;
}

static void window_forget_oldest(struct window *window)
{
	uint32_t index = window->oldest;
	struct window_host *host = window_host(window, index);
	uint32_t *at = window_bucket(window, &host->addr);

	while (*at != index)
		at = &window_host(window, *at)->next;
	*at = host->next;
	window_unlink(window, host);
	host->next = window->unused;
	window->unused = index;
	window->hosts--;
}

static uint32_t window_allocate(struct window *window)
{
	uint32_t index = window->unused;
	char **chunk;

	if (index) {
		window->unused = window_host(window, index)->next;
		return index;
	}
	if (window->used == window->hosts_max)
		return 0;
	index = ++window->used;
	chunk = &window->chunks[index / WINDOW_CHUNK];
	if (!*chunk)
		*chunk = malloc(WINDOW_CHUNK * window->host_size);
	if (!*chunk) {
		window->used--;
		return 0;
	}
	return index;
}

/* The host, made if it is new; 0 if there is no memory even after forgetting another. */
static uint32_t window_find(struct window *window, const struct addr *addr)
{
	uint32_t *bucket = window_bucket(window, addr);
	struct window_host *host;
	uint32_t index;

	for (index = *bucket; index; index = host->next) {
		host = window_host(window, index);
		if (!memcmp(&host->addr, addr, sizeof(*addr))) {
			window_unlink(window, host);
			window_link(window, index);
			return index;
		}
	}
	index = window_allocate(window);
	if (!index && window->oldest) {
		window_forget_oldest(window);
		window->dropped++;
		index = window_allocate(window);
	}
	if (!index)
		return 0;
	host = window_host(window, index);
	memset(host, 0, sizeof(*host));
	host->addr = *addr;
	host->last = INT64_MIN;
	host->next = *bucket;
	*bucket = index;
	window_link(window, index);
	window->hosts++;
	return index;
}

/*
 * Hosts whose last offence has left the window cost nothing any longer. Another host's clock
 * says so, which may be ahead of a line still to come by as much as lines may be out of order.
 */
static void window_forget_idle(struct window *window, int64_t time)
{
	for (int i = 0; i < WINDOW_IDLE_AT_ONCE && window->oldest; i++) {
		if (time - window_host(window, window->oldest)->last <
		    (int64_t)window->options.seconds * 1000 + WINDOW_TOLERANCE)
			return;
		window_forget_oldest(window);
	}
}

int window_add(struct window *window, const struct addr *addr, int64_t time)
{
	uint32_t limit = window->options.limit, span = window->options.seconds * 1000u;
	struct window_host *host;
	uint32_t index;

	window_forget_idle(window, time);
	index = window_find(window, addr);
	if (!index)
		return 0;
	host = window_host(window, index);

	/* All stamps lie within `span` of `last`, so their low 32 bits are enough. */
	if (host->last == INT64_MIN || time - host->last >= (int64_t)span ||
	    time < host->last - WINDOW_TOLERANCE)
		host->count = 0;
	else if (time < host->last)
		time = host->last;
	host->last = time;
	while (host->count && (uint32_t)time - host->stamps[host->first] >= span) {
		host->first = (host->first + 1) % limit;
		host->count--;
	}
	if (host->count == limit) {
		host->count = 0;
		return 1;
	}
	host->stamps[(host->first + host->count++) % limit] = time;
	return 0;
}

int window_open(const struct window_options *options, struct window **out)
{
	struct window *window;
	uint64_t hosts;

	if (!options->limit || options->limit > WINDOW_LIMIT_MAX || !options->seconds ||
	    options->seconds > WINDOW_SECONDS_MAX)
		return -EINVAL;
	window = calloc(1, sizeof(*window));
	if (!window)
		return -ENOMEM;
	window->options = *options;
	window->host_size = sizeof(struct window_host) + options->limit * sizeof(uint32_t);
	window->host_size = (window->host_size + 7) & ~(size_t)7;
	hosts = options->memory / (window->host_size + sizeof(uint32_t));
	window->hosts_max = hosts < 1 ? 1 : hosts > WINDOW_HOSTS_MAX ? WINDOW_HOSTS_MAX : hosts;
	/* Of both arrays, the kernel gives only the pages that are touched. */
	window->buckets_mask = 1;
	while (window->buckets_mask < window->hosts_max)
		window->buckets_mask <<= 1;
	window->buckets = calloc(window->buckets_mask, sizeof(*window->buckets));
	window->buckets_mask--;
	window->chunks = calloc(window->hosts_max / WINDOW_CHUNK + 1, sizeof(*window->chunks));
	if (!window->buckets || !window->chunks) {
		window_close(window);
		return -ENOMEM;
	}
	*out = window;
	return 0;
}

struct window_state window_state(const struct window *window)
{
	return (struct window_state){
		.hosts = window->hosts,
		.dropped = window->dropped,
		.host_size = window->host_size + sizeof(uint32_t),
	};
}

void window_close(struct window *window)
{
	uint32_t i;

	if (!window)
		return;
	for (i = 0; window->chunks && i <= window->hosts_max / WINDOW_CHUNK; i++)
		free(window->chunks[i]);
	free(window->chunks);
	free(window->buckets);
	free(window);
}
