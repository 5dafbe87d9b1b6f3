// SPDX-License-Identifier: GPL-2.0-only
/* Draws top's list of blocked hosts. */
#include "top/top_list.h"

#include <curses.h>
#include <string.h>

#include "top/top_cursor.h"
#include "top/top_term.h"

#define TOP_LIST_ADDRESS_MIN 18
#define TOP_LIST_BAR	     10 /* columns, if there is room */
#define TOP_LIST_WIDE	     120

/* As wide as the widest of those on the screen. */
static int top_list_address_width(const struct top *top)
{
	char address[ADDR_TEXT_SIZE];
	int width = TOP_LIST_ADDRESS_MIN;

	for (size_t i = top->offset; i < top->offset + top->rows && i < top->hosts->chosen_count;
	     i++) {
		const struct top_host *host = &top->hosts->all[top->hosts->chosen[i]];
		int length = strlen(addr_prefix_format(&host->entry.target, address));

		width = length > width ? length : width;
	}
	return width;
}

static void top_list_column(const struct top *top, enum top_sort sort, int width, const char *text)
{
	int blanks = width > (int)strlen(text) ? width - (int)strlen(text) : 0;

	top_term_look(TOP_HEADING);
	if (width > 0)
		printw("%*s", blanks, "");
	if (top->sort == sort)
		top_term_look(TOP_KEY);
	addstr(text);
	top_term_look(TOP_HEADING);
	if (width < 0 && -width > (int)strlen(text))
		printw("%*s", -width - (int)strlen(text), "");
}

/* Which columns fit: the first ones always, the others if the screen is wide enough. */
struct top_list_columns {
	int width, address;
	bool bar, times, last, reason;
};

static struct top_list_columns top_list_columns(const struct top *top)
{
	struct top_list_columns at = { .width = getmaxx(stdscr),
				       .address = top_list_address_width(top) };
	int used = 1 + 8 + 8, room = at.width - used - 1;

	if (at.address > room)
		at.address = room > 1 ? room : 1;
	used += at.address;
	at.bar = at.width >= TOP_LIST_WIDE;
	at.times = used + 12 < at.width;
	at.last = at.times && used + 18 < at.width;
	at.reason = at.last && used + 18 + 12 < at.width;
	return at;
}

static void top_list_heading(const struct top *top, int y, const struct top_list_columns *at)
{
	move(y, 1);
	top_list_column(top, TOP_SORT_ADDRESS, -at->address, "ADDRESS");
	addch(' ');
	top_list_column(top, TOP_SORT_RATE, 7, "DROPS/S");
	if (at->bar)
		printw(" %*s", TOP_LIST_BAR, "");
	addch(' ');
	top_list_column(top, TOP_SORT_TOTAL, 7, "TOTAL");
	if (at->times) {
		addch(' ');
		top_list_column(top, TOP_SORT_SINCE, 5, "SINCE");
		addch(' ');
		top_list_column(top, TOP_SORT_UNTIL, 5, "LEFT");
	}
	if (at->last)
		printw(" %5s", "LAST");
	if (at->reason)
		addstr("  REASON");
	top_term_look(TOP_FAINT);
	if (top->filter[0] && getcurx(stdscr) + 12 + (int)strlen(top->filter) < at->width)
		printw("   filter: %s", top->filter);
	top_term_look(TOP_PLAIN);
}

static uint32_t top_list_age(uint32_t later, uint32_t earlier)
{
	return later > earlier ? later - earlier : 0;
}

static void top_list_times(const struct top *top, const struct blocks_list_entry *entry,
			   const struct top_list_columns *at)
{
	uint32_t now = top->hosts->overview->now;
	char text[TOP_NUMBER_SIZE];

	if (at->times) {
		printw(" %5s", top_age(top_list_age(now, entry->since), text));
		printw(" %5s", top_age(top_list_age(entry->until, now), text));
	}
	if (at->last)
		printw(" %5s",
		       entry->last_drop ? top_age(top_list_age(now, entry->last_drop), text) : "-");
}

static void top_list_row(const struct top *top, const struct top_host *host, int y,
			 const struct top_list_columns *at, bool selected)
{
	const struct blocks_list_entry *entry = &host->entry;
	char text[ADDR_TEXT_SIZE], number[TOP_NUMBER_SIZE];
	enum top_look look = selected ? TOP_SELECTED : TOP_PLAIN;
	wchar_t bar[TOP_LIST_BAR + 1];

	top_term_look(look);
	if (selected)
		mvhline(y, 0, ' ', at->width);
	mvprintw(y, 1, "%-*.*s ", at->address, at->address,
		 addr_prefix_format(&entry->target, text));
	/* Mark a truncated address, because it would look like another one. */
	if ((int)strlen(text) > at->address) {
		mvaddch(y, at->address, '~');
		addch(' ');
	}
	if (host->rate > 0 && !selected)
		top_term_look(TOP_BAD);
	printw("%7s", top_number(host->rate, number));
	if (at->bar) {
		top_plot_bar(top_term_style(), host->rate / top->hosts->busiest, TOP_LIST_BAR, bar);
		addch(' ');
		if (host->rate > 0)
			addwstr(bar);
		else
			printw("%*s", TOP_LIST_BAR, "");
	}
	top_term_look(look);
	printw(" %7s", top_number(entry->drops, number));
	top_list_times(top, entry, at);
	if (at->reason) {
		addstr(entry->dry_run ? "  (dry run) " : "  ");
		addnstr(entry->reason, at->width - getcurx(stdscr) - 1);
	}
	top_term_look(TOP_PLAIN);
}

/* The position in the list, at the right of its heading. */
static void top_list_position(const struct top *top, int y, int width)
{
	char text[48];
	size_t count = top->hosts->chosen_count;

	snprintf(text, sizeof(text), " %zu-%zu of %zu", count ? top->offset + 1 : 0,
		 top->offset + top->rows < count ? top->offset + top->rows : count, count);
	if (count <= top->rows || getcurx(stdscr) + (int)strlen(text) + 1 > width)
		return;
	top_term_look(TOP_FAINT);
	mvaddstr(y, width - 1 - strlen(text), text);
	top_term_look(TOP_PLAIN);
}

void top_list_draw(struct top *top, int y, int height)
{
	size_t rows = height > 1 ? height - 1 : 0;
	struct top_list_columns at;
	int width = getmaxx(stdscr);

	if (rows != top->rows) {
		top->rows = rows;
		top_cursor_arrange(top);
	}
	if (!top->hosts) {
		if (height > 1 && !top->err)
			mvaddnstr(y + 1, 1, "reading the active blocks ...", width - 2);
		return;
	}
	at = top_list_columns(top);
	top_list_heading(top, y, &at);
	top_list_position(top, y, width);
	for (size_t i = 0; i < rows && top->offset + i < top->hosts->chosen_count; i++)
		top_list_row(top, &top->hosts->all[top->hosts->chosen[top->offset + i]], y + 1 + i,
			     &at, top->offset + i == top->cursor);
	if (!top->hosts->chosen_count && rows) {
		top_term_look(TOP_FAINT);
		mvaddnstr(y + 1, 1,
			  top->filter[0] ? "no host matches the filter; Esc shows all"
					 : "no host is blocked",
			  width - 2);
		top_term_look(TOP_PLAIN);
	}
}
