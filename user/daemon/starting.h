/* SPDX-License-Identifier: GPL-2.0-only */
/* Waits, during the start, for exim and the DNS, and notes what for; a signal or a detach ends it.
 */
#ifndef STARTING_H
#define STARTING_H

#include "daemon/daemon.h"

/*
 * Pins, for other commands to read, that the daemon waits from now on for this; a failure has no
 * consequence. The interfaces are claimed.
 */
void starting_note(struct daemon *daemon, enum sobig_wait wait);

/* The daemon judges lines, and has written its statistics: removes the note, and saves that it
 * runs. */
void starting_end(struct daemon *daemon);

/*
 * Notes the wait, and waits until `fd` is readable. 0; -ECANCELED (logged): a signal that ends the
 * daemon came, or no interface is left, and the start shall end; -EIO (logged): an interface was
 * lost by other means. After an error, exim is not asked any more (ask_cancel()). Signals must be
 * held (signals_hold()) and the interfaces claimed.
 */
int starting_wait(struct daemon *daemon, int fd, enum sobig_wait wait);

#endif
