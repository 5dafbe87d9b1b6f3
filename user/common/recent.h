/* SPDX-License-Identifier: GPL-2.0-only */
/* Counts events in the last five minutes, by the caller's clock. */
#ifndef RECENT_H
#define RECENT_H

#include <stdint.h>

#define RECENT_SECONDS 300
#define RECENT_STEP    20 /* seconds; the resolution of the sum */
#define RECENT_STEPS   (RECENT_SECONDS / RECENT_STEP + 1)

/* Initially all zero. */
struct recent {
	uint32_t step; /* the newest, in RECENT_STEPs of the caller's clock */
	uint64_t counts[RECENT_STEPS];
};

/* Adds `count` events at the second `now` of a monotonic clock. */
void recent_add(struct recent *recent, uint32_t now, uint64_t count);

/* The number of events in the RECENT_SECONDS before `now`, or up to RECENT_STEP seconds more. */
uint64_t recent_sum(struct recent *recent, uint32_t now);

#endif
