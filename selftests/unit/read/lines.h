/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables of log lines with the host and the class that must come out of each. */
#ifndef LINES_H
#define LINES_H

#include <stdlib.h>
#include <string.h>

#include "read/exim_log/exim_log.h"
#include "unit/suite.h"

#define STAMP "2003-08-24 11:22:33 "

static struct classifier *classes;

struct line {
	const char *text;
	const char *address; /* NULL: no offence */
	enum event_class class;
};

static int read_text(struct exim_log *exim, const char *text, struct exim_log_found *event)
{
	size_t length = strlen(text);
	char *copy = malloc(length + !length);
	int err;

	/* On the heap and without a NUL, so that ASan sees an overrun. */
	memcpy(copy, text, length);
	err = exim_log_read(exim, copy, length, event);
	free(copy);
	return err;
}

static void check_lines(bool helo_is_checked, const struct line *lines, size_t count)
{
	char address[ADDR_TEXT_SIZE];
	struct exim_log_found found;
	struct exim_log exim;

	exim_log_init(&exim, classes);
	exim.wants_arrivals = true;
	exim.helo_is_checked = helo_is_checked;
	for (size_t i = 0; i < count; i++) {
		int err = read_text(&exim, lines[i].text, &found);

		if (!lines[i].address) {
			if (!err && found.event.class != EVENT_ARRIVAL)
				fail_msg("%s: %s was blamed", lines[i].text,
					 addr_format(&found.event.peer, address));
			continue;
		}
		if (err)
			fail_msg("%s: not found", lines[i].text);
		assert_string_equal(addr_format(&found.event.peer, address), lines[i].address);
		if (found.event.class != lines[i].class)
			fail_msg("%s: class %s", lines[i].text,
				 event_class_name(found.event.class));
	}
}

#define CHECK(checked, lines) check_lines(checked, lines, sizeof(lines) / sizeof((lines)[0]))

static int open_classes(void **state)
{
	struct classifier_error why;

	(void)state;
	return classifier_open(NULL, 0, &why, &classes);
}

static int close_classes(void **state)
{
	(void)state;
	classifier_close(classes);
	return 0;
}

#endif
