/* SPDX-License-Identifier: GPL-2.0-only */
/* The daemon's signals, which are held and read at safe points. */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <stdbool.h>

/*
 * Blocks SIGINT, SIGTERM, SIGHUP and SIGUSR1 until they are read, so that no change is interrupted.
 * Ignores SIGPIPE.
 */
void signals_hold(void);

/* A signalfd of the held signals, or -1 (errno). */
int signals_open(void);

/* For a SIGHUP: true if it means that the terminal was closed; a daemon has none. */
bool signals_are_of_hangup(void);

/* True if a signal that ends the daemon has come and was not read yet. */
bool signals_ask_to_end(void);

#endif
