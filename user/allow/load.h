/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads the allow list from the configuration, the operator's list, exim and this machine. */
#ifndef LOAD_H
#define LOAD_H

#include <limits.h>

#include "allow/watcher.h"
#include "common/prefix_set.h"
#include "config/config.h"

/*
 * The path of the operator's list (sobig-xdp allow), in the state folder. 0; -ENAMETOOLONG
 * (logged).
 */
int load_path(const char *state, const struct config *config, char path[PATH_MAX]);

/* Starts a watcher with watcher_open(). 0 or -errno (logged); the caller closes *out. */
int load_open(const char *state, const struct config *config, struct watcher **out);

/*
 * Loads the current allow list of the configuration `file` (NULL: the default files). 0 or -errno
 * (logged); the caller frees *out.
 */
int load_once(const char *state, const char *file, struct prefix_set **out);

#endif
