/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeps the allow list up to date in a separate thread. */
#ifndef WATCHER_H
#define WATCHER_H

#include <stdbool.h>
#include <stddef.h>

#include "allow/sources.h"
#include "common/prefix_set.h"

struct watcher;

/*
 * Starts the thread, which first reads all sources; that takes seconds if exim or the DNS does not
 * answer. Problems are logged. 0 or -errno; the caller closes *out.
 */
int watcher_open(const struct sources_options *options, struct watcher **out);

/* Reads all sources once, without a thread. 0 or -errno; the caller frees *out. */
int watcher_once(const struct sources_options *options, struct prefix_set **out);

/* A descriptor, owned by the watcher, that is readable when a new set is available. */
int watcher_fd(const struct watcher *watcher);

/* Returns the new set, sealed, which the caller frees; NULL: nothing has changed. Never waits. */
struct prefix_set *watcher_take(struct watcher *watcher);

/* exim's proxies, as of the last set that is available. Never waits. */
struct proxies watcher_proxies(struct watcher *watcher);

/* What is missing in the last set that is available. Never waits. */
struct sources_missing watcher_missing(struct watcher *watcher);

/* Accepts NULL. */
void watcher_close(struct watcher *watcher);

#endif
