// SPDX-License-Identifier: GPL-2.0-only
/* Follows the journal of a systemd unit: what its exim logs to syslog. */
#include "read/syslog/journal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <systemd/sd-journal.h>

#include "read/exim_log/exim_log.h"

/* Entries read in one call, before the caller does other work. */
#define JOURNAL_BUDGET 10000

/* A byte more than a line may have, so that an overlong one is noticed. */
#define JOURNAL_TEXT (EXIM_LOG_LINE_MAX + 1)

struct journal {
	sd_journal *journal;
	int fd;
};

/* "_SYSTEMD_UNIT=exim4.service": journald sets it, not the sender. */
static int journal_match(sd_journal *journal, const char *unit)
{
	char match[300];
	int length = snprintf(match, sizeof(match), "_SYSTEMD_UNIT=%s%s", unit,
			      strchr(unit, '.') ? "" : ".service");

	if (length < 0 || (size_t)length >= sizeof(match))
		return -ENAMETOOLONG;
	return sd_journal_add_match(journal, match, length);
}

/* Goes to the end of the journal; an empty one is at its head. */
static int journal_seek_end(sd_journal *journal)
{
	int err = sd_journal_seek_tail(journal);

	if (!err)
		err = sd_journal_previous(journal);
	if (!err)
		err = sd_journal_seek_head(journal);
	return err < 0 ? err : 0;
}

/* Goes after the entry of the cursor, or, if it no longer exists, to the closest one after it. */
static int journal_seek(sd_journal *journal, const char *cursor)
{
	int err = sd_journal_seek_cursor(journal, cursor);

	if (!err)
		err = sd_journal_next(journal);
	if (err > 0 && sd_journal_test_cursor(journal, cursor) <= 0)
		err = sd_journal_previous(journal);
	return err < 0 ? err : 0;
}

void journal_cursor(const struct journal *journal, char *out, size_t size)
{
	char *cursor;

	*out = '\0';
	if (sd_journal_get_cursor(journal->journal, &cursor))
		return;
	if (strlen(cursor) < size)
		strcpy(out, cursor);
	free(cursor);
}

int journal_open(const char *unit, const char *cursor, struct journal **out)
{
	struct journal *journal = calloc(1, sizeof(*journal));
	int err = -ENOMEM;

	if (!journal)
		return err;
	err = sd_journal_open(&journal->journal, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);
	if (!err)
		err = journal_match(journal->journal, unit);
	if (!err)
		err = sd_journal_set_data_threshold(journal->journal, 2 * EXIM_LOG_LINE_MAX);
	if (!err) {
		journal->fd = sd_journal_get_fd(journal->journal);
		err = journal->fd < 0 ? journal->fd : 0;
	}
	if (!err)
		err = cursor ? journal_seek(journal->journal, cursor)
			     : journal_seek_end(journal->journal);
	if (err) {
		journal_close(journal);
		return err;
	}
	*out = journal;
	return 0;
}

int journal_fd(const struct journal *journal)
{
	return journal->fd;
}

/* The value of a field; NULL: the entry does not have it. */
static const char *journal_field(sd_journal *journal, const char *name, size_t *length)
{
	size_t prefix = strlen(name) + 1;
	const void *data;

	if (sd_journal_get_data(journal, name, &data, length) || *length < prefix)
		return NULL;
	*length -= prefix;
	return (const char *)data + prefix;
}

/* False for entries of other programs: delivery agents run under the same unit. */
static bool journal_fill(sd_journal *journal, struct syslog_record *record, char text[JOURNAL_TEXT])
{
	const char *field;
	uint64_t time;
	size_t length;

	field = journal_field(journal, "SYSLOG_IDENTIFIER", &length);
	if (!field || length < 4 || memcmp(field, "exim", 4))
		return false;
	record->priority = SYSLOG_UNKNOWN;
	field = journal_field(journal, "PRIORITY", &length);
	if (field && length == 1 && *field >= '0' && *field <= '7')
		record->priority = *field - '0';
	record->process = 0;
	field = journal_field(journal, "_PID", &length);
	if (field)
		record->process = pairing_key(field, length, 0);
	if (sd_journal_get_realtime_usec(journal, &time))
		return false;
	record->time = time / 1000;
	field = journal_field(journal, "MESSAGE", &length);
	if (!field || memchr(field, '\n', length))
		return false;
	if (length > JOURNAL_TEXT)
		length = JOURNAL_TEXT;
	/* A field is valid until the next one is read. */
	memcpy(text, field, length);
	record->text = text;
	record->length = length;
	return true;
}

int journal_read(struct journal *journal, journal_record *record, void *context)
{
	char text[JOURNAL_TEXT];
	struct syslog_record next;
	int err;

	err = sd_journal_process(journal->journal);
	if (err < 0)
		return err;
	for (int i = 0; i < JOURNAL_BUDGET && (err = sd_journal_next(journal->journal)) > 0; i++)
		if (journal_fill(journal->journal, &next, text))
			record(context, &next);
	return err;
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	sd_journal_close(journal->journal);
	free(journal);
}
