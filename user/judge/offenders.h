/* SPDX-License-Identifier: GPL-2.0-only */
/* Who was blocked before, and how often: a block is longer each time. */
#ifndef OFFENDERS_H
#define OFFENDERS_H

#include <stdint.h>

#include "config/rules.h"

struct offenders;

/* One host's past. */
struct offender {
	int64_t until;	/* of the last block, milliseconds since 1970 */
	uint32_t times; /* that it was blocked */
};

/* `seed` is struct lru_options'. 0 or -ENOMEM. The caller closes *out. */
int offenders_open(uint64_t seed, struct offenders **out);

/* True if a block of the host runs at `time`, so that another is no new one. */
bool offenders_runs(struct offenders *repeats, const struct addr *host, int64_t time);

/*
 * Enters a block by `rule` at `time`: its length in seconds, and in *times how often the host was
 * blocked before, and it is remembered. What comes while a block runs is no repetition.
 */
uint32_t offenders_enter(struct offenders *repeats, const struct addr *host, int64_t time,
			 const struct rule *rule, unsigned int *times);

/* What is known from elsewhere. */
void offenders_set(struct offenders *repeats, const struct addr *host,
		   const struct offender *repeat);

uint64_t offenders_count(const struct offenders *repeats);

/* Accepts NULL. */
void offenders_close(struct offenders *repeats);

#endif
