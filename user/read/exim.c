// SPDX-License-Identifier: GPL-2.0-only
/* One line of exim's main log to one event, by exim's own grammar and not by its looks. */
#include "exim.h"

#include <errno.h>

#include "families.h"
#include "line.h"

/* What two lines of one thing may be apart, in milliseconds: they are written in one go. */
#define EXIM_PAIR_SPAN 1000

/* But that there was no mail is written when all is over. */
#define EXIM_SESSION_SPAN (10 * 60 * 1000)

static const bool exim_in_id[256] = {
	['0' ... '9'] = true,
	['A' ... 'Z'] = true,
	['a' ... 'z'] = true,
	['-'] = true,
};

static bool exim_is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

/* "[1234] ", by the selector `pid`. */
static void exim_skip_pid(struct cursor *cursor)
{
	struct cursor at = *cursor;

	if (cursor_take(&at, "[") && cursor_take_while(&at, exim_is_digit) &&
	    cursor_take(&at, "] "))
		*cursor = at;
}

/* True if the bytes are letters and digits, but for the dashes. No branch, as an id is random. */
static bool exim_is_id(const char *text, size_t size)
{
	bool is = true;

	for (size_t i = 0; i < size; i++)
		is &= exim_in_id[(unsigned char)text[i]];
	return is;
}

/* "1xVO3f-00036y-2K ", from 4.97 on "10HmaX-000000005vi-0000 ". */
static bool exim_skip_message_id(struct cursor *cursor)
{
	const char *text = cursor->pos;
	size_t left = cursor_left(cursor), size;

	if (left > 16 && text[6] == '-' && text[13] == '-' && text[16] == ' ')
		size = 16;
	else if (left > 23 && text[6] == '-' && text[18] == '-' && text[23] == ' ')
		size = 23;
	else
		return false;
	if (!exim_is_id(text, size))
		return false;
	cursor->pos += size + 1;
	return true;
}

uint32_t line_command(const struct cursor *cursor)
{
	uint32_t command = 0;

	for (int i = 0; i < 4; i++)
		command = command << 8 | (cursor_peek(cursor, i) & 0xdf);
	return command;
}

static uint64_t line_pair_key(const struct line *line, enum line_pair pair, uint32_t command)
{
	return twice_key(&line->event.peer, sizeof(line->event.peer),
			 (uint64_t)pair << 32 | command);
}

void line_open_pair(struct line *line, enum line_pair pair, uint32_t command)
{
	twice_open(&line->exim->twice, line_pair_key(line, pair, command), line->event.time,
		   pair == LINE_PAIR_NO_MAIL ? EXIM_SESSION_SPAN : EXIM_PAIR_SPAN);
}

bool line_closes_pair(struct line *line, enum line_pair pair, uint32_t command)
{
	return twice_close(&line->exim->twice, line_pair_key(line, pair, command),
			   line->event.time);
}

/* Reads on behind the stamp, of which the time is `time`, or still to be read from `stamp`. */
static int exim_read_on(struct exim *exim, struct cursor cursor, const char *stamp, int64_t time,
			struct event *out)
{
	struct line line = { .exim = exim, .cursor = cursor, .event.time = time };
	line_family *read;

	exim_skip_pid(&line.cursor);
	line.has_message_id = exim_skip_message_id(&line.cursor);
	read = families_find(&line.cursor);
	if (!read || (stamp && stamp_read(&exim->stamp, stamp, &line.event.time)) || !read(&line))
		return -ENOMSG;
	if (line.event.class != EVENT_ARRIVAL)
		line_open_pair(&line, LINE_PAIR_NO_MAIL, 0);
	*out = line.event;
	return 0;
}

int exim_read(struct exim *exim, const char *line, size_t length, struct event *out)
{
	struct cursor cursor = { .pos = line, .end = line + length };

	if (length > EXIM_LINE_MAX || !stamp_skip(&cursor))
		return -ENOMSG;
	return exim_read_on(exim, cursor, line, 0, out);
}

int exim_read_text(struct exim *exim, int64_t time, const char *text, size_t length,
		   struct event *out)
{
	const struct cursor cursor = { .pos = text, .end = text + length };

	return length > EXIM_LINE_MAX ? -ENOMSG : exim_read_on(exim, cursor, NULL, time, out);
}

void exim_init(struct exim *exim, struct classes *classes)
{
	memset(exim, 0, sizeof(*exim));
	exim->classes = classes;
	stamp_init(&exim->stamp);
	twice_init(&exim->twice);
}
