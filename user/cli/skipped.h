/* SPDX-License-Identifier: GPL-2.0-only */
/* Logs which lines of a log were not counted, and what the operator can do. */
#ifndef SKIPPED_H
#define SKIPPED_H

#include "read/file/chunks.h"
#include "read/reader.h"

/* Logs a warning for each kind of skipped lines. */
void skipped_log(const struct skips *skips);

/* Logs that the file `name` was not read completely; `err` is an error of parallel_read(). */
void skipped_log_error(const char *name, int err, const struct chunks_end *end);

/* True if the file has lines, but none written by exim (logged). */
bool skipped_is_foreign(const char *name, const struct reader *reader,
			const struct chunks_end *end);

#endif
