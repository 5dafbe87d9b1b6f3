/* SPDX-License-Identifier: GPL-2.0-only */
/* Applies the allow list, as it changes, to a running daemon. */
#ifndef EXEMPT_H
#define EXEMPT_H

#include "daemon/daemon.h"

struct exempt;

/*
 * Collects the allow list of daemon->policy; waits for it as starting_wait() does, a few seconds at
 * most. 0 or -errno (logged); the caller closes *out.
 */
int exempt_open(struct daemon *daemon, struct exempt **out);

/*
 * Uses another configuration. 0, or -errno (logged) and nothing is changed. The list is collected
 * again in the background; until exempt_read() has it, the previous list stays in effect.
 */
int exempt_reload(struct exempt *exempt, const struct daemon *daemon, const struct config *config);

/* Readable when exempt_read() has something to do. The descriptor never changes. */
int exempt_fd(const struct exempt *exempt);

/* For judge_allow(); valid until the next exempt_read(). */
const struct prefix_set *exempt_set(const struct exempt *exempt);

/*
 * Applies a changed list: passes it to the judge and unblocks hosts that are newly allowed; the
 * first time, all allowed hosts. Never waits for the watcher.
 */
void exempt_read(struct exempt *exempt, struct daemon *daemon);

/* Accepts NULL. */
void exempt_close(struct exempt *exempt);

#endif
