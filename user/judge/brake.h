/* SPDX-License-Identifier: GPL-2.0-only */
/* Counts new blocks in the last minute, and reports when there are too many. */
#ifndef BRAKE_H
#define BRAKE_H

#include <stdbool.h>
#include <stdint.h>

struct brake;

/* More than `limit` (at least 1) a minute are too many. 0 or -ENOMEM. The caller closes *out. */
int brake_open(uint32_t limit, struct brake **out);

/*
 * Adds a block at `time` (milliseconds). Returns true, and does not count it, if it exceeds the
 * limit. A time before the last one is replaced by that one. If it is more than a minute before,
 * the clock was set back, and the count restarts.
 */
bool brake_add(struct brake *brake, int64_t time);

/* Restarts the count. */
void brake_reset(struct brake *brake);

/* Accepts NULL. */
void brake_close(struct brake *brake);

#endif
