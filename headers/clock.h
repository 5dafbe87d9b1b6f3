/* SPDX-License-Identifier: GPL-2.0-only */
/* The reading of the kernel's clocks that the clock program passes to user space. */
#ifndef CLOCK_H
#define CLOCK_H

#include <linux/types.h>

struct clock_reading {
	__u64 ticks;	   /* jiffies */
	__u64 nanoseconds; /* CLOCK_MONOTONIC at the same time */
};

#endif
