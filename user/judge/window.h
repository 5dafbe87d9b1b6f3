/* SPDX-License-Identifier: GPL-2.0-only */
/* Exact sliding windows: which host did a thing more than N times within M minutes. */
#ifndef WINDOW_H
#define WINDOW_H

#include <stddef.h>
#include <stdint.h>

#include "common/addr.h"

/* The window is at most this long, so that 32 bits of milliseconds tell any two events apart. */

/* ms by which concurrent writers' lines may be out of order */
#define WINDOW_TOLERANCE (60 * 1000)

struct window;

/* Windows that watch hosts side by side: a host that several of them hold is one. */
struct window_group {
	struct window *const *members; /* the caller's, as is the group */
	size_t count;
	uint64_t hosts; /* that any of them holds */
};

struct window_options {
	uint32_t limit;	  /* points, 1 to WINDOW_LIMIT_MAX */
	uint32_t seconds; /* 1 to WINDOW_SECONDS_MAX */
	size_t max_bytes; /* bytes at most for all hosts together */
	uint64_t seed;	  /* a secret, so that nobody can choose addresses that collide */
};

struct window_state {
	uint64_t hosts;	  /* watched */
	uint64_t dropped; /* forgotten, the one silent for longest first, because memory was
			     used up */
	size_t host_size; /* bytes that one host costs, but for one of many points */
};

/* -EINVAL: out of range; -ENOMEM. The caller closes *out. */
int window_open(const struct window_options *options, struct window **out);

/*
 * Counts an offence of `host` of so many points (1 or more) at `time` (milliseconds). 1: with it
 * there are more than `limit` in the span (time - window, time], and the count starts anew; 0:
 * there are not. A time up to a minute before the host's last one is taken for that one; earlier,
 * the clock was set back, and the host's count starts anew.
 */
int window_add(struct window *window, const struct addr *host, int64_t time, unsigned int points);

/* The host's count starts anew. */
void window_forget(struct window *window, const struct addr *host);

/*
 * The window is one of the group's members from now on, until it joins another or is closed. Whom
 * it holds already is not added to `hosts`.
 */
void window_join(struct window *window, struct window_group *group);

/* Forgets all hosts. */
void window_empty(struct window *window);

struct window_state window_state(const struct window *window);

/* Accepts NULL. */
void window_close(struct window *window);

#endif
