// SPDX-License-Identifier: GPL-2.0-only
/* Draws the texts that top shows instead of the list: help, and the output of explain. */
#include "top/top_text.h"

#include <curses.h>
#include <string.h>

#include "top/top_term.h"

/* Draws a text from line `offset` on, with long lines broken. Returns its number of lines. */
static size_t top_text_lines(const char *text, int y, int height, size_t offset)
{
	int width = getmaxx(stdscr) - 2;
	size_t line = 0;

	while (*text) {
		size_t length = strcspn(text, "\n"), take = length;

		if (take > (size_t)width) {
			/* Between words, unless one takes half the line. */
			for (take = width; take > (size_t)width / 2 && text[take] != ' '; take--)
				;
			if (text[take] != ' ')
				take = width;
		}
		if (line >= offset && line - offset < (size_t)height)
			mvaddnstr(y + (line - offset), 1, text, take);
		line++;
		text += take;
		if (*text == '\n' || (take < length && *text == ' '))
			text++;
	}
	return line;
}

void top_text_draw(struct top *top, int y, int height)
{
	const char *text = top->text ? top->text : top->child.text;
	size_t lines, most;

	top->rows = height > 1 ? height - 1 : 0;
	top_term_look(TOP_HEADING);
	mvaddnstr(y, 1, top->title, getmaxx(stdscr) - 2);
	top_term_look(TOP_PLAIN);
	if (!text || !*text) {
		if (height > 1)
			mvaddstr(y + 1, 1, "...");
		return;
	}
	lines = top_text_lines(text, y + 1, 0, 0);
	most = lines > top->rows ? lines - top->rows : 0;
	if (top->text_offset > most)
		top->text_offset = most;
	top_text_lines(text, y + 1, top->rows, top->text_offset);
}
