/* SPDX-License-Identifier: GPL-2.0-only */
/* What crosses the kernel boundary: names, keys, values, counters and limits of the pinned maps. */
#ifndef SOBIG_H
#define SOBIG_H

#include <linux/types.h>

/*
 * Times in the maps are whole seconds of CLOCK_MONOTONIC, in 32 bits (136 years): setting the
 * wall clock moves no block, and a reader needs no more than clock_gettime(2) to understand
 * them.
 */

#define SOBIG_PROGRAM "sobig_xdp"
#define SOBIG_PINS    "/sys/fs/bpf/sobig-xdp"

/*
 * How many addresses may be blocked at a time, and the size of the LRU maps that hold them. An
 * LRU map that is filled to its brim loses entries early, since each CPU keeps free ones to
 * itself: so there is a quarter to spare, and the size is a multiple of 128 entries per CPU for
 * up to 64 CPUs.
 */
#define SOBIG_BLOCKS4_MAX  196608
#define SOBIG_BLOCKS6_MAX  98304
#define SOBIG_TABLE4_SIZE  262144
#define SOBIG_TABLE6_SIZE  131072
#define SOBIG_IPV6_PREFIX  64
#define SOBIG_REASON_SIZE  48
#define SOBIG_PATH_SIZE	   256
#define SOBIG_DEFAULT_PORT 25

/* Key of blocked4 and ledger4, in network order. */
struct sobig_key4 {
	__u8 address[4];
};

/* Key of blocked6 and ledger6: the first 64 bits, in network order; IPv6 is blocked by /64. */
struct sobig_key6 {
	__u8 network[8];
};

/* Value of blocked4 and blocked6, the LRU maps that the program reads on each SYN. */
struct sobig_block {
	__u32 until;	 /* the block is void from this second on */
	__u32 last_drop; /* 0: nothing was dropped yet */
	__u64 drops;
	__u64 trial; /* 1: the verdict of a dry run, which no filter acts upon */
};

/*
 * Value of ledger4 and ledger6, which the program never reads. An LRU map forgets without a
 * word; the ledger is what user space compares it with, and where it keeps what a packet need
 * not know.
 */
struct sobig_ledger {
	__u32 since;
	__u32 until;
	__u32 trial;			/* as in struct sobig_block */
	char reason[SOBIG_REASON_SIZE]; /* printable ASCII, NUL-terminated */
};

/* Index of the per-CPU array `counters`. Each packet is counted once. */
enum sobig_count {
	SOBIG_PASSED_OTHER,	/* not a SYN to the protected port */
	SOBIG_PASSED_SYN,	/* a SYN to the protected port, its source is not blocked */
	SOBIG_PASSED_LAPSED,	/* the same, and its source's block has run out */
	SOBIG_PASSED_MALFORMED, /* its headers do not hold together */
	SOBIG_PASSED_DRY_RUN,	/* would have been dropped, but for --dry-run */
	SOBIG_DROPPED,
	SOBIG_COUNTS,
};

/* Only entry of the array `pulse`, one for each interface: what the daemon last knew of itself. */
struct sobig_pulse {
	__u32 pid;
	__u32 started;
	__u32 last_line; /* when the newest line was read; 0: none yet */
	__u32 port;	 /* host order */
	__u32 dry_run;
	__u32 logs;	   /* files followed; the fields below speak of the first */
	__u64 lines;	   /* of all logs, since it started */
	__u64 offences;	   /* the same */
	__u64 skipped;	   /* overlong, and so unread */
	__u64 blocked;	   /* blocks installed for verdicts */
	__u64 evictions;   /* entries that an LRU map lost and that were put back */
	__u64 watched;	   /* hosts that have offended lately */
	__u64 watch_drops; /* hosts forgotten because the watch list was full */
	__u64 position;	   /* bytes read of the log now in place */
	__u32 readable;	   /* 0: the log is not there, or must not be read */
	char log[SOBIG_PATH_SIZE];
};

#endif
