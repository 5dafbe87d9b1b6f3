/* SPDX-License-Identifier: GPL-2.0-only */
/* The state of `sobig-xdp top`, shared by its parts. */
#ifndef TOP_H
#define TOP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/event.h"
#include "status/health.h"
#include "top/top_child.h"
#include "top/top_order.h"
#include "top/top_plot.h"
#include "top/top_worker.h"

#define TOP_FILTER_SIZE	 64
#define TOP_MESSAGE_SIZE 256

enum top_mode {
	TOP_LIST,
	TOP_FILTER,  /* a filter is being typed */
	TOP_CONFIRM, /* confirmation before unblocking */
	TOP_TEXT,    /* help, or the output of explain */
};

struct top {
	const char *pins;
	double interval; /* seconds */

	/* The latest reading. */
	struct overview *overview;
	int err; /* why there is no reading; -ENOENT: nothing is attached */
	struct health_problem problems[HEALTH_PROBLEMS_MAX];
	int problems_count;
	struct top_worker *worker;
	struct top_hosts *hosts; /* NULL: none yet */
	bool paused;

	/* History for the plots; rates are per second. */
	double time;
	uint64_t dropped_total, passed_total, offences_total, lines_total;
	struct top_series dropped, passed, offences;
	double lines;

	/* The list, and the position in it. */
	enum top_mode mode;
	enum top_sort sort;
	char filter[TOP_FILTER_SIZE], filter_before[TOP_FILTER_SIZE];
	size_t cursor, offset, rows; /* `rows` fit the screen */
	bool follow;		     /* the cursor follows the host, not the line */
	struct addr_prefix selected; /* length 255: none */
	struct addr_prefix asked;    /* the host to be unblocked; the list may change meanwhile */

	/* The other command that runs. */
	struct top_child child;
	bool explaining; /* show the child's output as a text, not as a message */
	char title[TOP_MESSAGE_SIZE];
	const char *text; /* in mode TOP_TEXT: the help; NULL: the child's output */
	size_t text_offset;
	char message[TOP_MESSAGE_SIZE];
	double message_until;

	bool over;
	int signal; /* signal that ended top; 0: none */
};

/*
 * Shows the installation whose maps are pinned in `pins` until the user or a signal ends it; a
 * reading every `interval` seconds. 0; -EIO (logged); or an error of overview_read() (not logged).
 */
int top_show(const char *pins, double interval, bool ascii);

/* Shows a message in the last line for a few seconds. */
void top_say(struct top *top, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sorts the hosts and updates the cursor. */
void top_arrange(struct top *top);

/* Handles a key from getch(3). */
void top_key(struct top *top, int key);

/* Reads the child's output so far; when it has ended, shows its result. */
void top_child_said(struct top *top);

/* Draws the whole screen. */
void top_draw(struct top *top);

/* Parts of it: the hosts in `height` lines from `y` on; and a text. */
void top_list_draw(struct top *top, int y, int height);
void top_text_draw(struct top *top, int y, int height);

/* The figures above the list, in so many lines from `y` on. */
void top_facts_draw(const struct top *top, int y, int lines, int width);
void top_facts_draw_rules(const struct top *top, int y, int lines, int width);

/* Chooses the rules to show on a screen of this size, the busiest first. Returns how many. */
int top_facts_rules(const struct top *top, const struct overview_rule *out[OVERVIEW_RULES_MAX]);

#endif
