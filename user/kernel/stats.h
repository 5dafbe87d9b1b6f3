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

int stats_write(const struct stats *pulse, const struct sobig_pulse *value);
int stats_read(const struct stats *pulse, struct sobig_pulse *out);

/* Sums over all CPUs. */
int stats_counters(const struct stats *pulse, uint64_t out[SOBIG_COUNTS]);

/* Accepts NULL. */
void stats_close(struct stats *pulse);

#endif
