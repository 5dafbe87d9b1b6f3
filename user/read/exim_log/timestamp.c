// SPDX-License-Identifier: GPL-2.0-only
/* Reads the timestamp at the start of a line of exim's log, and converts local time to UTC. */
#include "read/exim_log/timestamp.h"

#include <errno.h>
#include <time.h>

#define TIMESTAMP_QUARTER \
	900 /* seconds; zones and their changes are multiples of a quarter of an hour */
#define TIMESTAMP_SECONDS 17 /* offset of the seconds */
#define TIMESTAMP_END	  19 /* end of the fixed part */

void timestamp_init(struct timestamp *timestamp)
{
	tzset();
	timestamp->zone_quarter = INT64_MIN;
	timestamp->zone_offset = 0;
	memset(timestamp->minute, 0, sizeof(timestamp->minute));
	timestamp->minute_seconds = 0;
}

int timestamp_day(int year, int month, int day, int64_t *out)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (!(year % 4) && year % 100) || !(year % 400);
	int64_t y, era, of_era, of_year;

	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > days[month - 1] + (month == 2 && leap))
		return -EINVAL;
	/* Days in the proleptic Gregorian calendar, with years that begin in March. */
	y = month <= 2 ? year - 1 : year;
	era = y / 400;
	of_era = y - era * 400;
	of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	*out = (era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468) * 86400;
	return 0;
}

/* mktime(3) is slow and is called once a quarter of an hour. */
int64_t timestamp_utc(struct timestamp *timestamp, int64_t local)
{
	int64_t quarter = local / TIMESTAMP_QUARTER;
	time_t start = quarter * TIMESTAMP_QUARTER;
	struct tm tm;

	if (quarter != timestamp->zone_quarter) {
		gmtime_r(&start, &tm);
		tm.tm_isdst = -1;
		timestamp->zone_offset = start - mktime(&tm);
		timestamp->zone_quarter = quarter;
	}
	return local - timestamp->zone_offset;
}

static bool timestamp_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* " +0200 " */
static bool timestamp_is_zone(const char *text)
{
	return (text[0] == '+' || text[0] == '-') && timestamp_is_digit(text[1]) &&
	       timestamp_is_digit(text[2]) && timestamp_is_digit(text[3]) &&
	       timestamp_is_digit(text[4]) && text[5] == ' ';
}

bool timestamp_skip(struct cursor *cursor)
{
	const char *text = cursor->pos;

	if (cursor_left(cursor) < TIMESTAMP_END + sizeof(".456 +0200 "))
		return false;
	if (text[4] != '-' || text[7] != '-' || text[10] != ' ' || text[13] != ':' ||
	    text[16] != ':')
		return false;
	text += TIMESTAMP_END;
	if (*text == '.')
		text += 4;
	if (*text++ != ' ')
		return false;
	if (timestamp_is_zone(text))
		text += 6;
	cursor->pos = text;
	return true;
}

/* "2003-08-24 11:22" in seconds since 1970. */
static int timestamp_read_minute(struct cursor *cursor, int64_t *out)
{
	int year, month, day, hour, minute;
	int64_t seconds;

	if (!cursor_take_number(cursor, 4, &year) || !cursor_take(cursor, "-") ||
	    !cursor_take_number(cursor, 2, &month) || !cursor_take(cursor, "-") ||
	    !cursor_take_number(cursor, 2, &day) || !cursor_take(cursor, " ") ||
	    !cursor_take_number(cursor, 2, &hour) || !cursor_take(cursor, ":") ||
	    !cursor_take_number(cursor, 2, &minute))
		return -EINVAL;
	if (hour > 23 || minute > 59 || timestamp_day(year, month, day, &seconds))
		return -EINVAL;
	*out = seconds + hour * 3600 + minute * 60;
	return 0;
}

int timestamp_read(struct timestamp *timestamp, const char *text, int64_t *out)
{
	struct cursor cursor = { .pos = text, .end = text + sizeof(timestamp->minute) };
	int second, milli = 0, zone_hour = 0, zone_minute = 0;
	int64_t minute, seconds;

	if (memcmp(text, timestamp->minute, sizeof(timestamp->minute))) {
		if (timestamp_read_minute(&cursor, &minute))
			return -EINVAL;
		memcpy(timestamp->minute, text, sizeof(timestamp->minute));
		timestamp->minute_seconds = minute;
	}
	cursor.pos = text + TIMESTAMP_SECONDS;
	cursor.end = text + TIMESTAMP_END + sizeof(".456 +0200 ") - 1;
	if (!cursor_take_number(&cursor, 2, &second) || second > 60)
		return -EINVAL;
	if (cursor_take(&cursor, ".") && !cursor_take_number(&cursor, 3, &milli))
		return -EINVAL;
	seconds = timestamp->minute_seconds + second;
	cursor_take(&cursor, " ");
	if (timestamp_is_zone(cursor.pos)) {
		int sign = *cursor.pos++ == '-' ? -1 : 1;

		cursor_take_number(&cursor, 2, &zone_hour);
		cursor_take_number(&cursor, 2, &zone_minute);
		if (zone_hour > 14 || zone_minute > 59)
			return -EINVAL;
		seconds -= sign * (zone_hour * 3600 + zone_minute * 60);
	} else {
		seconds = timestamp_utc(timestamp, seconds);
	}
	*out = seconds * 1000 + milli;
	return 0;
}
