/* SPDX-License-Identifier: GPL-2.0-only */
/* The interfaces that a daemon stands guard at: taken, held, given up. */
#ifndef POST_H
#define POST_H

#include "cli/guard.h"

/*
 * Takes the interfaces, all of them or none, fills the tables, and puts the filter on. 0 or -errno,
 * which was told.
 */
int post_take(struct guard *guard, char **names, int count);

/* The filter anew, with the options as they are now. 0 or -errno (told); then the old one stays. */
int post_renew(struct guard *guard);

/*
 * Gives up interfaces that are gone or were taken from us. How many are left; those where it could
 * not be seen are among them, and post_is_unsure() is true until it can.
 */
int post_check(struct guard *guard, int *status);
bool post_is_unsure(const struct guard *guard);

/* Lets go of an interface: its filter and pins (unless `keep`), its claim. 0 or -errno (told). */
int post_release(struct guard *guard, struct guard_interface *interface, bool keep);

#endif
