/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the sockets of ssh daemons that serve a logged-in user. */
#ifndef SSH_SESSIONS_H
#define SSH_SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ssh_sessions;

/*
 * False: this process may not inspect root's processes (it lacks CAP_SYS_PTRACE, or another
 * capability that they have), so ssh_sessions_read() finds none.
 */
bool ssh_sessions_can_look(void);

/*
 * Reads the current sockets of processes that belong to root, or that root's started for one user.
 * 0 or -errno; the caller frees *out.
 */
int ssh_sessions_read(struct ssh_sessions **out);

/* True if a session has the socket with that inode number open. */
bool ssh_sessions_hold(const struct ssh_sessions *sessions, uint32_t inode);

size_t ssh_sessions_count(const struct ssh_sessions *sessions);

/* Accepts NULL. */
void ssh_sessions_free(struct ssh_sessions *sessions);

#endif
