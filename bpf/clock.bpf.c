// SPDX-License-Identifier: GPL-2.0-only
/* Reads the kernel's tick counter and its monotonic clock at once, so that the filter can use
 * ticks. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "clock.h"

SEC("syscall") int clock_read(struct clock_reading *reading)
{
	reading->ticks = bpf_jiffies64();
	reading->nanoseconds = bpf_ktime_get_ns();
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
