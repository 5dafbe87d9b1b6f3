/* SPDX-License-Identifier: GPL-2.0-only */
/* The front table: blocked hosts as bare addresses; a lookup reads one cache line. */
#ifndef FRONT_H
#define FRONT_H

#include <linux/types.h>

/*
 * A lookup in a hash map reads two or three cache lines in sequence; with many hosts this takes
 * most of the time. Here the host's hash selects the only line that can hold it. User space
 * writes the table (user/kernel/front_table.c) under a lock; the program reads it without a lock.
 *
 * A line is authoritative before the second `valid_until`: all hosts in it are blocked (not dry
 * runs), and no other host of this line is. Otherwise the LRU maps are asked. A line with
 * `valid_until` 0 is never authoritative, so a table that is not written yet is correct, too.
 *
 * The program must read `valid_until` before the hosts. User space must write the hosts before
 * it raises `valid_until`, and lower `valid_until` before it writes the hosts.
 */

#define FRONT_HOSTS4 7
#define FRONT_HOSTS6 5
#define FRONT_EMPTY  0xffffffffu /* `valid_until` of an empty line */

/*
 * What belongs to a host. The program writes `drops` and `last` without a lock: of two drops of one
 * host by two processors within a few nanoseconds, one may be lost. When `drops` wraps, the program
 * adds the carry to the host's entry in the LRU map. Only user space writes `open`.
 */
struct front_record {
	__u8 drops; /* the lower bits of the number of drops */
	__u8 open;  /* as in struct sobig_block: ports to which its SYNs pass */
	__u16 last; /* the lower bits of the second of the last drop; 0, like `drops`: none */
};

/*
 * Slots are numbered from 1; a host (network byte order; 0: empty, as 0.0.0.0 and ::/64 are not
 * valid sources) and its record have the same number.
 */
struct front_line4 {
	__u32 valid_until;
	__u32 hosts[FRONT_HOSTS4];
	struct front_record unused;
	struct front_record records[FRONT_HOSTS4];
};

struct front_line6 {
	__u32 valid_until;
	struct front_record records[FRONT_HOSTS6];
	__u64 hosts[FRONT_HOSTS6];
};

#define FRONT_LINE_SIZE	 64 /* bytes, of both structs: a cache line */
#define FRONT_DROPS_MASK 0xffu
#define FRONT_LAST_MASK	 0xffffu

/* Version of the lines. In 0 (up to version 0.1), a record was a time and a count of 16 bits. */
#define FRONT_LAYOUT 1

/* Only entry of the array `front`. */
struct front_state {
	__u64 salts[2]; /* random and odd: an attacker cannot choose addresses of one line */
	__u32 lines4;	/* lines in use; if 0, the first line is used */
	__u32 lines6;
	__u32 networks4; /* number of blocked networks; if 0, the trie is not asked */
	__u32 networks6;
	__u32 hosts4; /* from here on for user space only: approximate number of blocked hosts */
	__u32 hosts6;
	__u32 overfull4; /* invalidated lines, and hosts that a rebuild left without a slot */
	__u32 overfull6;
	__u32 rebuilding; /* a rebuild began and has not ended */
	__u32 layout;	  /* FRONT_LAYOUT */
};

/* The product's upper half is a hash of 32 bits, which is scaled to the number of lines. */
static inline __attribute__((always_inline)) __u32 front_line_of4(const struct front_state *state,
								  __u32 host)
{
	return (host * state->salts[0] >> 32) * state->lines4 >> 32;
}

/* Multiplied in halves, so that each bit of the network affects the used bits of the hash. */
static inline __attribute__((always_inline)) __u32 front_line_of6(const struct front_state *state,
								  __u64 host)
{
	__u64 hash = (__u32)host * state->salts[0] + (host >> 32) * state->salts[1];

	return (hash >> 32) * state->lines6 >> 32;
}

#endif
