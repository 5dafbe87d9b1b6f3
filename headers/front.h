/* SPDX-License-Identifier: GPL-2.0-only */
/* The front table: blocked hosts as bare addresses, so that a packet costs one line of the cache.
 */
#ifndef FRONT_H
#define FRONT_H

#include <linux/types.h>

/*
 * A lookup in a hash map reads two or three lines of memory one after the other, and with many
 * hosts that is where the time goes. Here the host's hash names the one line in which it must
 * stand. User space writes it (user/kernel/front_table.c), under a lock; the program reads it
 * without.
 *
 * A line says until when it is sure: before that second, all that stand in it are blocked in
 * earnest, and no other host of this line is. What it is not sure of, the LRU maps are asked: a
 * line of 0 is sure of nothing, so a table that nobody has written yet is right, too.
 *
 * The program must read `sure` before the hosts, and user space write the hosts before it makes
 * `sure` later, and `sure` before the hosts if it becomes earlier.
 */

#define FRONT_HOSTS4 7
#define FRONT_HOSTS6 5
#define FRONT_EMPTY  0xffffffffu /* `sure` of a line in which nobody stands */

/*
 * Slots are counted from 1, in which a host (as it stands in the packet; 0: nobody, as neither
 * 0.0.0.0 nor ::/64 is anybody) and its tally have the same number.
 *
 * A tally is what was dropped of a host: the count's lower 16 bits, and above them the lower 16
 * bits of the last one's second. When the count goes round, the program adds what is above to the
 * host's entry in the LRU map. It is written without a lock: of two drops of one host by two
 * processors in the same few nanoseconds, one may be lost.
 */
struct front_line4 {
	__u32 valid_until;
	__u32 hosts[FRONT_HOSTS4];
	__u32 unused;
	__u32 counts[FRONT_HOSTS4];
};

struct front_line6 {
	__u32 valid_until;
	__u32 counts[FRONT_HOSTS6];
	__u64 hosts[FRONT_HOSTS6];
};

#define FRONT_LINE_SIZE	 64 /* bytes, of both: a line of the cache */
#define FRONT_COUNT_MASK 0xffffu
#define FRONT_TIME_SHIFT 16

/* Only entry of the array `front`. */
struct front_state {
	__u64 salts[2]; /* random and odd: nobody can choose addresses of one line */
	__u32 lines4;	/* that are in use; the first, if none is */
	__u32 lines6;
	__u32 networks4; /* how many networks are blocked; without any, no trie is asked */
	__u32 networks6;
	__u32 hosts4; /* from here on for user space: blocked hosts, about */
	__u32 hosts6;
	__u32 overfull4; /* lines that have no room for one of theirs */
	__u32 overfull6;
	__u32 rebuilding; /* whoever began it has not ended it */
	__u32 unused;
};

/* The product's upper half is a hash of 32 bits, which is scaled to the number of lines. */
static inline __attribute__((always_inline)) __u32 front_line_of4(const struct front_state *state,
								  __u32 host)
{
	return (host * state->salts[0] >> 32) * state->lines4 >> 32;
}

/* Multiplied in halves, so that each bit of the network moves the bits that count. */
static inline __attribute__((always_inline)) __u32 front_line_of6(const struct front_state *state,
								  __u64 host)
{
	__u64 hash = (__u32)host * state->salts[0] + (host >> 32) * state->salts[1];

	return (hash >> 32) * state->lines6 >> 32;
}

#endif
