/* SPDX-License-Identifier: GPL-2.0-only */
/* Log lines that may be offences but are not counted, by reason. */
#ifndef SKIP_H
#define SKIP_H

#include <stdint.h>

enum skip {
	SKIP_DOUBTFUL,	 /* an offence whose host is ambiguous */
	SKIP_OVERLONG,	 /* longer than any line that exim writes */
	SKIP_OVERFLOWED, /* exim's log buffer overflowed and text is missing */
	SKIP_CUT,	 /* the first part of a record that syslog split */
	SKIP_PROXIED,	 /* an offence of a host that may be behind a proxy, as any may be */
	SKIP_KINDS
};

/* Counts by kind. */
struct skips {
	uint64_t of[SKIP_KINDS];
};

/* The name of the kind in all output. */
const char *skip_name(enum skip kind);

/* Adds `more` to `skips`. */
void skip_add(struct skips *skips, const struct skips *more);

/* All kinds together. */
uint64_t skip_sum(const struct skips *skips);

#endif
