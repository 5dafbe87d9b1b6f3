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
 * How many addresses may be blocked at a time unless it is said otherwise (attach --blocks), and
 * how much larger the LRU maps are that hold them. An LRU map that is filled to its brim loses
 * entries early, since each CPU keeps free ones to itself: so there is a third to spare, and the
 * size is a multiple of 128 entries per CPU for up to 64 CPUs.
 */
#define SOBIG_BLOCKS4_DEFAULT 196608
#define SOBIG_BLOCKS_MAX      16777216
#define SOBIG_TABLE_STEP      8192
#define SOBIG_TABLE_SIZE(blocks) \
	(((blocks) + (blocks) / 3 + SOBIG_TABLE_STEP - 1) / SOBIG_TABLE_STEP * SOBIG_TABLE_STEP)
#define SOBIG_NETWORKS_MAX 65536 /* of each family */
#define SOBIG_IPV6_PREFIX  64
#define SOBIG_WIDEST4	   8 /* prefix length of the widest network that may be blocked */
#define SOBIG_WIDEST6	   19
#define SOBIG_REASON_SIZE  48
#define SOBIG_PATH_SIZE	   256
#define SOBIG_DEFAULT_PORT 25
#define SOBIG_RULES_MAX	   32
#define SOBIG_RULE_SIZE	   24 /* of a rule's name, with its NUL */
#define SOBIG_CLASSES_MAX  24
#define SOBIG_PORTS_MAX	   8
#define SOBIG_SKIPS_MAX	   8

/* Key of blocked4 and ledger4, in network order. */
struct sobig_key4 {
	__u8 address[4];
};

/* Key of blocked6 and ledger6: the first 64 bits, in network order; IPv6 is blocked by /64. */
struct sobig_key6 {
	__u8 network[8];
};

/*
 * Value of blocked4 and blocked6, the LRU maps. The program asks them where the front table
 * (front.h) is not sure, which is seldom; what was dropped is entered here once in a while.
 */
struct sobig_block {
	__u32 until;	 /* the block is void from this second on */
	__u32 quiet;	 /* unless the host knocked within so many seconds; 0: void all the same */
	__u32 dry_run;	 /* 1: the verdict of a dry run, which no filter acts upon */
	__u32 last_drop; /* 0: nothing was dropped yet */
	__u64 drops;
};

/*
 * Value of ledger4 and ledger6, which the program never reads. An LRU map forgets without a
 * word; the ledger is what user space compares it with, and where it keeps what a packet need
 * not know.
 */
struct sobig_block_info {
	__u32 since;
	__u32 until;
	__u32 quiet; /* this and the next as in struct sobig_block */
	__u32 dry_run;
	char reason[SOBIG_REASON_SIZE]; /* printable ASCII, NUL-terminated */
};

/* Key of networks4 and networks6, which are tries: they never forget, and need no ledger. */
struct sobig_network4 {
	__u32 length; /* of the prefix, in bits */
	__u8 address[4];
};

struct sobig_network6 {
	__u32 length;
	__u8 address[16];
};

/* Value of networks4 and networks6. */
struct sobig_network {
	__u32 until;
	__u32 quiet;
	__u32 dry_run;
	__u32 last_drop;
	__u64 drops;
	__u32 length; /* the key's, so that the program can go on to a wider one */
	__u32 since;
	char reason[SOBIG_REASON_SIZE];
};

/* Index of the per-CPU array `counters`. Each packet is counted once. */
enum sobig_count {
	SOBIG_PASSED_OTHER,	/* nothing that a block is about */
	SOBIG_PASSED_SYN,	/* a SYN to a protected port, its source is not blocked */
	SOBIG_PASSED_EXPIRED,	/* the same, and its source's block has run out */
	SOBIG_PASSED_MALFORMED, /* its headers do not hold together, or cannot be seen */
	SOBIG_PASSED_DRY_RUN,	/* would have been dropped, but for --dry-run */
	SOBIG_DROPPED,		/* a SYN to a protected port; its source is blocked */
	SOBIG_DROPPED_NETWORK,	/* the same, and it is a network that is blocked */
	SOBIG_DROPPED_LIVE,	/* no SYN, but scope = port */
	SOBIG_DROPPED_HIDDEN,	/* of a blocked source, made so that its flags cannot be seen */
	SOBIG_DROPPED_RATE,	/* a SYN too many of a source that is not blocked */
	SOBIG_COUNTS,
};

