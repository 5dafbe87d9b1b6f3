/* SPDX-License-Identifier: GPL-2.0-only */
/* The pinned statistics of one interface: the filter's counters, and the daemon's state. */
#ifndef STATS_H
#define STATS_H

#include <stdint.h>

#include "sobig.h"

struct stats;

/*
 * Opens the maps pinned for the interface. -ENOENT, -EPERM, -ENOMEM; -EINVAL: they belong to
 * another version. Logs nothing. The caller closes *out.
 */
int stats_open(const char *pins, unsigned int ifindex, struct stats **out);

/*
 * Unpins the statistics of an interface that another version wrote: they describe a daemon that no
 * longer runs, and nothing else depends on them. The caller holds the lock of the pins and the
 * interface's claim. 0 or -errno (not logged).
 */
int stats_upgrade(const char *pins, unsigned int ifindex);

int stats_write(const struct stats *stats, const struct sobig_stats *value);
int stats_read(const struct stats *stats, struct sobig_stats *out);

/* Sums over all CPUs. */
int stats_counters(const struct stats *stats, uint64_t out[SOBIG_COUNTS]);

/* Accepts NULL. */
void stats_close(struct stats *stats);

#endif
