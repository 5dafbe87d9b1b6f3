/* SPDX-License-Identifier: GPL-2.0-only */
/* One log's lines to events, whether exim wrote them into a file or syslog did. */
#ifndef READER_H
#define READER_H

#include "read/exim_log/exim_log.h"
#include "read/syslog/syslog.h"

/* What wrote the file is told by the first line with a time, and does not change. */
enum reader_form {
	READER_UNKNOWN,
	READER_EXIM,
	READER_SYSLOG
};

struct reader {
	struct exim_log exim;
	enum reader_form form;
	int64_t now; /* seconds since 1970; the caller keeps it near enough to know the year */
	struct pairing copies;
};

/* `classes` stays the caller's. The zone of times that name none is the process's (TZ). */
void reader_init(struct reader *reader, struct classifier *classes, bool helo_is_checked,
		 int64_t now);

/* 0: the line, without its LF, is an event of its own; -ENOMSG: it is none, or not beyond doubt. */
int reader_line(struct reader *reader, const char *line, size_t length, struct exim_log_found *out);

/* The same of a record that came without syslog's wrapping. */
int reader_record(struct reader *reader, const struct syslog_record *record,
		  struct exim_log_found *out);

#endif
