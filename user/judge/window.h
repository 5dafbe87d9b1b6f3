/* SPDX-License-Identifier: GPL-2.0-only */
/* Exact sliding windows: find the hosts with more than N points within M minutes. */
#ifndef WINDOW_H
#define WINDOW_H

#include <stddef.h>
#include <stdint.h>

#include "common/addr.h"

/* ms by which lines of concurrent writers may be out of order */
#define WINDOW_TOLERANCE (60 * 1000)

struct window;

/* A group of windows, to count a host once that is in several of them. */
struct window_group {
	struct window *const *members; /* owned by the caller, like the group */
	size_t count;
	uint64_t hosts; /* hosts in any of the windows */
};

struct window_options {
	uint32_t limit;	  /* points, 1 to RULES_LIMIT_MAX */
	uint32_t seconds; /* 1 to RULES_WINDOW_MAX */
	size_t max_bytes; /* memory limit for all hosts */
	uint64_t seed;	  /* a secret, so that an attacker cannot choose addresses that collide */
};

struct window_state {
	uint64_t hosts;	  /* watched hosts */
	uint64_t dropped; /* hosts forgotten because memory was used up, the least recent first */
	size_t host_size; /* bytes of one host with few points */
};

/* 0; -EINVAL: out of range; -ENOMEM. The caller closes *out. */
int window_open(const struct window_options *options, struct window **out);

/*
 * Counts an offence of `host` with `points` (at least 1) at `time` (milliseconds). Returns 1 if
 * there are more than `limit` points in (time - window, time]; else 0. The latest `limit` points
 * stay counted until window_forget(). A time up to a minute before the host's last one is replaced
 * by that one. If it is earlier, the clock was set back, and the host's count restarts.
 */
int window_add(struct window *window, const struct addr *host, int64_t time, unsigned int points);

/* Has the memory of the host fetched: it will be counted soon. */
void window_prefetch(const struct window *window, const struct addr *host);

/* The points of the host in (time - window, time]. */
unsigned int window_points(const struct window *window, const struct addr *host, int64_t time);

/* Restarts the host's count. */
void window_forget(struct window *window, const struct addr *host);

/*
 * Adds the window to a group until it joins another or is closed. Hosts that it already contains
 * are not added to group->hosts.
 */
void window_join(struct window *window, struct window_group *group);

/* Forgets all hosts. */
void window_empty(struct window *window);

struct window_state window_state(const struct window *window);

/* Accepts NULL. */
void window_close(struct window *window);

#endif
