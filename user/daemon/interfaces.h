/* SPDX-License-Identifier: GPL-2.0-only */
/* Claims, attaches, checks and releases the daemon's interfaces. */
#ifndef INTERFACES_H
#define INTERFACES_H

#include "daemon/daemon.h"

/*
 * Claims the interfaces for this process and checks that the filter can be attached to them;
 * changes nothing else. From now on, sobig-xdp detach ends the start. 0 or -errno (logged).
 */
int interfaces_claim(struct daemon *daemon, char **names, int count);

/*
 * Fills the tables and attaches the filter to the claimed interfaces; the lock is held throughout.
 * 0; -ECANCELED: sobig-xdp detach has released all of them; or -errno. Logged.
 */
int interfaces_take(struct daemon *daemon);

/*
 * Attaches the filter again with the current options. 0 or -errno (logged); then the old filter
 * stays.
 */
int interfaces_renew(struct daemon *daemon);

/*
 * Releases interfaces that no longer exist or whose filter was detached, or, before the filter is
 * attached, those whose claim sobig-xdp detach has removed. Returns how many are left,
 * including those that could not be checked; while there are any of these,
 * interfaces_needs_recheck() is true. *result is set to -EIO if one was lost, except by sobig-xdp
 * detach.
 */
int interfaces_check(struct daemon *daemon, int *result);
bool interfaces_needs_recheck(const struct daemon *daemon);

/*
 * Releases an interface: detaches its filter and removes its pins (unless `persist`), and releases
 * its claim. 0 or -errno (logged).
 */
int interfaces_release(struct daemon *daemon, struct daemon_interface *interface, bool persist);

#endif
