/* SPDX-License-Identifier: GPL-2.0-only */
/* Who is never blocked, as the configuration, the operator, exim and this machine have it. */
#ifndef LOAD_H
#define LOAD_H

#include <limits.h>

#include "allow/watcher.h"
#include "common/prefix_set.h"
#include "config/config.h"

/*
 * Where the operator's own list is (sobig-xdp allow): in the state folder. 0; -ENAMETOOLONG (told).
 */
int load_path(const char *state, const struct config *config, char path[PATH_MAX]);

/* Begins to gather, as watcher_open(). 0 or -errno (told); the caller closes *out. */
int load_open(const char *state, const struct config *config, bool later, struct watcher **out);

/*
 * The whole set as it is now, by the configuration `file` (NULL: the usual one). 0 or -errno
 * (told); the caller frees *out.
 */
int load_once(const char *state, const char *file, struct prefix_set **out);

#endif
