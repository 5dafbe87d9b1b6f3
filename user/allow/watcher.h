/* SPDX-License-Identifier: GPL-2.0-only */
/* Puts together who is never blocked, in a thread of its own, and hands it over as it changes. */
#ifndef WATCHER_H
#define WATCHER_H

#include <stdbool.h>
#include <stddef.h>

#include "common/addr.h"
#include "common/prefix_set.h"

struct watcher;

/* All of it is copied. */
struct watcher_options {
	const struct addr_prefix *addresses;
	size_t addresses_count;
	char *const *hosts; /* names */
	size_t hosts_count;
	char *const *files; /* lists, see lists.h */
	size_t files_count;
	const char *providers; /* the same, of big providers' networks; NULL: none */
	const char *own;       /* the operator's own list, which need not be there */
	/*
	 * What else there is to ask, now and then, in the thread: 0 or -errno. Adds to the set, and
	 * calls name(context, …) for names to be looked up. May be NULL.
	 */
	int (*ask)(struct prefix_set *out, int (*name)(void *context, const char *name),
		   void *context);
};

/*
 * Starts the thread, after it has gathered a first time, for three seconds or so, unless that shall
 * come later. What it finds wrong, it tells. 0 or -errno; the caller closes *out.
 */
int watcher_open(const struct watcher_options *options, bool later, struct watcher **out);

/* Gathers once, without a thread: for whoever looks only once. The caller frees *out. */
int watcher_once(const struct watcher_options *options, struct prefix_set **out);

/* Readable when there is a new set. */
int watcher_fd(const struct watcher *watcher);

/* The new set, sealed and the caller's; NULL: nothing has changed. Never waits. */
struct prefix_set *watcher_take(struct watcher *watcher);

/* Accepts NULL. */
void watcher_close(struct watcher *watcher);

#endif
