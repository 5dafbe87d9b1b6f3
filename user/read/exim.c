// SPDX-License-Identifier: GPL-2.0-only
/* One line of exim's main log to one event, by exim's own grammar and not by its looks. */
#include "exim.h"

#include <errno.h>
#include <strings.h>
#include <time.h>

#include "cursor.h"

#define EXIM_QUARTER 900 /* seconds; zones and their changes keep to quarters of an hour */

static bool exim_is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static bool exim_is_alnum(unsigned char c)
{
	return exim_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool exim_is_name(unsigned char c)
{
	return exim_is_alnum(c) || c == '.' || c == '-' || c == '_';
}

/* What exim takes in a HELO unless told otherwise (src/smtp_in.c, check_helo): names, literals. */
static bool exim_is_helo(unsigned char c)
{
	return exim_is_name(c) || c == ':' || c == '[' || c == ']';
}

static bool exim_is_address(unsigned char c)
{
	return exim_is_alnum(c) || c == '.' || c == ':';
}

/* Days from 1970-01-01 in the proleptic Gregorian calendar. */
static int64_t exim_days(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = y / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* Seconds to take from a local time to get UTC. mktime(3) is slow, and asked once a quarter. */
static int64_t exim_zone_offset(struct exim *exim, int64_t local)
{
	int64_t quarter = local / EXIM_QUARTER;
	time_t start = quarter * EXIM_QUARTER;
	struct tm tm;

	if (quarter != exim->zone_quarter) {
		gmtime_r(&start, &tm);
		tm.tm_isdst = -1;
		exim->zone_offset = start - mktime(&tm);
		exim->zone_quarter = quarter;
	}
	return exim->zone_offset;
}

/* src/tod.c, tod_log and tod_log_zone: "2003-08-24 11:22:33[.456][ +0200] " at column 0. */
static bool exim_take_time(struct exim *exim, struct cursor *cursor, int64_t *out)
{
	int year, month, day, hour, minute, second, milli = 0, zone_hour, zone_minute;
	int64_t local, offset;

	if (!cursor_take_number(cursor, 4, &year) || !cursor_take(cursor, "-") ||
	    !cursor_take_number(cursor, 2, &month) || !cursor_take(cursor, "-") ||
	    !cursor_take_number(cursor, 2, &day) || !cursor_take(cursor, " ") ||
	    !cursor_take_number(cursor, 2, &hour) || !cursor_take(cursor, ":") ||
	    !cursor_take_number(cursor, 2, &minute) || !cursor_take(cursor, ":") ||
	    !cursor_take_number(cursor, 2, &second))
		return false;
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 ||
	    minute > 59 || second > 60)
		return false;
	if (cursor_take(cursor, ".") && !cursor_take_number(cursor, 3, &milli))
		return false;
	if (!cursor_take(cursor, " "))
		return false;

	local = exim_days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
	if (cursor_peek(cursor, 0) == '+' || cursor_peek(cursor, 0) == '-') {
		int sign = *cursor->pos++ == '-' ? -1 : 1;

		if (!cursor_take_number(cursor, 2, &zone_hour) ||
		    !cursor_take_number(cursor, 2, &zone_minute) || zone_hour > 14 ||
		    zone_minute > 59 || !cursor_take(cursor, " "))
			return false;
		offset = sign * (zone_hour * 3600 + zone_minute * 60);
	} else {
		offset = exim_zone_offset(exim, local);
	}
	*out = (local - offset) * 1000 + milli;
	return true;
}

/* "[1234] ", by the selector `pid`. */
static void exim_skip_pid(struct cursor *cursor)
{
	struct cursor at = *cursor;

	if (cursor_take(&at, "[") && cursor_take_while(&at, exim_is_digit) &&
	    cursor_take(&at, "] "))
		*cursor = at;
}

/* "1xVO3f-00036y-2K ", from 4.97 on "10HmaX-000000005vi-0000 ". */
static void exim_skip_message_id(struct cursor *cursor)
{
	struct cursor at = *cursor;
	size_t first, second, third;

	first = cursor_take_while(&at, exim_is_alnum);
	if (first != 6 || !cursor_take(&at, "-"))
		return;
	second = cursor_take_while(&at, exim_is_alnum);
	if (!cursor_take(&at, "-"))
		return;
	third = cursor_take_while(&at, exim_is_alnum);
	if (((second == 6 && third == 2) || (second == 11 && third == 4)) && cursor_take(&at, " "))
		*cursor = at;
}

/* "[203.0.113.7]" */
static bool exim_take_bracketed(struct cursor *cursor, struct addr *out)
{
	const char *from;
	size_t length;

	if (!cursor_take(cursor, "["))
		return false;
	from = cursor->pos;
	length = cursor_take_while(cursor, exim_is_address);
	return !addr_parse(from, length, out) && cursor_take(cursor, "]");
}

/* True if what is left holds what may be the end of a HELO and an address other than `addr`. */
static bool exim_another_host_follows(const struct cursor *cursor, const struct addr *addr)
{
	struct cursor at = *cursor;
	struct addr other;

	while ((at.pos = memmem(at.pos, cursor_left(&at), ") [", 3))) {
		at.pos += 2;
		if (exim_take_bracketed(&at, &other) && addr_compare(addr, &other))
			return true;
	}
	return false;
}

/*
 * src/host.c, host_build_sender_fullhost and host_and_ident: "H=", then "[ip]", "name [ip]",
 * "(helo) [ip]" or "name (helo) [ip]", then ":port" by the selector `incoming_port`.
 */
static bool exim_take_host(const struct exim *exim, struct cursor *cursor, struct addr *out)
{
	bool helo = false;

	if (!cursor_take(cursor, "H="))
		return false;
	if (cursor_take_while(cursor, exim_is_name) && !cursor_take(cursor, " "))
		return false;
	if (cursor_take(cursor, "(")) {
		helo = true;
		cursor_take_while(cursor, exim_is_helo);
		if (!cursor_take(cursor, ") "))
			return false;
	}
	if (!exim_take_bracketed(cursor, out))
		return false;
	if (cursor_take(cursor, ":") && !cursor_take_while(cursor, exim_is_digit))
		return false;
	if (!cursor_take(cursor, " "))
		return false;
	return !helo || exim->helo_is_checked || !exim_another_host_follows(cursor, out);
}

/* Takes a string in double quotes, in which a backslash takes the next byte along. */
static bool exim_take_quoted(struct cursor *cursor)
{
	if (!cursor_take(cursor, "\""))
		return false;
	while (cursor->pos < cursor->end) {
		char c = *cursor->pos++;

		if (c == '"')
			return true;
		if (c == '\\' && cursor->pos < cursor->end)
			cursor->pos++;
	}
	return false;
}

/* Takes "<address>", where a quoted local part may hold any byte (RFC 5321, 4.1.2). */
static bool exim_take_angled(struct cursor *cursor)
{
	if (!cursor_take(cursor, "<"))
		return false;
	while (cursor->pos < cursor->end) {
		if (*cursor->pos == '"') {
			if (!exim_take_quoted(cursor))
				return false;
		} else if (*cursor->pos++ == '>') {
			return true;
		}
	}
	return false;
}

/*
 * Steps to the sender's slot over what may stand before it: the interface, the ident, and what
 * TLS brought (src/smtp_in.c, s_tlslog). Any other word begins another kind of line, and what
 * follows it may be a third party's.
 */
static bool exim_take_sender(struct cursor *cursor)
{
	while (!cursor_take(cursor, "F=")) {
		if (!cursor_take(cursor, "I=") && !cursor_take(cursor, "U=") &&
		    !cursor_take(cursor, "X=") && !cursor_take(cursor, "CV=") &&
		    !cursor_take(cursor, "DN=") && !cursor_take(cursor, "SNI=") &&
		    !cursor_take(cursor, "Ci="))
			return false;
		while (cursor->pos < cursor->end && *cursor->pos != ' ') {
			if (*cursor->pos == '"') {
				if (!exim_take_quoted(cursor))
					return false;
			} else {
				cursor->pos++;
			}
		}
		if (!cursor_take(cursor, " "))
			return false;
	}
	return exim_take_angled(cursor) && cursor_take(cursor, " ");
}

/* An authenticator's name and whoever logged in, in any bytes: "A=plain:user name ". */
static bool exim_skip_authenticated(struct cursor *cursor)
{
	static const char temporarily[] = " temporarily";
	const char *at;

	if (!cursor_take(cursor, "A="))
		return true;
	at = memmem(cursor->pos, cursor_left(cursor), " rejected ", 10);
	if (!at)
		return false;
	if ((size_t)(at - cursor->pos) >= sizeof(temporarily) - 1 &&
	    !memcmp(at - (sizeof(temporarily) - 1), temporarily, sizeof(temporarily) - 1))
		return false;
	cursor->pos = at + 1;
	return true;
}

static bool exim_text_has(const struct cursor *text, const char *words)
{
	size_t length = strlen(words), left = cursor_left(text);

	for (size_t i = 0; i + length <= left; i++)
		if (!strncasecmp(text->pos + i, words, length))
			return true;
	return false;
}

/* The site words its ACLs as it likes; these are what exim's, Debian's and the usual ones say. */
static enum event_class exim_classify(const struct cursor *text, bool after_data)
{
	static const struct {
		const char *words;
		enum event_class class;
		bool after_data;
	} known[] = {
		{ "virus", EVENT_VIRUS, true },
		{ "malware", EVENT_VIRUS, true },
		{ "infected", EVENT_VIRUS, true },
		{ "worm", EVENT_WORM, true },
		{ "spam", EVENT_SPAM, true },
		{ "relay not permitted", EVENT_RELAY, false },
		{ "relaying denied", EVENT_RELAY, false },
		{ "sender verify", EVENT_SENDER, false },
		{ "listed at", EVENT_DNSBL, false },
		{ "listed in", EVENT_DNSBL, false },
		{ "blacklist", EVENT_DNSBL, false },
		{ "unrouteable address", EVENT_UNKNOWN_USER, false },
		{ "unknown user", EVENT_UNKNOWN_USER, false },
		{ "user unknown", EVENT_UNKNOWN_USER, false },
		{ "no such user", EVENT_UNKNOWN_USER, false },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].after_data == after_data && exim_text_has(text, known[i].words))
			return known[i].class;
	return EVENT_POLICY;
}

