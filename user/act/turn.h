/* SPDX-License-Identifier: GPL-2.0-only */
/* One process at a time: turns at a folder, in which nobody can be interrupted. */
#ifndef TURN_H
#define TURN_H

#include <signal.h>
#include <stdbool.h>

struct turn {
	int fd;	     /* the folder's */
	bool shared; /* whoever calls us has it, and need not wait for himself */
	sigset_t signals;
};

/* Waits for its turn, a few seconds at most; 0 or -EBUSY. From then on, signals wait. */
int turn_take(struct turn *turn);

void turn_give(struct turn *turn);

#endif
