// SPDX-License-Identifier: GPL-2.0-only
/* A lock between processes, on a folder; signals are blocked while it is held. */
#include "kernel/lock.h"

#include <errno.h>
#include <sys/file.h>
#include <time.h>

#define LOCK_WAIT_US 200
#define LOCK_WAITS   15000

int lock_take(struct lock *lock)
{
	const struct timespec pause = { 0, LOCK_WAIT_US * 1000 };
	sigset_t all;

	if (lock->shared)
		return 0;
	/*
	 * A process that is stopped or killed with the lock would block others or leave half a
	 * change.
	 */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &lock->signals);
	for (int i = 0; i < LOCK_WAITS; i++) {
		if (!flock(lock->fd, LOCK_EX | LOCK_NB))
			return 0;
		nanosleep(&pause, NULL);
	}
	pthread_sigmask(SIG_SETMASK, &lock->signals, NULL);
	return -EBUSY;
}

void lock_give(struct lock *lock)
{
	if (lock->shared)
		return;
	flock(lock->fd, LOCK_UN);
	pthread_sigmask(SIG_SETMASK, &lock->signals, NULL);
}
