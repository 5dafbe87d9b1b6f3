/* SPDX-License-Identifier: GPL-2.0-only */
/* How many new blocks there were in the last minute, and whether that is more than anybody wants.
 */
#ifndef BRAKE_H
#define BRAKE_H

#include <stdbool.h>
#include <stdint.h>

struct brake;

/* More than `limit` (1 or more) in a minute are too many. 0 or -ENOMEM. The caller closes *out. */
int brake_open(uint32_t limit, struct brake **out);

/*
 * One more, at `time` (milliseconds): true if it is too many, and is not counted then. A time
 * before the last one is taken for that one, unless it is more than a minute before: then the clock
 * was set back, and the count starts anew.
 */
bool brake_add(struct brake *brake, int64_t time);

/* The count starts anew. */
void brake_reset(struct brake *brake);

/* Accepts NULL. */
void brake_close(struct brake *brake);

#endif
