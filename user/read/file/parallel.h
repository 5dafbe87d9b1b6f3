/* SPDX-License-Identifier: GPL-2.0-only */
/* Turns a whole log into events with a worker thread per processor, in the order of its lines. */
#ifndef PARALLEL_H
#define PARALLEL_H

#include "read/file/chunks.h"
#include "read/reader.h"

/* `line` counts from 1. The text that `found` points to is valid during the call only. */
typedef void parallel_event(void *context, uint64_t line, const struct exim_log_found *found);

/* Called some events before an event that is likely to be delivered, to fetch what it needs. */
typedef void parallel_soon(void *context, const struct exim_log_found *found);

/* Called when everything available was delivered and more input may take long. */
typedef void parallel_pause(void *context);

/*
 * Reads `fd` from its current offset to its end. `reader` is set up as for reader_line(), which
 * gives the same events. A pipe is read by the calling thread alone, and each event is delivered as
 * soon as its line is complete. `soon` may be NULL. 0, or the error of chunks_next(); *end is set
 * in any case.
 */
int parallel_read(int fd, struct reader *reader, parallel_event *event, parallel_soon *soon,
		  parallel_pause *pause, void *context, struct chunks_end *end);

#endif
