// SPDX-License-Identifier: GPL-2.0-only
/* Extracts exim's records from syslog lines, and recognizes pieces and copies of records. */
#include "read/syslog/syslog.h"

#include <errno.h>
#include <time.h>

#define SYSLOG_DAY	 (24 * 3600)
#define SYSLOG_COPY_SPAN 2000 /* milliseconds */

static bool syslog_is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static bool syslog_is_not_space(unsigned char c)
{
	return c != ' ';
}

static bool syslog_take_clock(struct cursor *cursor, int64_t *out)
{
	int hour, minute, second;

	if (!cursor_take_number(cursor, 2, &hour) || !cursor_take(cursor, ":") ||
	    !cursor_take_number(cursor, 2, &minute) || !cursor_take(cursor, ":") ||
	    !cursor_take_number(cursor, 2, &second) || hour > 23 || minute > 59 || second > 60)
		return false;
	*out = hour * 3600 + minute * 60 + second;
	return true;
}

/* "Aug 24 11:22:33", local: in the latest year in which it is not in the future. */
static bool syslog_take_old_time(struct timestamp *timestamp, int64_t now, struct cursor *cursor,
				 int64_t *out)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t seconds = now;
	int64_t day, clock;
	struct tm tm;
	int month, date = 0;

	for (month = 1; month <= 12; month++)
		if (cursor_takes(cursor, months + (month - 1) * 3, 3))
			break;
	if (month > 12 || !cursor_take(cursor, " "))
		return false;
	if (!(cursor_take(cursor, " ") ? cursor_take_number(cursor, 1, &date)
				       : cursor_take_number(cursor, 2, &date)))
		return false;
	if (!cursor_take(cursor, " ") || !syslog_take_clock(cursor, &clock))
		return false;
	gmtime_r(&seconds, &tm);
	/* Ten years, for the 29th of February. */
	for (int year = tm.tm_year + 1901; year > tm.tm_year + 1891; year--) {
		if (timestamp_day(year, month, date, &day))
			continue;
		*out = timestamp_utc(timestamp, day + clock) * 1000;
		if (*out <= (now + SYSLOG_DAY) * 1000)
			return true;
	}
	return false;
}

/* "2003-08-24T11:22:33[.456789]Z", or "+02:00", or "+0200" */
static bool syslog_take_new_time(struct cursor *cursor, int64_t *out)
{
	int year, month, date, hour, minute, milli = 0;
	int64_t day, clock;

	if (!cursor_take_number(cursor, 4, &year) || !cursor_take(cursor, "-") ||
	    !cursor_take_number(cursor, 2, &month) || !cursor_take(cursor, "-") ||
	    !cursor_take_number(cursor, 2, &date) || !cursor_take(cursor, "T") ||
	    !syslog_take_clock(cursor, &clock) || timestamp_day(year, month, date, &day))
		return false;
	if (cursor_take(cursor, ".")) {
		const char *from = cursor->pos;
		size_t digits = cursor_take_while(cursor, syslog_is_digit);

		for (size_t i = 0; i < 3; i++)
			milli = milli * 10 + (i < digits ? from[i] - '0' : 0);
	}
	*out = (day + clock) * 1000 + milli;
	if (cursor_take(cursor, "Z"))
		return true;
	if (cursor_peek(cursor, 0) != '+' && cursor_peek(cursor, 0) != '-')
		return false;
	int sign = *cursor->pos++ == '-' ? -1 : 1;

	if (!cursor_take_number(cursor, 2, &hour))
		return false;
	cursor_take(cursor, ":");
	if (!cursor_take_number(cursor, 2, &minute) || hour > 14 || minute > 59)
		return false;
	*out -= sign * (hour * 3600 + minute * 60) * INT64_C(1000);
	return true;
}

/* "22>", the priority after "<". */
static bool syslog_take_priority(struct cursor *cursor, int *out)
{
	int priority = 0;

	while (syslog_is_digit(cursor_peek(cursor, 0)) && priority < 1000)
		priority = priority * 10 + (*cursor->pos++ - '0');
	*out = priority & 7;
	return cursor_take(cursor, ">");
}

