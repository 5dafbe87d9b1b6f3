/* SPDX-License-Identifier: GPL-2.0-only */
/* Where those come from who are logged in on this machine. */
#ifndef LOGINS_H
#define LOGINS_H

#include "common/prefix_set.h"

/*
 * Adds the far ends of ssh sessions, and what logind, utmp(5) and SSH_CONNECTION tell. A connection
 * whose password is still awaited is none: anybody can have that. 0 or -errno; those found before
 * an error count all the same.
 */
int logins_read(struct prefix_set *out);

#endif
