/* SPDX-License-Identifier: GPL-2.0-only */
/* What the program that reads the kernel's clock hands to user space. */
#ifndef CLOCK_H
#define CLOCK_H

#include <linux/types.h>

struct clock_reading {
	__u64 ticks;	   /* jiffies */
	__u64 nanoseconds; /* CLOCK_MONOTONIC at the same time */
};

#endif
