/* SPDX-License-Identifier: GPL-2.0-only */
/* What one interface's pins tell: the filter's counters, and the daemon's word on itself. */
#ifndef PULSE_H
#define PULSE_H

#include <stdint.h>

#include "sobig.h"

struct pulse;

/*
 * The maps pinned for the interface. -ENOENT, -EPERM, -ENOMEM; -EINVAL: they are another
 * version's; says nothing. The caller closes
 * *out.
 */
int pulse_open(const char *pins, unsigned int ifindex, struct pulse **out);

int pulse_write(const struct pulse *pulse, const struct sobig_pulse *value);
int pulse_read(const struct pulse *pulse, struct sobig_pulse *out);

/* Sums over all CPUs. */
int pulse_counters(const struct pulse *pulse, uint64_t out[SOBIG_COUNTS]);

/* Accepts NULL. */
void pulse_close(struct pulse *pulse);

#endif
