/* SPDX-License-Identifier: GPL-2.0-only */
/* A line at work: what is left of it, and what is known of it so far. */
#ifndef LINE_H
#define LINE_H

#include "read/exim_log/cursor.h"
#include "read/exim_log/exim_log_types.h"
#include "read/exim_log/fields.h"

struct line {
	struct exim_log *exim;
	struct cursor cursor;
	bool has_message_id;
	bool null_sender;
	bool hostless;		     /* its host could not be told */
	bool doubtful;		     /* the same, although it has one */
	struct exim_log_found found; /* the event's time is known from the start */
};

/* Takes a line apart from behind its family's first words on: true if it is an event. */
typedef bool line_family(struct line *line);

static inline bool line_take_host(struct line *line)
{
	bool known = fields_take_host(&line->cursor, line->exim->helo_is_checked,
				      &line->found.event.peer);

	line->hostless |= !known;
	return known;
}

/* The host behind words that are the peer's own; a local user's line has none. */
static inline bool line_find_host(struct line *line)
{
	bool known = fields_find_host(&line->cursor, line->exim->helo_is_checked,
				      &line->found.event.peer);

	if (!known) {
		line->hostless = true;
		line->doubtful = memmem(line->cursor.pos, cursor_left(&line->cursor), " H=", 3) !=
				 NULL;
	}
	return known;
}

/* Goes behind the next `words`, if there are such. */
#define line_seek(line, words) cursor_seeks(&(line)->cursor, words, sizeof(words) - 1)

/* What the line says of lines before and after it; for exim_log_settle() to hold together. */
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

/* What exim writes in the place of what it had no room for (src/log.c). */
#define LINE_OVERFLOW "**** log string"

#define LINE_EHLO 0x45484c4fu
#define LINE_HELO 0x48454c4fu
#define LINE_MAIL 0x4d41494cu

/* The command that is quoted here, by its first four letters. */
static inline uint32_t line_command(const struct cursor *cursor)
{
	uint32_t command = 0;

	for (int i = 0; i < 4; i++)
		command = command << 8 | (cursor_peek(cursor, i) & 0xdf);
	return command;
}

#endif
