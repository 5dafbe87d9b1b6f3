/* SPDX-License-Identifier: GPL-2.0-only */
/* From an event to what it leads to: judged, blocked, told, and entered. */
#ifndef ENFORCE_H
#define ENFORCE_H

#include "daemon/daemon.h"

/* A source_event; `context` is the loop_log that it comes from. */
void enforce_take(void *context, const struct event *event, const struct source_line *line);

#endif
