// SPDX-License-Identifier: GPL-2.0-only
/* Exact sliding windows: find the hosts with more than N points within M minutes. */
#include "judge/window.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/lru.h"
#include "config/rules.h"

#define WINDOW_HOSTS_MAX    (1u << 20)
#define WINDOW_FEW	    5
#define WINDOW_MORE	    16 /* room for that many, and then for twice as many each time */
#define WINDOW_IDLE_AT_ONCE 2  /* idle hosts freed at each offence, which adds at most one */

/* Most hosts have few points: with its address, such a host is in one line of the CPU's cache. */
struct window_host {
	int64_t last;	     /* ms */
	uint32_t first : 10; /* index of the oldest time */
	uint32_t count : 10;
	uint32_t room : 10; /* of the array whose address is in `few`; 0: the times are in `few` */
	/* low 32 bits of the times still in the window */
	uint32_t few[WINDOW_FEW];
};

_Static_assert(RULES_LIMIT_MAX < 1 << 10, "a host's points have 10 bits");

struct window {
	struct window_options options;
	struct window_group *group; /* NULL: none */
	struct lru *hosts;
	uint64_t dropped;
	size_t more; /* bytes allocated for `more` of all hosts */
};

static uint32_t *window_more(const struct window_host *host)
{
	uint32_t *more;

	memcpy(&more, host->few, sizeof(more));
	return more;
}

static uint32_t *window_times(struct window_host *host)
{
	return host->room ? window_more(host) : host->few;
}

static uint32_t window_room(const struct window_host *host)
{
	return host->room ? host->room : WINDOW_FEW;
}

static void window_free_more(struct window *window, struct window_host *host)
{
	if (!host->room)
		return;
	free(window_more(host));
	window->more -= host->room * sizeof(uint32_t);
	host->room = 0;
}

static void window_clear(struct window *window, struct window_host *host)
{
	host->count = host->first = 0;
	window_free_more(window, host);
}

/* True if no other window of the group contains the host. */
static bool window_holds_alone(const struct window *window, const struct addr *addr)
{
	const struct window_group *group = window->group;

	for (size_t i = 0; i < group->count; i++)
		if (group->members[i] != window && lru_peek(group->members[i]->hosts, addr))
			return false;
	return true;
}

static void window_forget_oldest(struct window *window)
{
	struct window_host *host = lru_oldest(window->hosts);

	if (window->group && window_holds_alone(window, lru_addr(host)))
		window->group->hosts--;
	window_free_more(window, host);
	lru_forget_oldest(window->hosts);
}

/* Finds the host or adds it; NULL: no memory, even after another host was forgotten. */
static struct window_host *window_find(struct window *window, const struct addr *addr)
{
	struct window_host *host = lru_find(window->hosts, addr);

	if (host)
		return host;
	host = lru_add(window->hosts, addr);
	if (!host && lru_oldest(window->hosts)) {
		window_forget_oldest(window);
		window->dropped++;
		host = lru_add(window->hosts, addr);
	}
	if (!host)
		return NULL;
	if (window->group && window_holds_alone(window, addr))
		window->group->hosts++;
	host->last = INT64_MIN;
	return host;
}

/*
 * Frees hosts whose last offence has left the window. `time` is from another host's line and may be
 * ahead of the next line by WINDOW_TOLERANCE.
 */
static void window_forget_idle(struct window *window, int64_t time)
{
	const int64_t most = (int64_t)window->options.seconds * 1000 + WINDOW_TOLERANCE;

	for (int i = 0; i < WINDOW_IDLE_AT_ONCE; i++) {
		const struct window_host *oldest = lru_oldest(window->hosts);

		if (!oldest || time - oldest->last < most)
			return;
		window_forget_oldest(window);
	}
}

/* Makes room for `count` times; forgets other hosts if memory is used up. */
static int window_grow(struct window *window, struct window_host *host, uint32_t count)
{
	const size_t each = lru_size(sizeof(*host));
	const uint32_t before = window_room(host), old = host->room;
	uint32_t room = before < WINDOW_MORE ? WINDOW_MORE : 2 * before, *more;
	size_t size;

	while (room < count)
		room *= 2;
	if (room > window->options.limit)
		room = window->options.limit;
	size = room * sizeof(*more);
	while (lru_oldest(window->hosts) != host &&
	       window->more + size - old * sizeof(*more) + lru_count(window->hosts) * each >
		       window->options.max_bytes) {
		window_forget_oldest(window);
		window->dropped++;
	}
	more = malloc(size);
	if (!more)
		return -ENOMEM;
	for (uint32_t i = 0; i < host->count; i++)
		more[i] = window_times(host)[(host->first + i) % before];
	window_free_more(window, host);
	memcpy(host->few, &more, sizeof(more));
	host->room = room;
	host->first = 0;
	window->more += size;
	return 0;
}

