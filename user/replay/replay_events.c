// SPDX-License-Identifier: GPL-2.0-only
/* The events of a log in compact form, so that they can be judged again with other settings. */
#include "replay/replay_events.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "common/array.h"
#include "common/lru.h"

/* Events are stored in blocks of this many; the kernel allocates only touched pages. */
#define REPLAY_EVENTS_BLOCK  (1u << 20)
#define REPLAY_EVENTS_BLOCKS (REPLAY_EVENTS_MAX / REPLAY_EVENTS_BLOCK)

#define REPLAY_EVENTS_CLASS_BITS 5
_Static_assert(EVENT_CLASSES <= 1 << REPLAY_EVENTS_CLASS_BITS, "a class fits");

struct replay_events_one {
	int64_t time_class; /* time << REPLAY_EVENTS_CLASS_BITS | class */
	uint32_t peer;	    /* its number */
	uint16_t port;
	uint16_t marks; /* their number */
};

struct replay_events {
	struct replay_events_one *blocks[REPLAY_EVENTS_BLOCKS];
	size_t count;
	struct lru *numbers; /* of the peers: uint32_t */
	struct addr *peers;
	uint32_t peers_count;
	uint32_t *marks; /* combinations of marks; the first is none */
	uint32_t marks_count;
};

int replay_events_open(uint64_t seed, struct replay_events **out)
{
	const struct lru_options options = { .record = sizeof(uint32_t),
					     .most = REPLAY_EVENTS_MAX / 16,
					     .seed = seed };
	struct replay_events *events = calloc(1, sizeof(*events));

	if (!events)
		return -ENOMEM;
	if (lru_open(&options, &events->numbers)) {
		replay_events_close(events);
		return -ENOMEM;
	}
	*out = events;
	return 0;
}

/* Hosts of an IPv6 /64 are one, except those with an embedded IPv4 address: see addr_target(). */
static struct addr replay_events_peer(const struct addr *peer)
{
	struct addr ipv4;

	return addr_embeds_ipv4(peer, &ipv4) ? *peer : addr_host(peer);
}

static int replay_events_number(struct replay_events *events, const struct addr *peer,
				uint32_t *out)
{
	uint32_t *number = lru_find(events->numbers, peer);
	struct addr *peers;

	if (!number) {
		peers = array_grow(events->peers, events->peers_count, sizeof(*peers));
		if (!peers)
			return -ENOMEM;
		events->peers = peers;
		number = lru_add(events->numbers, peer);
		if (!number)
			return events->peers_count == REPLAY_EVENTS_MAX / 16 ? -E2BIG : -ENOMEM;
		events->peers[events->peers_count] = *peer;
		*number = events->peers_count++;
	}
	*out = *number;
	return 0;
}

static int replay_events_marks(struct replay_events *events, uint32_t marks, uint16_t *out)
{
	uint32_t at = 0, *all;

	while (at < events->marks_count && events->marks[at] != marks)
		at++;
	if (at > UINT16_MAX)
		return -E2BIG;
	if (at == events->marks_count) {
		all = array_grow(events->marks, events->marks_count, sizeof(*all));
		if (!all)
			return -ENOMEM;
		events->marks = all;
		events->marks[events->marks_count++] = marks;
	}
	*out = at;
	return 0;
}

static struct replay_events_one *replay_events_block(void)
{
	void *block = mmap(NULL, REPLAY_EVENTS_BLOCK * sizeof(struct replay_events_one),
			   PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
			   0);

	return block == MAP_FAILED ? NULL : block;
}

int replay_events_add(struct replay_events *events, const struct event *event)
{
	const struct addr peer = replay_events_peer(&event->peer);
	struct replay_events_one one = { .port = event->port }, **block;
	int err;

	if (events->count == REPLAY_EVENTS_MAX)
		return -E2BIG;
	block = &events->blocks[events->count / REPLAY_EVENTS_BLOCK];
	if (!*block)
		*block = replay_events_block();
	if (!*block)
		return -ENOMEM;
	err = replay_events_number(events, &peer, &one.peer);
	if (!err)
		err = replay_events_marks(events, event->marks, &one.marks);
	if (err)
		return err;
	one.time_class = (int64_t)((uint64_t)event->time << REPLAY_EVENTS_CLASS_BITS |
				   (uint64_t)event->class);
	(*block)[events->count++ % REPLAY_EVENTS_BLOCK] = one;
	return 0;
}

size_t replay_events_count(const struct replay_events *events)
{
	return events->count;
}

void replay_events_get(const struct replay_events *events, size_t at, struct event *out)
{
	const struct replay_events_one *one =
		&events->blocks[at / REPLAY_EVENTS_BLOCK][at % REPLAY_EVENTS_BLOCK];

	*out = (struct event){
		.time = one->time_class >> REPLAY_EVENTS_CLASS_BITS,
		.class = one->time_class & ((1 << REPLAY_EVENTS_CLASS_BITS) - 1),
		.peer = events->peers[one->peer],
		.port = one->port,
		.marks = events->marks[one->marks],
	};
}

void replay_events_close(struct replay_events *events)
{
	if (!events)
		return;
	for (size_t i = 0; i < REPLAY_EVENTS_BLOCKS && events->blocks[i]; i++)
		munmap(events->blocks[i], REPLAY_EVENTS_BLOCK * sizeof(*events->blocks[i]));
	lru_close(events->numbers);
	free(events->peers);
	free(events->marks);
	free(events);
}
