/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes the state in a separate thread, so that the daemon never waits for a slow or full disk. */
#ifndef WRITER_H
#define WRITER_H

#include "state/db.h"

struct writer;

/*
 * Writes to `folder`, the totals as those of the interface `who`, and retries after a failure. 0 or
 * -ENOMEM. The caller closes *out, which writes the rest, if it can.
 */
int writer_open(const char *folder, const char *who, const struct db_limits *limits,
		struct writer **out);

/* The next writer_post() writes these, in one transaction. */
void writer_block(struct writer *writer, const struct db_block *block);
void writer_unblock(struct writer *writer, const struct addr_prefix *target);

/*
 * Rows of standing that changed, and its clock at the moment of the log positions that are posted
 * next; `anew`: they replace all rows. They are written even if there is no room for blocks.
 */
void writer_standing(struct writer *writer, const struct standing_row *rows, size_t count,
		     const struct standing_clock *clock, bool anew);

/*
 * True if what was posted is not written yet and the disk is slow or full. Posting can wait then,
 * so that what changes often need not be held twice.
 */
bool writer_is_busy(struct writer *writer);

/* How a run began or ended; written as soon as possible, without a writer_post(). */
void writer_run(struct writer *writer, const struct db_run *run);

/* The current log positions, whose names stay owned by the caller; `now` in ms since 1970. */
void writer_post(struct writer *writer, const struct db_log *logs, size_t count,
		 const struct db_totals *totals, int64_t now);

struct writer_state {
	int error;	    /* errno: why nothing can be written now; 0: it can */
	uint64_t lost;	    /* blocks that were not written for lack of room */
	int64_t lost_until; /* the latest end of one of them, ms since 1970; 0: none */
	uint64_t strangers; /* how often standing without a good day did not fit */
	uint64_t bad;	    /* invalid rows when the file was first opened */
	uint64_t damaged;   /* damaged files that were renamed */
	uint64_t gone;	    /* files that another program deleted or replaced */
};

struct writer_state writer_state(struct writer *writer);

/* Accepts NULL. */
void writer_close(struct writer *writer);

#endif
