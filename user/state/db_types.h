/* SPDX-License-Identifier: GPL-2.0-only */
/* The contents of the state: blocks, log positions, totals, and a batch of them to write. */
#ifndef DB_TYPES_H
#define DB_TYPES_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/addr.h"
#include "common/log_position.h"
#include "common/standing_row.h"
#include "sobig.h"

#define DB_FILE "state.db"

struct db_limits {
	uint64_t size;	  /* bytes at most */
	int64_t history;  /* ms for which expired and removed blocks are kept */
	int64_t remember; /* the same of repeat offenders, after their last block */
};

struct db_block {
	struct addr_prefix target;
	int64_t since;
	int64_t until;
	uint32_t quiet; /* seconds, as in struct sobig_block */
	bool dry_run;
	unsigned int repeats;
	char reason[SOBIG_REASON_SIZE];
	uint16_t ports[SOBIG_PORTS_MAX]; /* that it closes; 0: end. Empty: all protected ports */
	int64_t unblocked;		 /* when it was unblocked; 0: it was not */
	const char *log;   /* the log with the line that caused it; NULL: a manual block */
	uint64_t serial;   /* of that line */
	int64_t event;	   /* the time of that line */
	const char *lines; /* the evidence, each line with its LF; "": none */
};

/* The position in a log, and an earlier one from which lines are read again after a restart. */
struct db_log {
	const char *name;
	struct log_position done;
	struct log_position from;
};

struct db_totals {
	uint64_t lines;
	uint64_t offences;
	uint64_t blocks;
	bool braked; /* the brake is engaged */
};

/* How an attach to an interface ended. The numbers are in the file. */
enum db_run_end {
	DB_RUN_RUNS = 0,     /* it has started, and has not told its end */
	DB_RUN_SIGNAL = 1,   /* SIGTERM or SIGINT */
	DB_RUN_DETACHED = 2, /* sobig-xdp detach */
	DB_RUN_REMOVED = 3,  /* another program detached the filter */
	DB_RUN_GONE = 4,     /* the interface was deleted, or moved to another network namespace */
	DB_RUN_FAILED = 5,   /* it could not start */
	DB_RUN_ENDS,
};

struct db_run {
	char interface[IF_NAMESIZE];
	char pins[SOBIG_PATH_SIZE];
	int64_t at; /* when it ended; DB_RUN_RUNS: when it had started */
	enum db_run_end end;
};

/* Written in one transaction. */
struct db_batch {
	const struct db_block *blocks;
	size_t blocks_count;
	const struct addr_prefix *unblocks; /* after the blocks */
	size_t unblocks_count;
	const struct db_log *logs;
	size_t logs_count;
	const struct db_run *runs; /* a later one replaces an earlier one */
	size_t runs_count;
	const char *who;		      /* the interface of the totals */
	const struct standing_row *standings; /* of `who`; the rows that changed */
	size_t standings_count;
	const struct standing_clock *standing_clock; /* NULL: standing is unchanged */
	bool standing_anew;			     /* the rows that are there are removed first */
	bool standing_good;		/* only rows with good days are kept: no room for others */
	const struct db_totals *totals; /* NULL: unchanged */
	int64_t now;
};

#endif
