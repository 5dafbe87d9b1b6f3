/* SPDX-License-Identifier: GPL-2.0-only */
/* What is in the state: blocks, log positions, totals, and what is written in one go. */
#ifndef DB_TYPES_H
#define DB_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/addr.h"
#include "common/log_position.h"
#include "sobig.h"

#define DB_FILE "state.db"

struct db_limits {
	uint64_t size;	  /* bytes at most */
	int64_t history;  /* ms for which blocks are kept that are over */
	int64_t remember; /* and repeat offenders after their last block */
};

struct db_block {
	struct addr_prefix target;
	int64_t since;
	int64_t until;
	uint32_t quiet; /* seconds, as in struct sobig_block */
	bool dry_run;
	unsigned int repeats;
	char reason[SOBIG_REASON_SIZE];
	int64_t lifted;	   /* 0: it was not */
	const char *log;   /* where the line stood that led to it, NULL: a manual block */
	uint64_t serial;   /* of that line */
	int64_t event;	   /* and its time */
	const char *lines; /* the evidence, LF behind each; "" */
};

/* A log's place, and an earlier one, from which on its lines are still of interest. */
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

/* What is written in one go, whole or not at all. */
struct db_batch {
	const struct db_block *blocks;
	size_t blocks_count;
	const struct addr_prefix *lifts; /* after the blocks */
	size_t lifts_count;
	const struct db_log *logs;
	size_t logs_count;
	const char *who;		/* whose totals they are */
	const struct db_totals *totals; /* NULL: as they are */
	int64_t now;
};

#endif