#define SOBIG_DROPS SOBIG_DROPPED /* from here on, all are drops */

/*
 * A line of the array `rates`: sources that have sent SYNs of late. The upper 32 bits of a slot
 * tell the source (an IPv4 address, or a hash of an IPv6 network), the lower ones when its bucket
 * of tokens is full again, in units of 1/65536 second. All 0: nobody. No lock is taken: of two
 * SYNs at the same instant on two processors, one may go uncounted.
 */
struct sobig_syn_rates {
	__u64 sources[8];
};

#define SOBIG_SYN_RATE_LINES	 16384
#define SOBIG_SYN_RATE_UNIT_BITS 16

/* What one rule of the policy came to, since the daemon started or took up the policy. */
struct sobig_stats_rule {
	char name[SOBIG_RULE_SIZE]; /* "" behind the last */
	__u64 counted;		    /* offences that it counted */
	__u64 blocks;		    /* verdicts */
	__u64 dry_runs;		    /* verdicts for show: its dry run, or the brake */
};

/* Only entry of the array `pulse`, one for each interface: what the daemon last knew of itself. */
struct sobig_stats {
	__u32 pid;
	__u32 started;
	__u32 last_line;	      /* when the newest line was read; 0: none yet */
	__u16 ports[SOBIG_PORTS_MAX]; /* host order; 0: no more */
	__u32 scope_port;
	__u32 dry_run;
	__u32 logs;	    /* files followed; the fields below speak of the first */
	__u64 lines;	    /* of all logs, since it started */
	__u64 offences;	    /* the same */
	__u64 blocked;	    /* blocks installed for verdicts */
	__u64 evictions;    /* entries that an LRU map lost and that were put back */
	__u64 watched;	    /* hosts that have offended lately */
	__u64 watch_drops;  /* hosts forgotten because the watch list was full */
	__u64 position;	    /* bytes read of the log now in place */
	__u32 readable;	    /* 0: the log is not there, or must not be read */
	__u32 braked;	    /* 1: too many new blocks at a time; further ones are for show only */
	__u32 brake;	    /* new blocks in a minute that put it on; 0: none */
	__u32 state_error;  /* errno: why the state cannot be written; 0: it can */
	__u32 config_error; /* 1: the last reload was refused, and the former policy is in force */
	__u32 configured;   /* when the policy in force was loaded */
	__u64 dry_runs;	    /* verdicts that were for show */
	__u64 allowed_offences; /* offences of hosts that are never blocked */
	__u64 allowed;		/* addresses and networks that are never blocked, at present */
	__u64 classes[SOBIG_CLASSES_MAX]; /* offences by class, in the order of enum event_class */
	struct sobig_stats_rule rules[SOBIG_RULES_MAX];
	__u64 skipped[SOBIG_SKIPS_MAX];	       /* lines not counted, in the order of enum skip */
	__u64 skipped_lately[SOBIG_SKIPS_MAX]; /* the same, in the last five minutes */
	__u64 lines_lately;		       /* as `lines`, in the last five minutes */
	__u64 log_gone;	 /* since when `log`, which was there, has had no file; 0: it has one */
	__u64 heartbeat; /* when it last wrote this: once a second while it lives */
	char log[SOBIG_PATH_SIZE];
	__u64 state_lost;	      /* blocks for which the state had no room */
	__u64 state_lost_until;	      /* the last second for which one of them was blocked */
	__u64 state_bad;	      /* rows of the state that are not valid, and were skipped */
	char state[SOBIG_PATH_SIZE];  /* the state's folder, absolute */
	char config[SOBIG_PATH_SIZE]; /* the file given by -c, absolute; "": the usual files */
};

#endif
