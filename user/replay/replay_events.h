/* SPDX-License-Identifier: GPL-2.0-only */
/* The events of a log in compact form, so that they can be judged again with other settings. */
#ifndef REPLAY_EVENTS_H
#define REPLAY_EVENTS_H

#include "common/event.h"

struct replay_events;

/* Maximum number of events: 16 bytes each, and about 70 for each host. */
#define REPLAY_EVENTS_MAX (1u << 28)

/* 0 or -ENOMEM. `seed`: see struct lru_options. The caller closes *out. */
int replay_events_open(uint64_t seed, struct replay_events **out);

/* Adds an event. 0, -ENOMEM, or -E2BIG: too many events. */
int replay_events_add(struct replay_events *events, const struct event *event);

size_t replay_events_count(const struct replay_events *events);

/*
 * The event number `at`, counted from 0 in the order in which they were added. The peer is one that
 * the judge does not distinguish from the peer that was added. Several threads may call it.
 */
void replay_events_get(const struct replay_events *events, size_t at, struct event *out);

/* Accepts NULL. */
void replay_events_close(struct replay_events *events);

#endif
