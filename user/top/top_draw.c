// SPDX-License-Identifier: GPL-2.0-only
/* top's screen: the state, the plots, the figures and the rules above the list, the keys below. */
#include "top/top_draw.h"

#include <curses.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "top/top_facts.h"
#include "top/top_list.h"
#include "top/top_message.h"
#include "top/top_term.h"
#include "top/top_text.h"

#define TOP_LEAST_WIDTH	 30
#define TOP_LEAST_HEIGHT 6
#define TOP_AXIS	 6 /* columns of a plot's scale */
#define TOP_MARGIN	 2

/* How the lines of the screen are divided. */
struct top_layout {
	int width, height;
	int state; /* lines of the first problem */
	int plots; /* with their headings; 0: none */
	int facts;
	int rules; /* with their heading */
};

static struct top_layout top_draw_layout(const struct top *top)
{
	const struct overview_rule *rules[OVERVIEW_RULES_MAX];
	struct top_layout at = { .state = 1 };
	int count = top_facts_rules(top, rules), left;

	getmaxyx(stdscr, at.height, at.width);
	if (top->problems_count && (int)strlen(top->problems[0].text) + TOP_MARGIN > at.width &&
	    at.height >= 12)
		at.state = 2;
	left = at.height - 2 - at.state;
	if (at.height >= 10)
		at.facts = at.height >= 16 ? 2 : 1;
	if (at.height >= 30)
		at.facts = 3;
	if (at.height >= 16)
		at.plots = at.height >= 40 ? 11 : at.height >= 30 ? 8 : at.height >= 22 ? 5 : 4;
	left -= at.facts + at.plots;
	/* The list has at least half of the remaining lines. */
	if (at.height >= 20 && count)
		at.rules = 1 + count < left / 2 ? 1 + count : left / 2;
	return at;
}

static void top_draw_title(const struct top *top, const struct top_layout *at)
{
	const struct overview *overview = top->overview;
	time_t now = time(NULL);
	struct tm tm;
	char clock[16];
	int used;

	top_term_look(TOP_STRONG);
	mvaddstr(0, 0, " sobig-xdp");
	top_term_look(TOP_PLAIN);
	for (int i = 0; i < overview->interfaces_count; i++) {
		const struct overview_interface *interface = &overview->interfaces[i];

		used = getcurx(stdscr);
		if (used + (int)strlen(interface->name) + 22 > at->width) {
			addstr(" ...");
			break;
		}
		printw("  %s", interface->name);
		top_term_look(TOP_FAINT);
		printw(" %s", interface->filter.id ? filter_mode_name(interface->filter.mode)
			      : interface->unseen  ? "unknown"
						   : "off");
		top_term_look(TOP_PLAIN);
	}
	strftime(clock, sizeof(clock), "%H:%M:%S", localtime_r(&now, &tm));
	if (top->paused) {
		top_term_look(TOP_KEY);
		mvaddstr(0, at->width - 18, " PAUSED ");
		top_term_look(TOP_PLAIN);
	}
	mvaddstr(0, at->width - 9, clock);
}

static void top_draw_state(const struct top *top, const struct top_layout *at)
{
	char text[HEALTH_TEXT_SIZE + 64] = "";
	size_t room = (size_t)at->width - TOP_MARGIN, cut;
	bool wrong = top->err || top->problems_count;

	if (top->err == -ENOENT)
		strcpy(text, "NOT ATTACHED: nothing is dropped; to start: sobig-xdp attach IF");
	else if (top->err)
		snprintf(text, sizeof(text), "CANNOT READ THE MAPS: %s", strerror(-top->err));
	else if (top->problems_count > 1)
		snprintf(text, sizeof(text), "1 of %d: %s", top->problems_count,
			 top->problems[0].text);
	else if (top->problems_count)
		snprintf(text, sizeof(text), "%s", top->problems[0].text);
	else
		health_none(top->overview, text);
	top_term_look(wrong ? TOP_PROBLEM : TOP_OK);
	for (int line = 0; line < at->state; line++)
		mvhline(1 + line, 0, ' ', at->width);
	/* Broken between words if there is a second line. */
	cut = strlen(text);
	if (cut > room)
		for (cut = room; at->state > 1 && cut > 1 && text[cut] != ' '; cut--)
			;
	mvaddnstr(1, 1, text, cut);
	if (at->state > 1 && text[cut])
		mvaddnstr(2, 1, text + cut + 1, room);
	top_term_look(TOP_PLAIN);
}

