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

/*
 * Unpins the statistics of an interface that another version wrote: they tell of a daemon that is
 * gone, and nothing else depends on them. Called with the lock of the pins and the interface's
 * claim held. 0 or -errno (not logged).
 */
int stats_upgrade(const char *pins, unsigned int ifindex);

int stats_write(const struct stats *stats, const struct sobig_stats *value);
int stats_read(const struct stats *stats, struct sobig_stats *out);

/* Sums over all CPUs. */
int stats_counters(const struct stats *stats, uint64_t out[SOBIG_COUNTS]);

/* Accepts NULL. */
void stats_close(struct stats *stats);

#endif
