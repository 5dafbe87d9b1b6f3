/* SPDX-License-Identifier: GPL-2.0-only */
/* The filter's configuration, set before loading; the verifier removes the code of disabled
 * options. */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <linux/types.h>
#include <bpf/bpf_helpers.h>

#include "sobig.h"

/*
 * The protected ports, 0: end. Each is the port in network byte order and, above it, its bit in a
 * block's `open`: one load for both.
 */
const volatile __u32 ports[SOBIG_PORTS_MAX] = { 0 };
const volatile bool dry_run = false;
const volatile bool scope_port = false; /* drop all packets to these ports, not only SYNs */
const volatile __u32 rate_step = 0;	/* what one SYN takes from a bucket; 0: no limit */
const volatile __u32 rate_burst = 0; /* how far a bucket may be overdrawn; both as in sobig_rates */
const volatile __u64 rate_salts[2] = { 0 }; /* random and odd, as those of the front table */
const volatile __u64 tick_zero = 0;	    /* the tick at which CLOCK_MONOTONIC was 0 */
const volatile __u64 tick_scale = 0;	    /* seconds per tick, times 2^32 */

/*
 * True if the port is protected; *bit is its bit. In this order, the verifier removes all code
 * after the last port.
 */
static __always_inline bool config_protect(__be16 port, __u8 *bit)
{
#pragma unroll
	for (int i = 0; i < SOBIG_PORTS_MAX; i++) {
		__u32 own = ports[i];

		if (!own)
			return false;
		if (port == (__be16)own) {
			*bit = own >> SOBIG_BIT_SHIFT;
			return true;
		}
	}
	return false;
}

/*
 * Seconds of CLOCK_MONOTONIC, times 2^32. bpf_jiffies64() is two instructions, where a clock
 * helper would cost as much as the rest of the program.
 */
static __always_inline __u64 config_clock(void)
{
	return (bpf_jiffies64() - tick_zero) * tick_scale;
}

static __always_inline __u32 config_now(void)
{
	return config_clock() >> 32;
}

#endif
