/* SPDX-License-Identifier: GPL-2.0-only */
/* Says on standard error what of a log was not counted, and what can be done about it. */
#ifndef SKIPPED_H
#define SKIPPED_H

#include "read/file/chunks.h"
#include "read/reader.h"

/* A warning for each kind of which there were some. */
void skipped_tell(const struct skips *skips);

/* That the file `name` could not be read, or not to its end, by an error of parallel_read(). */
void skipped_tell_error(const char *name, int err, const struct chunks_end *end);

/* True of a file that has lines, of which none is exim's; which is said. */
bool skipped_is_foreign(const char *name, const struct reader *reader,
			const struct chunks_end *end);

#endif
