/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes the state in a thread of its own: however slow or full the disk is, nobody waits for it.
 */
#ifndef SCRIBE_H
#define SCRIBE_H

#include "act/store.h"

struct scribe;

/*
 * Writes into `folder` from now on, the totals as those of `who`, and tries again as long as it
 * cannot. 0 or -ENOMEM. The caller closes *out, which writes what is left, if it can.
 */
int scribe_open(const char *folder, const char *who, const struct store_limits *limits,
		struct scribe **out);

/* Each of these is written with the next scribe_post(), all of it or nothing. */
void scribe_block(struct scribe *scribe, const struct store_block *block);
void scribe_lift(struct scribe *scribe, const struct addr_prefix *whom);

/* How far the logs were read by now, whose names stay the caller's; `now` in ms since 1970. */
void scribe_post(struct scribe *scribe, const struct store_log *logs, size_t count,
		 const struct store_totals *totals, int64_t now);

struct scribe_state {
	int error;	    /* errno of why nothing can be written at present; 0: it can */
	uint64_t lost;	    /* blocks for which there was no room, and that are not entered */
	int64_t lost_until; /* until when the last of these runs, ms since 1970; 0: there is none */
	uint64_t bad;	    /* rows that were not valid when the file was first opened */
	uint64_t damaged;   /* files put aside */
	uint64_t gone;	    /* files that somebody took away */
};

struct scribe_state scribe_state(struct scribe *scribe);

/* Accepts NULL. */
void scribe_close(struct scribe *scribe);

#endif
