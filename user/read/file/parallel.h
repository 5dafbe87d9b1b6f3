/* SPDX-License-Identifier: GPL-2.0-only */
/* A whole log to events, by as many threads as there are processors, in the order of its lines. */
#ifndef PARALLEL_H
#define PARALLEL_H

#include "read/file/chunks.h"
#include "read/reader.h"

/* `line` counts from 1. What `found` points to is gone after the call. */
typedef void parallel_event(void *context, uint64_t line, const struct exim_log_found *found);

/* All that was there has been handed over, and more may be long in coming. */
typedef void parallel_pause(void *context);

/*
 * Reads `fd` from where it stands to its end. `reader` is set as for reader_line(), which gives
 * the same events; a pipe is read by this thread alone, and each event handed over as soon as its
 * line is there. 0, or the error of chunks_next(); *end is set in any case.
 */
int parallel_read(int fd, struct reader *reader, parallel_event *event, parallel_pause *pause,
		  void *context, struct chunks_end *end);

#endif
