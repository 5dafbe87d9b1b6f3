/* SPDX-License-Identifier: GPL-2.0-only */
/* Learns at the first start from the old logs what each host is known for, in the background. */
#ifndef LEARN_H
#define LEARN_H

#include "daemon/daemon.h"

/* How far back logs are read, in days: more adds nothing. */
#define LEARN_DAYS 8

struct learn;

/*
 * Starts a thread that reads the logs that are followed, and their rotated files, up to the
 * positions where the daemon began to read. Journals are not read. 0, or -ENOMEM. The caller
 * closes *out. What cannot be read is logged and left out.
 */
int learn_open(const struct daemon *daemon, bool helo_is_checked, struct learn **out);

/* If the thread is done: adds what it learned to the judge, and returns true. Never waits. */
bool learn_take(struct learn *learn, struct judge *judge);

/* Ends the thread, whether or not it is done. Accepts NULL. */
void learn_close(struct learn *learn);

#endif
