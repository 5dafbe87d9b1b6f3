/* SPDX-License-Identifier: GPL-2.0-only */
/* Puts together who is never blocked, in a thread of its own, and hands it over as it changes. */
#ifndef WATCHER_H
#define WATCHER_H

#include <stdbool.h>
#include <stddef.h>

#include "allow/sources.h"
#include "common/prefix_set.h"

struct watcher;

/*
 * Starts the thread, after it has gathered a first time, for three seconds or so, unless that shall
 * come later. What it finds wrong, it tells. 0 or -errno; the caller closes *out.
 */
int watcher_open(const struct sources_options *options, bool later, struct watcher **out);

/* Gathers once, without a thread: for whoever looks only once. The caller frees *out. */
int watcher_once(const struct sources_options *options, struct prefix_set **out);

/* Readable when there is a new set. */
int watcher_fd(const struct watcher *watcher);

/* The new set, sealed and the caller's; NULL: nothing has changed. Never waits. */
struct prefix_set *watcher_take(struct watcher *watcher);

/* Accepts NULL. */
void watcher_close(struct watcher *watcher);

#endif
