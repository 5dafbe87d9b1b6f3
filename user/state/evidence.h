/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeps the latest log lines of offences as evidence for blocks. */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include <stddef.h>

#include "common/addr.h"

struct evidence;

/* Bytes kept of a line; of a longer one, its beginning, " ... " and its end. */
#define EVIDENCE_LINE_MAX 480

/* As many lines as fit into `memory` bytes. `seed` is a secret. -ENOMEM. The caller closes *out. */
int evidence_open(size_t max_bytes, uint64_t seed, struct evidence **out);

/* Keeps a line of `host`, in place of the oldest of all. */
void evidence_add(struct evidence *evidence, const struct addr *host, const char *line,
		  size_t length);

/* Hands over the host's latest lines, the newest first, `most` at most. How many there were. */
unsigned int evidence_each(const struct evidence *evidence, const struct addr *host,
			   unsigned int most,
			   void (*each)(void *context, const char *line, size_t length),
			   void *context);

/* Accepts NULL. */
void evidence_close(struct evidence *evidence);

#endif
