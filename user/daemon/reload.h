/* SPDX-License-Identifier: GPL-2.0-only */
/* The policy of a running daemon: taken from the configuration and the command line, and anew. */
#ifndef RELOAD_H
#define RELOAD_H

#include "daemon/daemon.h"

/*
 * Reads the configuration, and makes a judge by it; daemon->overrides has the last word. CLI_DONE,
 * or the status to exit with (told).
 */
int reload_load(struct daemon *daemon);

/* The same while it runs: the whole of it, or nothing is changed (told). */
void reload_reload(struct daemon *daemon);

/* A human lets go the brake. */
void reload_release(struct daemon *daemon);

/* Says in a few lines what leads to a block. */
void reload_tell(const struct daemon *daemon);

#endif
