/* SPDX-License-Identifier: GPL-2.0-only */
/* The daemon's loop: waits for lines, links, signals and the second, and hands each to its part. */
#ifndef LOOP_H
#define LOOP_H

#include "daemon/daemon.h"

/* From here on, signals wait for loop_run(): nothing is left half done. */
void loop_hold_signals(void);

/*
 * Runs until a signal, or until no interface is left. 0; -errno (logged): it ended for another
 * reason than a signal or our own detach.
 */
int loop_run(struct daemon *daemon);

#endif
