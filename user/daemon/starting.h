/* SPDX-License-Identifier: GPL-2.0-only */
/* Waits, during the start, for exim and the DNS; a signal or a detach ends the wait. */
#ifndef STARTING_H
#define STARTING_H

#include "daemon/daemon.h"

/*
 * Waits until `fd` is readable. 0; -ECANCELED (logged): a signal that ends the daemon came, or no
 * interface is left, and the start shall end; -EIO (logged): an interface was lost by other means.
 * After an error, exim is not asked any more (ask_cancel()).
 * Signals must be held (signals_hold()) and the interfaces claimed.
 */
int starting_wait(struct daemon *daemon, int fd);

#endif
