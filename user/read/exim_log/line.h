/* SPDX-License-Identifier: GPL-2.0-only */
/* A line being read: the rest of it, and the result so far. */
#ifndef LINE_H
#define LINE_H

#include "read/exim_log/cursor.h"
#include "read/exim_log/exim_log_types.h"
#include "read/exim_log/fields.h"

/* line_init() sets every member. */
struct line {
	struct exim_log *exim;
	struct cursor cursor;
	bool has_message_id;
	bool null_sender;
	struct cursor host;	     /* the host slot, after line_take_host() */
	struct cursor sender;	     /* as logged, with or without angle brackets; or empty */
	struct cursor recipient;     /* the same; a command's argument */
	bool recipient_is_cut;	     /* exim logged only its beginning */
	bool hostless;		     /* its host could not be read */
	bool doubtful;		     /* the same, although there is one */
	struct exim_log_found found; /* the event's time is known from the start */
};

/* Reads a line after its first words: true if it is an event. */
typedef bool line_reader(struct line *line);

/* Member by member: compilers clear a whole struct of this size by an instruction that is slow. */
static inline void line_init(struct line *line, struct exim_log *exim, struct cursor cursor,
			     int64_t time)
{
	const struct cursor none = { 0 };

	line->exim = exim;
	line->cursor = cursor;
	line->host = line->sender = line->recipient = none;
	line->has_message_id = line->null_sender = false;
	line->recipient_is_cut = line->hostless = line->doubtful = false;
	line->found.event = (struct event){ .time = time };
	line->found.opens = line->found.closes = EXIM_LOG_PAIR_NONE;
	line->found.opens_command = line->found.closes_command = 0;
	line->found.text = NULL;
	line->found.text_length = 0;
	line->found.unmatched = line->found.main_only = false;
}

static inline bool line_take_host(struct line *line)
{
	const char *from = line->cursor.pos;
	bool known = fields_take_host(&line->cursor, line->exim->helo_is_checked,
				      &line->found.event.peer, &line->found.event.port);

	/* Behind the end, there can be the true end of an unchecked HELO. */
	if (known && line->exim->is_unterminated && !line->exim->helo_is_checked &&
	    memchr(from, '(', line->cursor.pos - from)) {
		line->doubtful = true;
		known = false;
	}
	line->host = (struct cursor){ .pos = from, .end = line->cursor.pos };
	line->hostless |= !known;
	return known;
}

/* The HELO in the host slot, without its parentheses; empty if there is none. */
static inline struct cursor line_helo(const struct line *line)
{
	struct cursor helo = line->host;
	const char *end;

	/* A name holds no space. Nothing in parentheses follows an address without a name. */
	if (cursor_peek(&helo, 0) != '(')
		cursor_seeks(&helo, " ", 1);
	if (!cursor_take(&helo, "("))
		helo.end = helo.pos;
	end = memrchr(helo.pos, ')', cursor_left(&helo));
	helo.end = end ? end : helo.pos;
	return helo;
}

/* The host after text of the peer; a line of a local user has none. */
static inline bool line_find_host(struct line *line)
{
	bool known = fields_find_host(&line->cursor, line->exim->helo_is_checked,
				      &line->found.event.peer, &line->found.event.port);

	/* Behind the end, there can be the true host. */
	if (!known || line->exim->is_unterminated) {
		known = false;
		line->hostless = true;
		line->doubtful = memmem(line->cursor.pos, cursor_left(&line->cursor), " H=", 3) !=
				 NULL;
	}
	return known;
}

/* Goes after the next occurrence of `words`; false: there is none. */
#define line_seek(line, words) cursor_seeks(&(line)->cursor, words, sizeof(words) - 1)

/* Relates the line to lines before and after it, for exim_log_settle(). */
static inline void line_open_pair(struct line *line, enum exim_log_pair pair, uint32_t command)
{
	line->found.opens = pair;
	line->found.opens_command = command;
}

static inline void line_close_pair(struct line *line, enum exim_log_pair pair, uint32_t command)
{
	line->found.closes = pair;
	line->found.closes_command = command;
}

/* exim's mark for text that did not fit its buffer (src/log.c). */
#define LINE_OVERFLOW "**** log string"

#define LINE_EHLO 0x45484c4fu
#define LINE_HELO 0x48454c4fu
#define LINE_MAIL 0x4d41494cu

/* The first four letters of the command that is quoted at the cursor. */
static inline uint32_t line_command(const struct cursor *cursor)
{
	uint32_t command = 0;

	for (int i = 0; i < 4; i++)
		command = command << 8 | (cursor_peek(cursor, i) & 0xdf);
	return command;
}

#endif
