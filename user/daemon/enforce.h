/* SPDX-License-Identifier: GPL-2.0-only */
/* Judges each event, and blocks, logs and records the verdict. */
#ifndef ENFORCE_H
#define ENFORCE_H

#include "daemon/daemon.h"

/* A source_event; `context` is the struct daemon_log of the line. */
void enforce_take(void *context, const struct event *event, const struct source_line *line);

#endif