/*
 * src/smtp_in.c, smtp_handle_acl_fail: "rejected after DATA: TEXT", "rejected RCPT <r>: TEXT",
 * where <r> is the client's own argument, cut after 100 bytes. "temporarily rejected" is no
 * offence: greylisting says so to everybody.
 */
static bool exim_take_rejection(struct cursor *cursor, enum event_class *out)
{
	bool after_data = false;
	const char *colon;

	if (cursor_take(cursor, "rejected after DATA")) {
		after_data = true;
	} else if (cursor_take(cursor, "rejected RCPT ")) {
		struct cursor at = *cursor;

		if (exim_take_angled(&at))
			cursor->pos = at.pos;
	} else {
		return false;
	}
	/* From here on it is known who and that; only the class is still to be found. */
	colon = memmem(cursor->pos, cursor_left(cursor), ": ", 2);
	cursor->pos = colon ? colon + 2 : cursor->end;
	*out = exim_classify(cursor, after_data);
	return true;
}

int exim_read(struct exim *exim, const char *line, size_t length, struct event *out)
{
	struct cursor cursor = { .pos = line, .end = line + length };
	struct event event;

	if (length > EXIM_LINE_MAX || !exim_take_time(exim, &cursor, &event.time))
		return -ENOMSG;
	exim_skip_pid(&cursor);
	exim_skip_message_id(&cursor);
	if (!exim_take_host(exim, &cursor, &event.peer) || !exim_take_sender(&cursor) ||
	    !exim_skip_authenticated(&cursor) || !exim_take_rejection(&cursor, &event.class))
		return -ENOMSG;
	*out = event;
	return 0;
}

void exim_init(struct exim *exim)
{
	tzset();
	exim->helo_is_checked = false;
	exim->zone_quarter = INT64_MIN;
	exim->zone_offset = 0;
}
