/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of a log that were not counted although they may tell of an offence, by the reason. */
#ifndef SKIP_H
#define SKIP_H

#include <stdint.h>

enum skip {
	SKIP_DOUBTFUL,	 /* an offence, of which it is not beyond doubt whose it is */
	SKIP_OVERLONG,	 /* longer than any that exim writes */
	SKIP_OVERFLOWED, /* exim says that its buffer was too small, and left words out */
	SKIP_CUT,	 /* syslog took its beginning only, the rest is in further records */
	SKIP_KINDS
};

/* How many there were. */
struct skips {
	uint64_t of[SKIP_KINDS];
};

/* The word for it in all output. */
const char *skip_name(enum skip kind);

/* Adds `more` to `skips`. */
void skip_add(struct skips *skips, const struct skips *more);

/* All kinds together. */
uint64_t skip_sum(const struct skips *skips);

#endif
