/* SPDX-License-Identifier: GPL-2.0-only */
/* The sockets that ssh daemons hold for those who are logged in. */
#ifndef SESSIONS_H
#define SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sessions;

/*
 * False: this process may not look into those of root (it lacks CAP_SYS_PTRACE, or other
 * capabilities that they have), so that sessions_read() finds none.
 */
bool sessions_can_look(void);

/*
 * As they are now: of processes that are root's, or that root's started to serve one user. 0 or
 * -errno; the caller frees *out.
 */
int sessions_read(struct sessions **out);

/* True if a session holds the socket of that inode. */
bool sessions_hold(const struct sessions *sessions, uint32_t inode);

size_t sessions_count(const struct sessions *sessions);

/* Accepts NULL. */
void sessions_free(struct sessions *sessions);

#endif