/* Removes the times that have left the window at `time`. */
static void window_slide(const struct window *window, struct window_host *host, int64_t time)
{
	const uint32_t span = window->options.seconds * 1000u, room = window_room(host);
	const uint32_t *times = window_times(host);
	uint32_t first = host->first, count = host->count;

	for (; count && (uint32_t)time - times[first] >= span; count--)
		first = first + 1 == room ? 0 : first + 1;
	host->first = first;
	host->count = count;
}

int window_add(struct window *window, const struct addr *addr, int64_t time, unsigned int points)
{
	uint32_t limit = window->options.limit, span = window->options.seconds * 1000u, room;
	uint32_t kept, over, at, *times;
	struct window_host *host;
	int exceeded;

	window_forget_idle(window, time);
	host = window_find(window, addr);
	if (!host)
		return 0;
	/* All times are within `span` of `last`, so their low 32 bits are enough. */
	if (host->last == INT64_MIN || time - host->last >= (int64_t)span ||
	    time < host->last - WINDOW_TOLERANCE)
		window_clear(window, host);
	else if (time < host->last)
		time = host->last;
	host->last = time;
	window_slide(window, host, time);
	exceeded = host->count + points > limit;
	points = points < limit ? points : limit;
	kept = host->count + points < limit ? host->count + points : limit;
	if (kept > window_room(host) && window_grow(window, host, kept))
		return 0;
	times = window_times(host);
	room = window_room(host);
	over = host->count + points - kept;
	host->first = (host->first + over) % room;
	host->count = kept;
	at = host->first + kept - points;
	while (points--) {
		times[at < room ? at : at - room] = time;
		at++;
	}
	return exceeded;
}

void window_prefetch(const struct window *window, const struct addr *addr)
{
	lru_prefetch(window->hosts, addr);
}

unsigned int window_points(const struct window *window, const struct addr *addr, int64_t time)
{
	const struct window_host *found = lru_peek(window->hosts, addr);
	struct window_host host;

	if (!found || time < found->last - WINDOW_TOLERANCE ||
	    time - found->last >= window->options.seconds * INT64_C(1000))
		return 0;
	host = *found;
	window_slide(window, &host, time > host.last ? time : host.last);
	return host.count;
}

void window_forget(struct window *window, const struct addr *addr)
{
	struct window_host *host = lru_find(window->hosts, addr);

	if (host)
		window_clear(window, host);
}

void window_join(struct window *window, struct window_group *group)
{
	window->group = group;
}

void window_empty(struct window *window)
{
	/* Frees the hosts' `more`, too. */
	while (lru_oldest(window->hosts))
		window_forget_oldest(window);
}

int window_open(const struct window_options *options, struct window **out)
{
	struct lru_options of_hosts = { .record = sizeof(struct window_host),
					.seed = options->seed };
	struct window *window;
	uint64_t most;

	if (!options->limit || options->limit > RULES_LIMIT_MAX || !options->seconds ||
	    options->seconds > RULES_WINDOW_MAX)
		return -EINVAL;
	window = calloc(1, sizeof(*window));
	if (!window)
		return -ENOMEM;
	window->options = *options;
	most = options->max_bytes / lru_size(sizeof(struct window_host));
	of_hosts.most = most < 1 ? 1 : most > WINDOW_HOSTS_MAX ? WINDOW_HOSTS_MAX : most;
	if (lru_open(&of_hosts, &window->hosts)) {
		free(window);
		return -ENOMEM;
	}
	*out = window;
	return 0;
}

struct window_state window_state(const struct window *window)
{
	return (struct window_state){
		.hosts = lru_count(window->hosts),
		.dropped = window->dropped,
		.host_size = lru_size(sizeof(struct window_host)),
	};
}

void window_close(struct window *window)
{
	if (!window)
		return;
	window->group = NULL;
	window_empty(window);
	lru_close(window->hosts);
	free(window);
}
