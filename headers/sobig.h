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
 * The default number of addresses that can be blocked at a time (attach --blocks), and the size
 * of the LRU maps that hold them. An LRU map evicts entries before it is full, because each CPU
 * reserves free ones: so the maps are a third larger, and the size is a multiple of 128 entries
 * per CPU for up to 64 CPUs.
 */
#define SOBIG_BLOCKS4_DEFAULT 196608
#define SOBIG_BLOCKS_MAX      16777216
#define SOBIG_TABLE_STEP      8192
#define SOBIG_TABLE_SIZE(blocks) \
	(((blocks) + (blocks) / 3 + SOBIG_TABLE_STEP - 1) / SOBIG_TABLE_STEP * SOBIG_TABLE_STEP)
#define SOBIG_NETWORKS_MAX 65536 /* of each family */
#define SOBIG_IPV6_PREFIX  64
#define SOBIG_WIDEST4	   8 /* shortest prefix length that can be blocked */
#define SOBIG_WIDEST6	   19
#define SOBIG_REASON_SIZE  48
#define SOBIG_PATH_SIZE	   256
#define SOBIG_PROXIES_SIZE 128
#define SOBIG_MISSING_SIZE 256
#define SOBIG_DEFAULT_PORT 25
#define SOBIG_RULES_MAX	   32
#define SOBIG_RULE_SIZE	   24 /* of a rule's name, with its NUL */
#define SOBIG_CLASSES_MAX  24
#define SOBIG_PORTS_MAX	   8
#define SOBIG_BIT_SHIFT	   16 /* of a port's bit, in the program's list of ports */
#define SOBIG_SKIPS_MAX	   8

/* Key of blocked4 and block_info4, in network order. */
struct sobig_key4 {
	__u8 address[4];
};

/* Key of blocked6 and block_info6: the first 64 bits, in network order; IPv6 is blocked by /64. */
struct sobig_key6 {
	__u8 network[8];
};

/*
 * Value of blocked4 and blocked6, the LRU maps. The program asks them if the line of the front
 * table (front.h) is not valid, which is rare; drops are transferred here from time to time.
 */
struct sobig_block {
	__u32 until;  /* the block expires at this second */
	__u32 quiet;  /* unless a SYN was dropped within so many seconds; 0: always */
	__u8 dry_run; /* 1: the verdict of a dry run; not enforced */
	__u8 open;    /* ports that it leaves open, as bits: see struct sobig_port_bits */
	__u8 unused[2];
	__u32 last_drop; /* 0: none yet */
	__u64 drops;
};

/*
 * Value of block_info4 and block_info6, which the program does not read. An LRU map evicts
 * entries silently; user space compares it with this map, which also holds what the filter does
 * not need.
 */
struct sobig_block_info {
	__u32 since;
	__u32 until;
	__u32 quiet; /* this and the next two as in struct sobig_block */
	__u8 dry_run;
	__u8 open;
	__u8 offended; /* ports of `open` by which the host has offended since */
	__u8 unused;
	char reason[SOBIG_REASON_SIZE]; /* printable ASCII, NUL-terminated */
};

/* Key of networks4 and networks6, which are tries: they evict nothing, and need no block info map.
 */
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
	__u8 dry_run;
	__u8 open;
	__u8 unused[2];
	__u32 last_drop;
	__u64 drops;
	__u32 length; /* the key's, so that the program can go on to a wider one */
	__u32 since;
	char reason[SOBIG_REASON_SIZE];
};

/*
 * Only entry of the array `port_bits`, which the program does not read: the port (host byte order;
 * 0: none) of each bit in a block's `open`. A port keeps its bit, so that a filter with other ports
 * changes no block. A block that leaves no port open (0) closes all protected ports, also those
 * that have no bit yet; one that closes only some leaves open all that have no bit yet.
 */
struct sobig_port_bits {
	__u16 ports[SOBIG_PORTS_MAX];
};

/* Index of the per-CPU array `counters`. Each packet is counted once. */
enum sobig_count {
	SOBIG_PASSED_OTHER,	/* not subject to blocking */
	SOBIG_PASSED_SYN,	/* a SYN to a protected port, its source is not blocked */
	SOBIG_PASSED_EXPIRED,	/* the same, and the block of its source has expired */
	SOBIG_PASSED_MALFORMED, /* its headers are inconsistent or not visible */
	SOBIG_PASSED_DRY_RUN,	/* would be dropped without --dry-run */
	SOBIG_DROPPED,		/* a SYN to a protected port; its source is blocked */
	SOBIG_DROPPED_NETWORK,	/* the same; a network is blocked */
	SOBIG_DROPPED_LIVE,	/* not a SYN, with scope = port */
	SOBIG_DROPPED_HIDDEN,	/* from a blocked source; its TCP flags are not visible */
	SOBIG_DROPPED_RATE,	/* a SYN above the rate limit, from a source that is not blocked */
	SOBIG_COUNTS,
};

#define SOBIG_DROPS SOBIG_DROPPED /* this and all following are drops */

