/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes the state in a separate thread, so that the daemon never waits for a slow or full disk. */
#ifndef WRITER_H
#define WRITER_H

#include "state/db.h"

struct writer;

/*
 * Writes into `folder` from now on, the totals as those of `who`, and tries again as long as it
 * cannot. 0 or -ENOMEM. The caller closes *out, which writes what is left, if it can.
 */
int writer_open(const char *folder, const char *who, const struct db_limits *limits,
		struct writer **out);

/* Each of these is written with the next writer_post(), all of it or nothing. */
void writer_block(struct writer *writer, const struct db_block *block);
void writer_lift(struct writer *writer, const struct addr_prefix *target);

/* How far the logs were read by now, whose names stay the caller's; `now` in ms since 1970. */
void writer_post(struct writer *writer, const struct db_log *logs, size_t count,
		 const struct db_totals *totals, int64_t now);

struct writer_state {
	int error;	    /* errno of why nothing can be written at present; 0: it can */
	uint64_t lost;	    /* blocks for which there was no room, and that are not entered */
	int64_t lost_until; /* until when the last of these runs, ms since 1970; 0: there is none */
	uint64_t bad;	    /* rows that were not valid when the file was first opened */
	uint64_t damaged;   /* files put aside */
	uint64_t gone;	    /* files that somebody took away */
};

struct writer_state writer_state(struct writer *writer);

/* Accepts NULL. */
void writer_close(struct writer *writer);

#endif
