/* SPDX-License-Identifier: GPL-2.0-only */
/* Counts the known senders that were blocked in the last hour, and the mail that they sent. */
#ifndef BRAKE_H
#define BRAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/addr.h"

struct brake;

/* Of the mail of all senders, what those blocked within the hour may have sent, in percent. */
#define BRAKE_MAIL_SHARE 10

/* More than `limit` (at least 1) an hour are too many. 0 or -ENOMEM. The caller closes *out. */
int brake_open(uint32_t limit, struct brake **out);

/*
 * Adds a block at `time` (milliseconds) of `host`, a sender from which `mail` messages were
 * accepted, of `all` from all senders. Returns true, and does not add it, if it exceeds the limit,
 * or if the blocked senders sent more than BRAKE_MAIL_SHARE of the mail; the first one is always
 * added, and one that was added within the hour is not added again. A time before the last one is
 * replaced by that one. If it is more than an hour before, the clock was set back, and the count
 * restarts.
 */
bool brake_add(struct brake *brake, const struct addr *host, int64_t time, uint64_t mail,
	       uint64_t all);

/* True if at `time` one more block by number or mail would be too many, as at the last add. */
bool brake_is_full(struct brake *brake, int64_t time);

/* Takes over what another brake counted, the latest first, as far as its own limit has room. */
void brake_adopt(struct brake *brake, const struct brake *from);

/* Engages it, as if `limit` senders were blocked at the time of the next call. */
void brake_engage(struct brake *brake);

/* Restarts the count. */
void brake_reset(struct brake *brake);

/* Accepts NULL. */
void brake_close(struct brake *brake);

#endif
