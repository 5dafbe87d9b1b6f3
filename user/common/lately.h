/* SPDX-License-Identifier: GPL-2.0-only */
/* Counts events in the last five minutes, by the caller's clock. */
#ifndef LATELY_H
#define LATELY_H

#include <stdint.h>

#define LATELY_SECONDS 300
#define LATELY_STEP    20 /* seconds; the resolution of the sum */
#define LATELY_STEPS   (LATELY_SECONDS / LATELY_STEP + 1)

/* Initially all zero. */
struct lately {
	uint32_t step; /* the newest, in LATELY_STEPs of the caller's clock */
	uint64_t counts[LATELY_STEPS];
};

/* Adds `count` events at the second `now` of a monotonic clock. */
void lately_add(struct lately *lately, uint32_t now, uint64_t count);

/* The number of events in the LATELY_SECONDS before `now`, or up to LATELY_STEP seconds more. */
uint64_t lately_sum(struct lately *lately, uint32_t now);

#endif
