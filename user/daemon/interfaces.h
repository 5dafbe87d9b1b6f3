/* SPDX-License-Identifier: GPL-2.0-only */
/* Claims, attaches, checks and releases the daemon's interfaces. */
#ifndef INTERFACES_H
#define INTERFACES_H

#include "daemon/daemon.h"

/*
 * Claims the interfaces, fills the tables and attaches the filter. All are claimed before one is
 * changed, and the lock is held throughout. 0 or -errno (logged).
 */
int interfaces_take(struct daemon *daemon, char **names, int count);

/*
 * Attaches the filter again with the current options. 0 or -errno (logged); then the old filter
 * stays.
 */
int interfaces_renew(struct daemon *daemon);

/*
 * Releases interfaces that no longer exist or whose filter was detached. Returns how many are left,
 * including those that could not be checked; while there are any of these, interfaces_is_unsure()
 * is true. *result is set to -EIO if one was lost, except by sobig-xdp detach.
 */
int interfaces_check(struct daemon *daemon, int *result);
bool interfaces_is_unsure(const struct daemon *daemon);

/*
 * Releases an interface: detaches its filter and removes its pins (unless `persist`), and releases
 * its claim. 0 or -errno (logged).
 */
int interfaces_release(struct daemon *daemon, struct daemon_interface *interface, bool persist);

#endif
