/* SPDX-License-Identifier: GPL-2.0-only */
/* Turns the lines of one log into events; exim or syslog wrote the file. */
#ifndef READER_H
#define READER_H

#include "read/exim_log/exim_log.h"
#include "read/syslog/syslog.h"

/* Which program wrote the file; the first line with a time decides, and it does not change. */
enum reader_form {
	READER_UNKNOWN,
	READER_EXIM,
	READER_SYSLOG
};

struct reader {
	struct exim_log exim;
	enum reader_form form;
	int64_t now; /* seconds since 1970, kept by the caller; it gives the year of syslog's times
		      */
	struct pairing copies;
};

/* The caller owns `classes`. Times without a zone are in the zone of the process (TZ). */
void reader_init(struct reader *reader, struct classifier *classes, bool helo_is_checked,
		 int64_t now);

/*
 * Reads a line without its LF. 0: it is a new event; -ENOMSG: it is not an event, it repeats one,
 * or its host is ambiguous.
 */
int reader_line(struct reader *reader, const char *line, size_t length, struct exim_log_found *out);

/* The same for a record without syslog's prefix. */
int reader_record(struct reader *reader, const struct syslog_record *record,
		  struct exim_log_found *out);

#endif
