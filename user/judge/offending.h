/* SPDX-License-Identifier: GPL-2.0-only */
/* Counts how many hosts of a network offended within a time. */
#ifndef OFFENDING_H
#define OFFENDING_H

#include <stdint.h>

#include "common/addr.h"
#include "config/rules.h"

struct offending;

/* `window` in seconds; `seed`: see struct lru_options. 0 or -ENOMEM. The caller closes *out. */
int offending_open(uint32_t window, uint64_t seed, struct offending **out);

/*
 * Adds an offence of `host` in `network` at `time` (milliseconds since 1970). Returns how many
 * hosts of the network offended within the window; from RULES_HOSTS_MAX on, RULES_HOSTS_MAX. The
 * network that offended least recently is forgotten if there are too many.
 */
unsigned int offending_add(struct offending *offending, const struct addr *network,
			   const struct addr *host, int64_t time);

/* Has the memory of the network fetched: a host of it will be added soon. */
void offending_prefetch(const struct offending *offending, const struct addr *network);

/* Accepts NULL. */
void offending_close(struct offending *offending);

#endif
