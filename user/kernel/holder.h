/* SPDX-License-Identifier: GPL-2.0-only */
/* The process that guards an interface, known by the lock that it holds. */
#ifndef HOLDER_H
#define HOLDER_H

#include <sys/types.h>

/*
 * A pidfd of the process that holds the claim of an interface, seen to hold it: `pid`, which its
 * pulse names, or another one, if that is the id of a process of another PID namespace. *out is for
 * the caller to close; *found is its id here. -ESRCH: no process that can be seen from here holds
 * it; -EACCES: some process must not be looked at; others are the kernel's. Says nothing.
 */
int holder_open(const char *pins, unsigned int ifindex, pid_t pid, int *out, pid_t *found);

/*
 * Sends it the signal. 0, or -errno, which has been told: "cannot signal process PID: ..."; then no
 * process got one.
 */
int holder_signal(const char *pins, unsigned int ifindex, pid_t pid, int signal);

#endif
