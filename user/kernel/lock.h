/* SPDX-License-Identifier: GPL-2.0-only */
/* A lock between processes, on a folder; signals are blocked while it is held. */
#ifndef LOCK_H
#define LOCK_H

#include <signal.h>
#include <stdbool.h>

struct lock {
	int fd;	     /* descriptor of the folder */
	bool shared; /* the caller already holds the lock */
	sigset_t signals;
};

/* Waits for the lock, a few seconds at most, and blocks all signals of the thread. 0 or -EBUSY. */
int lock_take(struct lock *lock);

void lock_give(struct lock *lock);

#endif
