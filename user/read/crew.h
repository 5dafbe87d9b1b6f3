/* SPDX-License-Identifier: GPL-2.0-only */
/* A whole log to events, by as many threads as there are processors, in the order of its lines. */
#ifndef CREW_H
#define CREW_H

#include "read/lines.h"
#include "read/reader.h"

/* `line` counts from 1. What `found` points to is gone after the call. */
typedef void crew_event(void *context, uint64_t line, const struct exim_found *found);

/* All that was there has been handed over, and more may be long in coming. */
typedef void crew_pause(void *context);

/*
 * Reads `fd` from where it stands to its end. `reader` is set as for reader_line(), which gives
 * the same events; a pipe is read by this thread alone, and each event handed over as soon as its
 * line is there. 0, or the error of lines_next(); *end is set in any case.
 */
int crew_read(int fd, struct reader *reader, crew_event *event, crew_pause *pause, void *context,
	      struct lines_end *end);

#endif
