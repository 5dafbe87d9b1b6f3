/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the remote hosts of users who are logged in on this machine. */
#ifndef LOGINS_H
#define LOGINS_H

#include "common/prefix_set.h"

/*
 * Adds the remote hosts of ssh sessions, of logind's sessions, of utmp(5) and of SSH_CONNECTION. A
 * connection that is not yet authenticated does not count: any host can open one. 0 or -errno;
 * `out` keeps those found before an error.
 */
int logins_read(struct prefix_set *out);

#endif
