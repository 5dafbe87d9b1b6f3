/* SPDX-License-Identifier: GPL-2.0-only */
/* The policy of a running daemon: taken from the configuration and the command line, and anew. */
#ifndef POLICY_H
#define POLICY_H

#include "cli/guard.h"

/*
 * Reads the configuration, and makes a judge by it; guard->orders has the last word. CLI_DONE, or
 * the status to exit with (told).
 */
int policy_load(struct guard *guard);

/* The same while it runs: the whole of it, or nothing is changed (told). */
void policy_reload(struct guard *guard);

/* A human lets go the brake. */
void policy_release(struct guard *guard);

/* Says in a few lines what leads to a block. */
void policy_tell(const struct guard *guard);

#endif
