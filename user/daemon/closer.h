/* SPDX-License-Identifier: GPL-2.0-only */
/* Ends the open connections of newly blocked hosts, in a thread of its own. */
#ifndef CLOSER_H
#define CLOSER_H

#include "daemon/daemon.h"

struct closer;

/* Starts the thread. 0 or -errno (logged); the caller closes *out. */
int closer_open(struct closer **out);

/*
 * The connections of these are never ended, nor those to other ports (host byte order; 0: no more).
 * Both are copied. 0 or -ENOMEM: nothing is changed.
 */
int closer_allow(struct closer *closer, const struct prefix_set *allowed);
void closer_guard(struct closer *closer, const uint16_t ports[SOBIG_PORTS_MAX]);

/*
 * Ends the connections of all hosts in `target` to `ports` (none: to all of closer_guard()), to be
 * called after they were blocked: at once, or if it was called less than a second ago, a second
 * later, together with others. Does not wait.
 */
void closer_add(struct closer *closer, const struct addr_prefix *target,
		const uint16_t ports[SOBIG_PORTS_MAX]);

/*
 * Copies the results to daemon->stats, and prints an event if connections were ended. Logs once if
 * the kernel cannot end connections although the configuration asks for it.
 */
void closer_check(struct daemon *daemon);

/* Accepts NULL. */
void closer_close(struct closer *closer);

#endif
