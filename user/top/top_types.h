/* SPDX-License-Identifier: GPL-2.0-only */
/* The state of `sobig-xdp top`, shared by its parts. */
#ifndef TOP_TYPES_H
#define TOP_TYPES_H

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

#endif