static void top_draw_plot(const struct top_series *series, const char *title, enum top_look look,
			  int y, int x, int width, int height)
{
	enum top_plot_style style = top_term_style();
	int columns = width - TOP_AXIS;
	unsigned int samples = top_plot_samples(style, columns);
	double most = top_series_most(series, samples), scale = top_plot_scale(most);
	char now[TOP_NUMBER_SIZE], peak[TOP_NUMBER_SIZE], end[TOP_NUMBER_SIZE];
	wchar_t line[2 * TOP_SERIES_SIZE];

	if (columns < 4 || samples > TOP_SERIES_SIZE)
		return;
	top_term_look(TOP_STRONG);
	mvprintw(y, x, "%s ", title);
	top_term_look(top_series_at(series, 0) > 0 ? look : TOP_PLAIN);
	printw("%s/s", top_number(top_series_at(series, 0), now));
	top_term_look(TOP_FAINT);
	printw("  at most %s/s", top_number(most, peak));
	for (int i = 1; i < height; i++) {
		top_term_look(TOP_FAINT);
		mvprintw(y + i, x, "%*s", TOP_AXIS - 2,
			 i == 1		   ? top_number(scale, end)
			 : i == height - 1 ? "0"
					   : "");
		if (style == TOP_PLOT_ASCII)
			addstr("|");
		else
			addstr(i == 1 || i == height - 1 ? "┤" : "│");
		top_term_look(look);
		top_plot_line(style, series, scale, columns, height - 1, i - 1, line);
		mvaddwstr(y + i, x + TOP_AXIS - 1, line);
	}
	top_term_look(TOP_PLAIN);
}

static void top_draw_plots(const struct top *top, const struct top_layout *at, int y)
{
	int half = at->width / 2, third = at->width / 3;

	if (at->width >= 150) {
		top_draw_plot(&top->dropped, "SYNs dropped", TOP_BAD, y, 1, third - 2, at->plots);
		top_draw_plot(&top->passed, "SYNs passed", TOP_GOOD, y, 1 + third, third - 2,
			      at->plots);
		top_draw_plot(&top->offences, "Offences", TOP_HEADING, y, 1 + 2 * third, third - 2,
			      at->plots);
	} else if (at->width >= 60) {
		top_draw_plot(&top->dropped, "SYNs dropped", TOP_BAD, y, 1, half - 2, at->plots);
		top_draw_plot(&top->passed, "SYNs passed", TOP_GOOD, y, 1 + half, half - 2,
			      at->plots);
	} else {
		top_draw_plot(&top->dropped, "SYNs dropped", TOP_BAD, y, 1, at->width - 2,
			      at->plots);
	}
}

static void top_draw_key(int width, const char *key, const char *label)
{
	if (getcurx(stdscr) + (int)strlen(key) + (int)strlen(label) + 3 > width)
		return;
	addch(' ');
	top_term_look(TOP_KEY);
	addstr(key);
	top_term_look(TOP_PLAIN);
	printw(" %s", label);
}

static void top_draw_keys(const struct top *top, const struct top_layout *at)
{
	char address[ADDR_TEXT_SIZE];

	move(at->height - 1, 0);
	if (top->mode == TOP_CONFIRM) {
		top_term_look(TOP_PROBLEM);
		printw(" Unblock %s? ", addr_prefix_format(&top->asked, address));
		top_term_look(TOP_PLAIN);
		top_draw_key(at->width, "y", "yes");
		top_draw_key(at->width, "n", "no");
	} else if (top->mode == TOP_FILTER) {
		printw(" Filter: %s", top->filter);
		top_term_look(TOP_KEY);
		addch(' ');
		top_term_look(TOP_PLAIN);
		top_draw_key(at->width, "Enter", "apply");
		top_draw_key(at->width, "Esc", "cancel");
	} else if (top_message_is_shown(top)) {
		top_term_look(TOP_STRONG);
		addch(' ');
		addnstr(top->message, at->width - 2);
		top_term_look(TOP_PLAIN);
	} else if (top->mode == TOP_TEXT) {
		top_draw_key(at->width, "Esc", "back");
		top_draw_key(at->width, "PgUp", "up");
		top_draw_key(at->width, "PgDn", "down");
	} else {
		top_draw_key(at->width, "e", "explain");
		top_draw_key(at->width, "x", "unblock");
		top_draw_key(at->width, "/", "filter");
		top_draw_key(at->width, "d t s u a", "sort");
		top_draw_key(at->width, "p", top->paused ? "continue" : "pause");
		top_draw_key(at->width, "?", "help");
		top_draw_key(at->width, "q", "quit");
	}
}

void top_draw(struct top *top)
{
	struct top_layout at = top_draw_layout(top);
	int y = 1 + at.state;

	erase();
	top_term_look(TOP_PLAIN);
	if (at.width < TOP_LEAST_WIDTH || at.height < TOP_LEAST_HEIGHT) {
		mvaddnstr(0, 0, "too small", at.width);
		refresh();
		return;
	}
	top_draw_title(top, &at);
	top_draw_state(top, &at);
	if (top->mode == TOP_TEXT) {
		top_text_draw(top, y, at.height - y - 1);
	} else {
		if (at.plots)
			top_draw_plots(top, &at, y);
		y += at.plots;
		top_facts_draw(top, y, at.facts, at.width);
		y += at.facts;
		top_facts_draw_rules(top, y, at.rules, at.width);
		y += at.rules;
		top_list_draw(top, y, at.height - y - 1);
	}
	top_draw_keys(top, &at);
	refresh();
}
