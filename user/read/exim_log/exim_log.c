// SPDX-License-Identifier: GPL-2.0-only
/* Turns one line of exim's main log into an event, by the grammar of exim's source. */
#include "read/exim_log/exim_log.h"

#include <errno.h>

#include "read/exim_log/line.h"
#include "read/exim_log/line_kinds.h"

/* The longest time between two lines of one event, in milliseconds: exim writes them at once. */
#define EXIM_LOG_PAIR_SPAN 1000

/* The same for "no MAIL in SMTP connection", which exim writes when the session ends. */
#define EXIM_LOG_SESSION_SPAN (10 * 60 * 1000)

/* How exim marks a line that did not fit its buffer, and how near the end the mark is. */
#define EXIM_LOG_OVERFLOW	LINE_OVERFLOW " overflowed"
#define EXIM_LOG_OVERFLOW_SPAN	128
#define EXIM_LOG_OVERFLOW_AHEAD 64

static bool exim_log_is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

/* "[1234] ", by the selector `pid`. */
static void exim_log_skip_pid(struct cursor *cursor)
{
	struct cursor at = *cursor;

	if (cursor_take(&at, "[") && cursor_take_while(&at, exim_log_is_digit) &&
	    cursor_take(&at, "] "))
		*cursor = at;
}

/*
 * True if all bytes are letters, digits or dashes. No branch, because an id is random, and inline
 * with a known size, so that the compiler compares them all at once.
 */
static inline __attribute__((always_inline)) bool exim_log_is_id(const char *text, size_t size)
{
	unsigned char others = 0;

	for (size_t i = 0; i < size; i++) {
		const unsigned char c = text[i];

		others |= ((unsigned char)(c - '0') > 9) &
			  ((unsigned char)((c | 0x20) - 'a') > 25) & (c != '-');
	}
	return !others;
}

/* "1xVO3f-00036y-2K ", from 4.97 on "10HmaX-000000005vi-0000 ". */
static bool exim_log_skip_message_id(struct cursor *cursor)
{
	const char *text = cursor->pos;
	size_t left = cursor_left(cursor), size;

	if (left > 16 && text[6] == '-' && text[13] == '-' && text[16] == ' ' &&
	    exim_log_is_id(text, 16))
		size = 16;
	else if (left > 23 && text[6] == '-' && text[18] == '-' && text[23] == ' ' &&
		 exim_log_is_id(text, 23))
		size = 23;
	else
		return false;
	cursor->pos += size + 1;
	return true;
}

/*
 * Counts `line`, with its cursor after the first words, if it is an offence in the other HELO mode:
 * its host is ambiguous.
 */
static void exim_log_skip_doubtful(struct exim_log *exim, struct line *line, line_reader *read)
{
	bool doubtful = line->doubtful;

	exim->helo_is_checked ^= true;
	line->hostless = false;
	if (doubtful || (read(line) && line->found.event.class != EVENT_ARRIVAL))
		exim->skips.of[SKIP_DOUBTFUL]++;
	exim->helo_is_checked ^= true;
}

/* Reads the text after the timestamp; if `timestamp` is NULL, the time is `time`. */
static int exim_log_read_rest(struct exim_log *exim, struct cursor cursor, const char *timestamp,
			      int64_t time, struct exim_log_found *out)
{
	struct cursor after_words;
	bool has_message_id;
	struct line line;
	line_reader *read;

	exim_log_skip_pid(&cursor);
	has_message_id = exim_log_skip_message_id(&cursor);
	/* Most lines end here: the rest is prepared for those that may be events. */
	read = line_kinds_find(&cursor);
	if (!read || (timestamp && timestamp_read(&exim->timestamp, timestamp, &time)))
		return -ENOMSG;
	line_init(&line, exim, cursor, time);
	line.has_message_id = has_message_id;
	after_words = line.cursor;
	if (read(&line)) {
		if (exim->proxied) {
			exim->skips.of[SKIP_PROXIED] += line.found.event.class != EVENT_ARRIVAL;
			return -ENOMSG;
		}
		*out = line.found;
		return 0;
	}
	if (line.hostless) {
		line.cursor = after_words;
		exim_log_skip_doubtful(exim, &line, read);
	}
	return -ENOMSG;
}

/* True if exim replaced the end of the line by its mark; a selector may add text after it. */
static bool exim_log_is_overflowed(const char *line, size_t length)
{
	return length > EXIM_LOG_LINE_MAX - EXIM_LOG_OVERFLOW_AHEAD &&
	       memmem(line + length - EXIM_LOG_OVERFLOW_SPAN, EXIM_LOG_OVERFLOW_SPAN,
		      EXIM_LOG_OVERFLOW, sizeof(EXIM_LOG_OVERFLOW) - 1);
}

/* False, and counted, if the line is too long to be read. */
static bool exim_log_fits(struct exim_log *exim, const char *line, size_t length)
{
	if (length > EXIM_LOG_LINE_MAX)
		exim->skips.of[SKIP_OVERLONG]++;
	else if (exim_log_is_overflowed(line, length))
		exim->skips.of[SKIP_OVERFLOWED]++;
	else
		return true;
	return false;
}

int exim_log_read(struct exim_log *exim, const char *line, size_t length,
		  struct exim_log_found *out)
{
	struct cursor cursor = { .pos = line, .end = line + length };

	if (!exim_log_fits(exim, line, length) || !timestamp_skip(&cursor))
		return -ENOMSG;
	return exim_log_read_rest(exim, cursor, line, 0, out);
}

int exim_log_read_text(struct exim_log *exim, int64_t time, const char *text, size_t length,
		       struct exim_log_found *out)
{
	const struct cursor cursor = { .pos = text, .end = text + length };

	return exim_log_fits(exim, text, length) ? exim_log_read_rest(exim, cursor, NULL, time, out)
						 : -ENOMSG;
}

void exim_log_skip_cut(struct exim_log *exim, const char *text, size_t length)
{
	struct cursor cursor = { .pos = text, .end = text + length };

	timestamp_skip(&cursor);
	exim_log_skip_pid(&cursor);
	exim_log_skip_message_id(&cursor);
	if (!memchr("<=-*", cursor_peek(&cursor, 0), 4))
		exim->skips.of[SKIP_CUT]++;
}

static uint64_t exim_log_pair_key(const struct exim_log_found *found, enum exim_log_pair pair,
				  uint32_t command)
{
	return pairing_key(&found->event.peer, sizeof(found->event.peer),
			   (uint64_t)pair << 32 | command);
}

bool exim_log_settle(struct exim_log *exim, const struct exim_log_found *found)
{
	int64_t time = found->event.time;
	bool known = found->closes &&
		     pairing_close(&exim->pairs,
				   exim_log_pair_key(found, found->closes, found->closes_command),
				   time);

	if (found->opens)
		pairing_open(&exim->pairs,
			     exim_log_pair_key(found, found->opens, found->opens_command), time,
			     EXIM_LOG_PAIR_SPAN);
	if (known)
		return false;
	if (found->event.class != EVENT_ARRIVAL && found->closes != EXIM_LOG_PAIR_NO_MAIL)
		pairing_open(&exim->pairs, exim_log_pair_key(found, EXIM_LOG_PAIR_NO_MAIL, 0), time,
			     EXIM_LOG_SESSION_SPAN);
	return true;
}

void exim_log_init(struct exim_log *exim, struct classifier *classes)
{
	memset(exim, 0, sizeof(*exim));
	exim->classes = classes;
	timestamp_init(&exim->timestamp);
	pairing_init(&exim->pairs);
}