/* "exim[123]: ", or RFC 5424's "exim 123 - - " */
static bool syslog_take_tag(struct cursor *cursor, bool fields, struct syslog_record *record)
{
	const char *from;
	size_t length;

	from = cursor->pos;
	/* A program of another name may log any text. */
	if (!cursor_take(cursor, "exim"))
		return false;
	length = cursor_take_while(cursor, syslog_is_not_space);
	record->process = pairing_key(from, length + sizeof("exim") - 1, 0);
	if (!fields)
		return cursor->pos[-1] == ':' && cursor_take(cursor, " ");
	if (!cursor_take(cursor, " "))
		return false;
	from = cursor->pos;
	length = cursor_take_while(cursor, syslog_is_not_space);
	record->process = pairing_key(from, length, 0);
	if (!cursor_take(cursor, " ") || !cursor_take_while(cursor, syslog_is_not_space) ||
	    !cursor_take(cursor, " "))
		return false;
	if (cursor_take(cursor, "- "))
		return true;
	/* Structured data: a quoted value holds "] " only after a backslash. */
	return cursor_peek(cursor, 0) == '[' && cursor_seeks(cursor, "] ", 2);
}

int syslog_unwrap(struct timestamp *timestamp, int64_t now, const char *line, size_t length,
		  struct syslog_record *out)
{
	struct cursor cursor = { .pos = line, .end = line + length };
	struct syslog_record record = { .priority = SYSLOG_UNKNOWN };
	bool fields = false;

	if (cursor_take(&cursor, "<")) {
		if (!syslog_take_priority(&cursor, &record.priority))
			return -ENOMSG;
		fields = cursor_take(&cursor, "1 ");
	}
	if (!(syslog_is_digit(cursor_peek(&cursor, 0))
		      ? syslog_take_new_time(&cursor, &record.time)
		      : syslog_take_old_time(timestamp, now, &cursor, &record.time)))
		return -ENOMSG;
	if (!cursor_take(&cursor, " ") || !cursor_take_while(&cursor, syslog_is_not_space) ||
	    !cursor_take(&cursor, " ") || !syslog_take_tag(&cursor, fields, &record))
		return -ENOMSG;
	cursor_take(&cursor, "\xef\xbb\xbf"); /* RFC 5424, 6.4 */
	record.text = cursor.pos;
	record.length = cursor_left(&cursor);
	*out = record;
	return 0;
}

bool syslog_is_piece(const struct syslog_record *record, struct syslog_record *begun)
{
	struct cursor cursor = { .pos = record->text, .end = record->text + record->length };
	const char *number = cursor.pos + 1;
	bool goes_on;

	if (!cursor_take(&cursor, "[") || !cursor_take_while(&cursor, syslog_is_digit))
		return false;
	goes_on = cursor.pos == number + 1 && *number == '1' && cursor_peek(&cursor, 0) == '/';
	if (!(cursor_take(&cursor, "/") || cursor_take(&cursor, "\\")) ||
	    !cursor_take_while(&cursor, syslog_is_digit) || !cursor_take(&cursor, "] "))
		return false;
	*begun = *record;
	begun->text = cursor.pos;
	begun->length = goes_on ? cursor_left(&cursor) : 0;
	return true;
}

bool syslog_is_first_line(const struct syslog_record *record, struct syslog_record *line)
{
	struct cursor cursor = { .pos = record->text, .end = record->text + record->length };

	if (!cursor_take(&cursor, "[1\\") || !cursor_take_while(&cursor, syslog_is_digit) ||
	    !cursor_take(&cursor, "] "))
		return false;
	*line = *record;
	line->text = cursor.pos;
	line->length = cursor_left(&cursor);
	line->priority = SYSLOG_REJECT;
	return true;
}

bool syslog_is_copy(struct pairing *pairing, const struct syslog_record *record)
{
	uint64_t key = pairing_key(record->text, record->length, record->process);

	if (record->priority != SYSLOG_MAIN && pairing_close(pairing, key, record->time))
		return true;
	if (record->priority != SYSLOG_REJECT)
		pairing_open(pairing, key, record->time, SYSLOG_COPY_SPAN);
	return false;
}
