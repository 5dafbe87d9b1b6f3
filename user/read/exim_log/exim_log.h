/* SPDX-License-Identifier: GPL-2.0-only */
/* One line of exim's main log to one event, by exim's own grammar and not by its looks. */
#ifndef EXIM_LOG_H
#define EXIM_LOG_H

#include "read/exim_log/exim_log_types.h"

/* The zone is the process's (TZ). Call again after a change of TZ. */
void exim_log_init(struct exim_log *exim, struct classifier *classes);

/*
 * Reads the `length` bytes at `line`, without the line's LF. 0: they are an event, *out tells
 * which; -ENOMSG: they are none, or not beyond doubt.
 */
int exim_log_read(struct exim_log *exim, const char *line, size_t length,
		  struct exim_log_found *out);

/* The same of what stands behind the stamp, where syslog's is the only one. `time` as in event. */
int exim_log_read_text(struct exim_log *exim, int64_t time, const char *text, size_t length,
		       struct exim_log_found *out);

/*
 * Counts a line of which `text` is only the beginning, with or without exim's stamp, unless it
 * tells of an arrival or a delivery.
 */
void exim_log_skip_cut(struct exim_log *exim, const char *text, size_t length);

/*
 * Takes what was found in the lines of one log, in their order: true if it is an event of its own,
 * false if the one before told of it already.
 */
bool exim_log_settle(struct exim_log *exim, const struct exim_log_found *found);

#endif
