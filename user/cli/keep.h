/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeps the daemon from blocking those who are never to be blocked, as they change. */
#ifndef KEEP_H
#define KEEP_H

#include "cli/guard.h"

struct keep;

/* Finds out who they are, by guard->setup. 0 or -errno (told); the caller closes *out. */
int keep_open(const struct guard *guard, struct keep **out);

/*
 * By another configuration: 0, or -errno (told) and nothing is changed. All is asked anew, in the
 * background: until keep_read() has it, whoever was spared before is.
 */
int keep_reload(struct keep *keep, const struct guard *guard, const struct config *config);

/* Readable when there is something for keep_read(); the descriptor stays the same. */
int keep_fd(const struct keep *keep);

/* For judge_spare(); good until keep_read(). */
const struct prefix_set *keep_set(const struct keep *keep);

/*
 * Takes in what has changed: tells the judge, and lifts blocks in force of who is new; the first
 * time, of all of them.
 */
void keep_read(struct keep *keep, struct guard *guard);

/* Accepts NULL. */
void keep_close(struct keep *keep);

#endif
