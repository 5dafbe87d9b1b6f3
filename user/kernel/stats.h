/* SPDX-License-Identifier: GPL-2.0-only */
/* What one interface's pins tell: the filter's counters, and the daemon's word on itself. */
#ifndef STATS_H
#define STATS_H

#include <stdint.h>

#include "sobig.h"

struct stats;

/*
 * The maps pinned for the interface. -ENOENT, -EPERM, -ENOMEM; -EINVAL: they are another
 * version's; says nothing. The caller closes
 * *out.
 */
int stats_open(const char *pins, unsigned int ifindex, struct stats **out);

int stats_write(const struct stats *stats, const struct sobig_stats *value);
int stats_read(const struct stats *stats, struct sobig_stats *out);

/* Sums over all CPUs. */
int stats_counters(const struct stats *stats, uint64_t out[SOBIG_COUNTS]);

/* Accepts NULL. */
void stats_close(struct stats *stats);

#endif
