/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeps the daemon from blocking those who are never to be blocked, as they change. */
#ifndef EXEMPT_H
#define EXEMPT_H

#include "daemon/daemon.h"

struct exempt;

/* Finds out who they are, by daemon->policy. 0 or -errno (told); the caller closes *out. */
int exempt_open(const struct daemon *daemon, struct exempt **out);

/*
 * By another configuration: 0, or -errno (told) and nothing is changed. All is asked anew, in the
 * background: until exempt_read() has it, whoever was spared before is.
 */
int exempt_reload(struct exempt *exempt, const struct daemon *daemon, const struct config *config);

/* Readable when there is something for exempt_read(); the descriptor stays the same. */
int exempt_fd(const struct exempt *exempt);

/* For judge_allow(); good until exempt_read(). */
const struct prefix_set *exempt_set(const struct exempt *exempt);

/*
 * Takes in what has changed: tells the judge, and lifts blocks in force of who is new; the first
 * time, of all of them.
 */
void exempt_read(struct exempt *exempt, struct daemon *daemon);

/* Accepts NULL. */
void exempt_close(struct exempt *exempt);

#endif
