/* SPDX-License-Identifier: GPL-2.0-only */
/* Extracts exim's records from syslog lines, and recognizes pieces and copies of records. */
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
	int64_t time;	  /* syslog's, milliseconds since 1970, UTC */
	int priority;	  /* 0 to 7, or SYSLOG_UNKNOWN */
	const char *text; /* exim's text, with or without its timestamp; owned by the caller */
	size_t length;
	uint64_t process; /* identifies the process, 0: unknown */
};

/*
 * Extracts exim's record from a syslog line, in any form that is common in files: RFC 3164
 * ("Aug 24 11:22:33 mx exim[123]: …"), the same with an RFC 3339 time (rsyslog, journalctl), and
 * RFC 5424; with or without "<PRI>". `now` (seconds since 1970) gives the year of a time without
 * one. 0; -ENOMSG: it is not a record of exim.
 */
int syslog_unwrap(struct timestamp *timestamp, int64_t now, const char *line, size_t length,
		  struct syslog_record *out);

/*
 * True for a piece of a record that exim split for syslog(3) (src/log.c, write_syslog). Then *begun
 * is the beginning of the record's first line if that continues in the next piece; otherwise its
 * length is 0.
 */
bool syslog_is_piece(const struct syslog_record *record, struct syslog_record *begun);

/*
 * True for the first piece of a record of several lines, as rejections with headers are in the
 * reject log: it has the whole first line ("[1\\17] "). Then *line is that line, as a record.
 */
bool syslog_is_first_line(const struct syslog_record *record, struct syslog_record *line);

/*
 * True for the reject log's copy of a main log record; call it only for records that exim writes to
 * both. If the log of a record is not known, the second of two equal records is the copy.
 */
bool syslog_is_copy(struct pairing *pairing, const struct syslog_record *record);

#endif
