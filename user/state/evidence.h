/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeps the latest log lines of offences as evidence for blocks. */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include <stddef.h>

#include "common/addr.h"

struct evidence;

/* Bytes kept of a line. Of a longer one, its beginning, " ... " and its end are kept. */
#define EVIDENCE_LINE_MAX 480

/* Keeps the lines that fit into `max_bytes`. `seed` is a secret. 0 or -ENOMEM. The caller closes
 * *out. */
int evidence_open(size_t max_bytes, uint64_t seed, struct evidence **out);

/* Keeps a line of `host`, and overwrites the oldest lines of all hosts. */
void evidence_add(struct evidence *evidence, const struct addr *host, const char *line,
		  size_t length);

/* Calls `each` for the host's latest lines, the newest first, `most` at most. Returns their number.
 */
unsigned int evidence_each(const struct evidence *evidence, const struct addr *host,
			   unsigned int most,
			   void (*each)(void *context, const char *line, size_t length),
			   void *context);

/* Accepts NULL. */
void evidence_close(struct evidence *evidence);

#endif
