/* SPDX-License-Identifier: GPL-2.0-only */
/* How many of something there were in the last five minutes; knows no clock. */
#ifndef LATELY_H
#define LATELY_H

#include <stdint.h>

#define LATELY_SECONDS 300
#define LATELY_STEP    20 /* seconds; the sum is exact to so many */
#define LATELY_STEPS   (LATELY_SECONDS / LATELY_STEP + 1)

/* All zero: there were none. */
struct lately {
	uint32_t step; /* the newest, in LATELY_STEPs of the caller's clock */
	uint64_t counts[LATELY_STEPS];
};

/* Adds `count` things at the second `now` of a clock that does not go back. */
void lately_add(struct lately *lately, uint32_t now, uint64_t count);

/* How many were added in the LATELY_SECONDS before `now`, or LATELY_STEP seconds more. */
uint64_t lately_sum(struct lately *lately, uint32_t now);

#endif
