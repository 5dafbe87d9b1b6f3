/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads and reloads the policy of a daemon from the configuration and the command line. */
#ifndef RELOAD_H
#define RELOAD_H

#include "daemon/daemon.h"

/*
 * Reads the configuration and opens a judge for it; daemon->overrides has priority. 0 or -errno
 * (logged).
 */
int reload_load(struct daemon *daemon);

/* Reloads while the daemon runs: applies all of it, or changes nothing (logged). */
void reload_reload(struct daemon *daemon);

/* Releases the brake: verdicts block again. */
void reload_release(struct daemon *daemon);

/* Logs in a few lines which rules block. */
void reload_log_rules(const struct daemon *daemon);

#endif
