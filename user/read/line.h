/* SPDX-License-Identifier: GPL-2.0-only */
/* A line at work: what is left of it, and what is known of it so far. */
#ifndef LINE_H
#define LINE_H

#include "cursor.h"
#include "exim.h"
#include "slot.h"

struct line {
	struct exim *exim;
	struct cursor cursor;
	bool has_message_id;
	bool null_sender;
	struct event event; /* its time is known from the start */
};

/* Takes a line apart from behind its family's first words on: true if it is an event. */
typedef bool line_family(struct line *line);

static inline bool line_take_host(struct line *line)
{
	return slot_take_host(&line->cursor, line->exim->helo_is_checked, &line->event.peer);
}

/* The host behind words that are the peer's own. */
static inline bool line_find_host(struct line *line)
{
	return slot_find_host(&line->cursor, line->exim->helo_is_checked, &line->event.peer);
}

/* Goes behind the next `words`, if there are such. */
#define line_seek(line, words) cursor_seeks(&(line)->cursor, words, sizeof(words) - 1)

/*
 * Some things take two lines or three, of which the later may be left out by a selector, or the
 * earlier; they are written in one go.
 */
enum line_pair {
	LINE_PAIR_ERROR = 1,	/* a greeting that is missed, and the error that it is */
	LINE_PAIR_CALL,		/* an error, and the end of the call that it is the last of */
	LINE_PAIR_DISCONNECTED, /* a transaction cut off, and the connection with it */
	LINE_PAIR_NO_MAIL,	/* whatever it was, and that there was no mail besides */
};

/* `command` is the one that both lines name, or 0. */
void line_open_pair(struct line *line, enum line_pair pair, uint32_t command);
bool line_closes_pair(struct line *line, enum line_pair pair, uint32_t command);

#define LINE_EHLO 0x45484c4fu
#define LINE_HELO 0x48454c4fu
#define LINE_MAIL 0x4d41494cu

/* The command that is quoted here, by its first four letters. */
uint32_t line_command(const struct cursor *cursor);

#endif
