/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the daemon of an interface by the lock that it holds. */
#ifndef HOLDER_H
#define HOLDER_H

#include <sys/types.h>

/*
 * Opens a pidfd of the process that holds the claim of an interface, after checking that it does:
 * `pid` (from the statistics), or another one if `pid` belongs to another PID namespace. The caller
 * closes *out; *found is the process id here. -ESRCH: no visible process holds it; -EACCES: a
 * process may not be inspected; otherwise the kernel's error. Logs nothing.
 */
int holder_open(const char *pins, unsigned int ifindex, pid_t pid, int *out, pid_t *found);

/*
 * Sends that process the signal. 0 or -errno (logged: "cannot signal process PID: ..."); then no
 * process was signalled.
 */
int holder_signal(const char *pins, unsigned int ifindex, pid_t pid, int signal);

#endif
