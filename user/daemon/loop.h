/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The daemon's loop: waits for log lines, link events, signals and a timer, and calls the part that
 * handles each.
 */
#ifndef LOOP_H
#define LOOP_H

#include "daemon/daemon.h"

/*
 * Runs until a signal, or until no interface is left. 0; -errno (logged) if it ended for a reason
 * other than a signal or sobig-xdp detach.
 */
int loop_run(struct daemon *daemon);

#endif
