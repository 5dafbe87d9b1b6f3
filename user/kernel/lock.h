/* SPDX-License-Identifier: GPL-2.0-only */
/* One process at a time: turns at a folder, in which nobody can be interrupted. */
#ifndef LOCK_H
#define LOCK_H

#include <signal.h>
#include <stdbool.h>

struct lock {
	int fd;	     /* the folder's */
	bool shared; /* whoever calls us has it, and need not wait for himself */
	sigset_t signals;
};

/* Waits for its turn, a few seconds at most; 0 or -EBUSY. From then on, signals wait. */
int lock_take(struct lock *lock);

void lock_give(struct lock *lock);

#endif
