/* SPDX-License-Identifier: GPL-2.0-only */
/* The interfaces that a daemon stands guard at: taken, held, given up. */
#ifndef INTERFACES_H
#define INTERFACES_H

#include "daemon/daemon.h"

/*
 * Takes the interfaces, all of them or none, fills the tables, and puts the filter on. 0 or -errno,
 * which was told.
 */
int interfaces_take(struct daemon *daemon, char **names, int count);

/* The filter anew, with the options as they are now. 0 or -errno (told); then the old one stays. */
int interfaces_renew(struct daemon *daemon);

/*
 * Gives up interfaces that are gone or were taken from us. How many are left; those where it could
 * not be seen are among them, and interfaces_is_unsure() is true until it can.
 */
int interfaces_check(struct daemon *daemon, int *result);
bool interfaces_is_unsure(const struct daemon *daemon);

/* Lets go of an interface: its filter and pins (unless `keep`), its claim. 0 or -errno (told). */
int interfaces_release(struct daemon *daemon, struct daemon_interface *interface, bool persist);

#endif
