/* SPDX-License-Identifier: GPL-2.0-only */
/* Which hosts a storm comes from: the same for the program that sends and the one that lists. */
#ifndef STORM_H
#define STORM_H

#include <linux/types.h>

#define STORM_BATCH 64 /* frames at a time, as a NIC would hand them over */

/* The IPv4 hosts are scattered over an eighth of all addresses, 32.0.0.0/3, in which none is
 * special; the IPv6 ones are the /64s of as many providers below 2a00::/16.
 */
#define STORM_BITS4 29
#define STORM_BASE4 0x20000000u
#define STORM_BASE6 0x2a00000000000000ull

/* No two numbers become the same one, and neighbours do not stay together. */
static inline __u32 storm_scatter(__u32 number, int bits)
{
	__u32 mask = 0xffffffffu >> (32 - bits);

	number = number * 0x9e3779b1u & mask;
	number ^= number >> 15;
	number = number * 0x85ebca6bu & mask;
	number ^= number >> 13;
	return number;
}

/* Host order. */
static inline __u32 storm_host4(__u32 number)
{
	return STORM_BASE4 | storm_scatter(number, STORM_BITS4);
}

/* The first 64 bits, host order. */
static inline __u64 storm_host6(__u32 number)
{
	return STORM_BASE6 | (__u64)storm_scatter(number, 32) << 16 | (number & 0xff);
}

#endif
