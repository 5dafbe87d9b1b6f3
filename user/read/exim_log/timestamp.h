/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the timestamp at the start of a line of exim's log, and converts local time to UTC. */
#ifndef TIMESTAMP_H
#define TIMESTAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "read/exim_log/cursor.h"

struct timestamp {
	/* The offset of local time in the quarter of an hour used last. */
	int64_t zone_quarter;
	int64_t zone_offset;
	/* The text and the value of the last minute, since many lines share a minute. */
	char minute[16];
	int64_t minute_seconds;
};

/* The zone is the process's (TZ). Call again after a change of TZ. */
void timestamp_init(struct timestamp *timestamp);

/*
 * Skips a timestamp (src/tod.c, tod_log and tod_log_zone: "2003-08-24 11:22:33[.456][ +0200] ")
 * without checking its value.
 */
bool timestamp_skip(struct cursor *cursor);

/*
 * Reads the timestamp at `text`, which timestamp_skip() has accepted, in milliseconds since 1970,
 * UTC. 0; -EINVAL: no such time.
 */
int timestamp_read(struct timestamp *timestamp, const char *text, int64_t *out);

/* Converts local time to UTC; both in seconds since 1970. */
int64_t timestamp_utc(struct timestamp *timestamp, int64_t local);

/* The start of a day in seconds since 1970; -EINVAL: there is no such day. */
int timestamp_day(int year, int month, int day, int64_t *out);

#endif
