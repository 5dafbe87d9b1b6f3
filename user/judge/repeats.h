/* SPDX-License-Identifier: GPL-2.0-only */
/* Who was blocked before, and how often: a block is longer each time. */
#ifndef REPEATS_H
#define REPEATS_H

#include <stdint.h>

#include "config/rules.h"

struct repeats;

/* One host's past. */
struct repeat {
	int64_t until;	/* of the last block, milliseconds since 1970 */
	uint32_t times; /* that it was blocked */
};

/* `seed` is struct lru_options'. 0 or -ENOMEM. The caller closes *out. */
int repeats_open(uint64_t seed, struct repeats **out);

/* True if a block of the host runs at `time`, so that another is no new one. */
bool repeats_runs(struct repeats *repeats, const struct addr *host, int64_t time);

/*
 * Enters a block by `rule` at `time`: its length in seconds, and in *times how often the host was
 * blocked before, and it is remembered. What comes while a block runs is no repetition.
 */
uint32_t repeats_enter(struct repeats *repeats, const struct addr *host, int64_t time,
		       const struct rule *rule, unsigned int *times);

/* What is known from elsewhere. */
void repeats_set(struct repeats *repeats, const struct addr *host, const struct repeat *repeat);

uint64_t repeats_count(const struct repeats *repeats);

/* Accepts NULL. */
void repeats_close(struct repeats *repeats);

#endif
