/* SPDX-License-Identifier: GPL-2.0-only */
/* Converts the kernel's tick counter, which a BPF program reads cheaply, to CLOCK_MONOTONIC. */
#ifndef TICKS_H
#define TICKS_H

#include <stdint.h>

struct ticks {
	uint64_t zero;	/* the tick at which CLOCK_MONOTONIC was 0 */
	uint64_t scale; /* seconds per tick, times 2^32 */
};

/* Asks the kernel. 0, -EPERM, or another error of loading a program; logs nothing. */
int ticks_read(struct ticks *out);

#endif
