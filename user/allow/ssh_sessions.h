/* SPDX-License-Identifier: GPL-2.0-only */
/* The sockets that ssh daemons hold for those who are logged in. */
#ifndef SSH_SESSIONS_H
#define SSH_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ssh_sessions;

/*
 * False: this process may not look into those of root (it lacks CAP_SYS_PTRACE, or other
 * capabilities that they have), so that ssh_sessions_read() finds none.
 */
bool ssh_sessions_can_look(void);

/*
 * As they are now: of processes that are root's, or that root's started to serve one user. 0 or
 * -errno; the caller frees *out.
 */
int ssh_sessions_read(struct ssh_sessions **out);

/* True if a session holds the socket of that inode. */
bool ssh_sessions_hold(const struct ssh_sessions *sessions, uint32_t inode);

size_t ssh_sessions_count(const struct ssh_sessions *sessions);

/* Accepts NULL. */
void ssh_sessions_free(struct ssh_sessions *sessions);

#endif