/*
 * A line of the array `syn_rates`: sources that sent SYNs recently. The upper 32 bits of a slot
 * are the source (an IPv4 address, or a hash of an IPv6 network); the lower ones are the time at
 * which its token bucket is full again, in units of 1/65536 second. 0: empty. No lock is taken:
 * of two SYNs at the same instant on two processors, one may not be counted.
 */
struct sobig_syn_rates {
	__u64 sources[8];
};

#define SOBIG_SYN_RATE_LINES	 16384
#define SOBIG_SYN_RATE_UNIT_BITS 16

/* What an attach waits for before it judges lines. */
enum sobig_wait {
	SOBIG_WAIT_STATE,
	SOBIG_WAIT_LOG,
	SOBIG_WAIT_ALLOW,
	SOBIG_WAITS,
};

/* Only entry of the array `start`, which is pinned for an interface while its daemon starts. */
struct sobig_start {
	__u32 since; /* when the wait began */
	__u32 waits; /* enum sobig_wait */
};

/* Statistics of one rule since the daemon started or loaded the policy. */
struct sobig_stats_rule {
	char name[SOBIG_RULE_SIZE]; /* "" behind the last */
	__u64 counted;		    /* offences that it counted */
	__u64 blocks;		    /* verdicts */
	__u64 dry_runs;		    /* dry-run verdicts: by its dry_run, or by the brake */
	__u64 left_open;	    /* of `counted`: by a port that its blocks leave open */
	__u64 open_port;	    /* the port of the last of these, host byte order */
};

/* Only entry of the array `stats`, one per interface: statistics of the daemon. */
struct sobig_stats {
	__u32 pid;
	__u32 started;
	__u32 last_line;	      /* when the last line was read; 0: none yet */
	__u16 ports[SOBIG_PORTS_MAX]; /* host order; 0: no more */
	__u32 scope_port;
	__u32 dry_run;
	__u32 logs;		/* files followed; the fields below are those of the first */
	__u64 lines;		/* of all logs, since it started */
	__u64 offences;		/* the same */
	__u64 blocked;		/* blocks installed for verdicts */
	__u64 evictions;	/* entries that an LRU map evicted and that were restored */
	__u64 watched;		/* watched hosts */
	__u64 watch_drops;	/* hosts forgotten because the watch list was full */
	__u64 position;		/* bytes read of the current log file */
	__u32 readable;		/* 0: the log does not exist or cannot be read */
	__u32 braked;		/* 1: the brake is engaged; known senders are not blocked */
	__u32 brake;		/* limit of known senders blocked in an hour; 0: no brake */
	__u32 state_error;	/* errno: why the state cannot be written; 0: it can */
	__u32 config_error;	/* 1: the last reload failed; the former policy is active */
	__u32 configured;	/* when the active policy was loaded */
	__u64 dry_runs;		/* dry-run verdicts */
	__u64 allowed_offences; /* offences of allowed hosts */
	__u64 allowed;		/* entries of the allow list */
	__u64 classes[SOBIG_CLASSES_MAX]; /* offences by class, in the order of enum event_class */
	struct sobig_stats_rule rules[SOBIG_RULES_MAX];
	__u64 skipped[SOBIG_SKIPS_MAX];	       /* lines not counted, in the order of enum skip */
	__u64 skipped_recent[SOBIG_SKIPS_MAX]; /* the same, in the last five minutes */
	__u64 lines_recent;		       /* as `lines`, in the last five minutes */
	__u64 log_gone;	 /* since when the file of `log` no longer exists; 0: it exists */
	__u64 heartbeat; /* when it last wrote this; once a second while it runs */
	char log[SOBIG_PATH_SIZE];
	__u64 standing;	    /* hosts that have a standing */
	__u64 off_offences; /* offences of a class while it did not count */
	__u32 classes_off;  /* classes that do not count now, bits of enum event_class */
	__u32 learned;	    /* days of log from which standing was learned */
	__u32 learn;	    /* days that it needs; up to them, rules that use it are a dry run */
	__u32 learning;	    /* 1: the old logs are being read */
	__u32 proxied;	    /* 1: any client may be behind a proxy; no offence is judged */
	char proxies[SOBIG_PROXIES_SIZE]; /* "hosts_proxy = 192.0.2.1", cut; "": none */
	__u64 state_lost;		  /* blocks for which the state had no room */
	__u64 state_lost_until;		  /* the latest end of one of them */
	__u64 state_bad;	      /* rows of the state that are not valid, and were skipped */
	char state[SOBIG_PATH_SIZE];  /* the state's folder, absolute */
	char config[SOBIG_PATH_SIZE]; /* the file given by -c, absolute; "": the usual files */
	__u64 connections_ended;      /* open connections of blocked hosts */
	__u32 connections_error;      /* errno: why they cannot be ended; 0: they can */
	__u32 connections_finish;     /* 1: they are not to be ended */
	__u64 allow_missing;	      /* entries of the allow list of which no address is known */
	__u64 judged_from; /* time of the first offence that it counted, ms since 1970; 0: none */
	char allow_error[SOBIG_MISSING_SIZE]; /* why, of the first; "": none */
};

#endif
