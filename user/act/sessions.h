/* SPDX-License-Identifier: GPL-2.0-only */
/* The sockets that ssh daemons hold for those who are logged in. */
#ifndef SESSIONS_H
#define SESSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sessions;

/* As they are now. 0 or -errno; the caller frees *out. */
int sessions_read(struct sessions **out);

/* True if a session holds the socket of that inode. */
bool sessions_hold(const struct sessions *sessions, uint32_t inode);

size_t sessions_count(const struct sessions *sessions);

/* Accepts NULL. */
void sessions_free(struct sessions *sessions);

#endif
