/* SPDX-License-Identifier: GPL-2.0-only */
/* The time at column 0 of a line of exim's log, and how local time becomes UTC. */
#ifndef TIMESTAMP_H
#define TIMESTAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "read/exim_log/cursor.h"

struct timestamp {
	/* The offset of local time, for the quarter of an hour that was asked for last. */
	int64_t zone_quarter;
	int64_t zone_offset;
	/* What the last minute's text came to, since lines come many to a minute. */
	char minute[16];
	int64_t minute_seconds;
};

/* The zone is the process's (TZ). Call again after a change of TZ. */
void timestamp_init(struct timestamp *timestamp);

/*
 * Steps over what has the shape of a stamp (src/tod.c, tod_log and tod_log_zone:
 * "2003-08-24 11:22:33[.456][ +0200] ") without a look at its value.
 */
bool timestamp_skip(struct cursor *cursor);

/*
 * The time of a stamp that timestamp_skip() passed from `text` on, in milliseconds since 1970, UTC.
 * 0; -EINVAL: no such time.
 */
int timestamp_read(struct timestamp *timestamp, const char *text, int64_t *out);

/* Seconds since 1970 in UTC of seconds since 1970 in local time. */
int64_t timestamp_utc(struct timestamp *timestamp, int64_t local);

/* The same day in seconds since 1970; -EINVAL: the calendar has no such day. */
int timestamp_day(int year, int month, int day, int64_t *out);

#endif
