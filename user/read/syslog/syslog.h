/* SPDX-License-Identifier: GPL-2.0-only */
/* What exim said, taken out of what syslog made of it; and whether it has been said before. */
#ifndef SYSLOG_H
#define SYSLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "read/exim_log/pairing.h"
#include "read/exim_log/timestamp.h"

/* Priorities of syslog(3) under which exim writes (src/log.c): its main log, and the reject log. */
#define SYSLOG_UNKNOWN (-1)
#define SYSLOG_REJECT  5
#define SYSLOG_MAIN    6

struct syslog_record {
	int64_t time;	  /* syslog's: milliseconds since 1970, UTC */
	int priority;	  /* 0 to 7, or SYSLOG_UNKNOWN */
	const char *text; /* exim's, with or without a stamp of its own; the caller's */
	size_t length;
	uint64_t process; /* whatever tells one process from another, 0: unknown */
};

/*
 * Takes exim's record out of a line of syslog's, in any form that is common in files: RFC 3164
 * ("Aug 24 11:22:33 mx exim[123]: …"), the same with an RFC 3339 time (rsyslog, journalctl), and
 * RFC 5424; "<PRI>" before it or not. `now` (seconds since 1970) tells the year of a time that
 * has none. 0; -ENOMSG: it is no record of exim's.
 */
int syslog_unwrap(struct timestamp *timestamp, int64_t now, const char *line, size_t length,
		  struct syslog_record *out);

/*
 * True of a part of a record that syslog(3) would not take whole (src/log.c, write_syslog). Then
 * *begun holds the beginning of its first line, if that goes on in the next part; else it has no
 * length.
 */
bool syslog_is_piece(const struct syslog_record *record, struct syslog_record *begun);

/*
 * True of the copy for the reject log of a record that was for the main log; to be asked only of
 * what exim writes to both. Where it is not
 * known for which log a record is, each second of two that are alike is the copy.
 */
bool syslog_is_copy(struct pairing *pairing, const struct syslog_record *record);

#endif
