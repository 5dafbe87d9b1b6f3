/* SPDX-License-Identifier: GPL-2.0-only */
/* From an event to what it leads to: judged, blocked, told, and entered. */
#ifndef VERDICTS_H
#define VERDICTS_H

#include "cli/guard.h"

/* A source_event; `context` is the guard_log that it comes from. */
void verdicts_take(void *context, const struct event *event, const struct source_line *line);

#endif
