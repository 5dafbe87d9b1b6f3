// SPDX-License-Identifier: GPL-2.0-only
/* Turns the lines of one log into events; exim or syslog wrote the file. */
#include "read/reader.h"

#include <errno.h>

void reader_init(struct reader *reader, struct classifier *classes, bool helo_is_checked,
		 int64_t now)
{
	exim_log_init(&reader->exim, classes);
	reader->exim.helo_is_checked = helo_is_checked;
	reader->form = READER_UNKNOWN;
	reader->now = now;
	pairing_init(&reader->copies);
}

static int reader_exim(struct reader *reader, const char *line, size_t length,
		       struct exim_log_found *out)
{
	if (exim_log_read(&reader->exim, line, length, out) || !exim_log_settle(&reader->exim, out))
		return -ENOMSG;
	return 0;
}

/* Reads the text of one record. 0, or -ENOMSG. */
static int reader_text(struct reader *reader, const struct syslog_record *record,
		       struct exim_log_found *out)
{
	struct cursor cursor = { .pos = record->text, .end = record->text + record->length };

	/* exim's own timestamp is the time of the event; syslog's is the time of logging. */
	if (timestamp_skip(&cursor))
		return exim_log_read(&reader->exim, record->text, record->length, out);
	return exim_log_read_text(&reader->exim, record->time, record->text, record->length, out);
}

int reader_record(struct reader *reader, const struct syslog_record *record,
		  struct exim_log_found *out)
{
	const struct skips before = reader->exim.skips;
	struct syslog_record begun, first;
	bool is_first = syslog_is_first_line(record, &first);
	int err = -ENOMSG;

	if (is_first)
		record = &first;
	begun = *record;
	if (!syslog_is_piece(record, &begun))
		err = reader_text(reader, record, out);
	else if (begun.length)
		exim_log_skip_cut(&reader->exim, begun.text, begun.length);
	if (err) {
		if (memcmp(&before, &reader->exim.skips, sizeof(before)) &&
		    syslog_is_copy(&reader->copies, &begun))
			reader->exim.skips = before;
		return -ENOMSG;
	}
	if ((out->main_only ? is_first : syslog_is_copy(&reader->copies, record)) ||
	    !exim_log_settle(&reader->exim, out))
		return -ENOMSG;
	return 0;
}

static int reader_syslog(struct reader *reader, const char *line, size_t length,
			 struct exim_log_found *out)
{
	struct syslog_record record;

	if (syslog_unwrap(&reader->exim.timestamp, reader->now, line, length, &record))
		return -ENOMSG;
	reader->form = READER_SYSLOG;
	return reader_record(reader, &record, out);
}

int reader_line(struct reader *reader, const char *line, size_t length, struct exim_log_found *out)
{
	struct cursor cursor = { .pos = line, .end = line + length };

	if (reader->form == READER_EXIM)
		return reader_exim(reader, line, length, out);
	if (reader->form == READER_SYSLOG || !timestamp_skip(&cursor))
		return reader_syslog(reader, line, length, out);
	reader->form = READER_EXIM;
	return reader_exim(reader, line, length, out);
}
