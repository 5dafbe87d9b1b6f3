/* SPDX-License-Identifier: GPL-2.0-only */
/* Remembers hosts that were blocked, and how often; each block is longer than the last. */
#ifndef OFFENDERS_H
#define OFFENDERS_H

#include <stdint.h>

#include "config/rules.h"

struct offenders;

/* The history of one host. */
struct offender {
	int64_t until;	/* end of the last block, milliseconds since 1970 */
	uint32_t times; /* number of blocks */
};

/* `seed`: see struct lru_options. 0 or -ENOMEM. The caller closes *out. */
int offenders_open(uint64_t seed, struct offenders **out);

/* True if a block of the host is active at `time`; another block is then not a new one. */
bool offenders_runs(struct offenders *offenders, const struct addr *host, int64_t time);

/*
 * Records a block by `rule` at `time`. Returns its length in seconds; *times is how often the host
 * was blocked before, as far as it is remembered. A block during an active one does not count.
 */
uint32_t offenders_enter(struct offenders *offenders, const struct addr *host, int64_t time,
			 const struct rule *rule, unsigned int *times);

/* True if the host was blocked, and its last block ended within `remember` seconds of `time`. */
bool offenders_offends_again(struct offenders *offenders, const struct addr *host, int64_t time,
			     uint32_t remember);

/* Records that a block of the host is active until `until`; it does not count as one. */
void offenders_run(struct offenders *offenders, const struct addr *host, int64_t until);

/* Sets the history of a host, read from the state. */
void offenders_set(struct offenders *offenders, const struct addr *host,
		   const struct offender *repeat);

uint64_t offenders_count(const struct offenders *offenders);

/* Accepts NULL. */
void offenders_close(struct offenders *offenders);

#endif
