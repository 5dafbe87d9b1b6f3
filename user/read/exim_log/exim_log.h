/* SPDX-License-Identifier: GPL-2.0-only */
/* Turns one line of exim's main log into an event, by the grammar of exim's source. */
#ifndef EXIM_LOG_H
#define EXIM_LOG_H

#include "read/exim_log/exim_log_types.h"

/* The zone is the process's (TZ). Call again after a change of TZ. */
void exim_log_init(struct exim_log *exim, struct classifier *classes);

/*
 * Reads the `length` bytes at `line`, without the line's LF. 0: the event is in *out; -ENOMSG: it
 * is not an event, or its host is ambiguous.
 */
int exim_log_read(struct exim_log *exim, const char *line, size_t length,
		  struct exim_log_found *out);

/* The same for text without exim's timestamp. `time` is syslog's, in the unit of event.time. */
int exim_log_read_text(struct exim_log *exim, int64_t time, const char *text, size_t length,
		       struct exim_log_found *out);

/*
 * Counts a line of which `text` is only the beginning, with or without exim's timestamp, unless it
 * is an arrival or a delivery.
 */
void exim_log_skip_cut(struct exim_log *exim, const char *text, size_t length);

/*
 * Call it with the events of one log in the order of its lines: true if it is a new event, false if
 * an earlier line already reported it.
 */
bool exim_log_settle(struct exim_log *exim, const struct exim_log_found *found);

#endif
