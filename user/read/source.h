/* SPDX-License-Identifier: GPL-2.0-only */
/* A place where events come from as they happen: a log that is followed, or a unit's journal. */
#ifndef SOURCE_H
#define SOURCE_H

#include "read/reader.h"

struct source;

typedef void source_event(void *context, const struct event *event);

struct source_state {
	int error;	   /* why it cannot be read at present (errno), 0: it can */
	uint64_t position; /* bytes read of the file in place; 0 of a journal */
	uint64_t lines;	   /* read since it was opened */
	uint64_t skipped;  /* lines too long to be anybody's, and pieces of records */
};

/*
 * Follows the file `path`, or the journal of `unit`, from its present end; errors as of
 * follow_open() and journal_open(). `classes` stays the caller's, who closes *out.
 */
int source_open_file(const char *path, struct classes *classes, bool helo_is_checked,
		     struct source **out);
int source_open_journal(const char *unit, struct classes *classes, bool helo_is_checked,
			struct source **out);

/* Readable when source_read() has something to do; for poll(2) only. */
int source_fd(const struct source *source);

/*
 * Hands over all events that were written so far; `now` is in seconds since 1970. Call it when
 * source_fd() is readable, and once in a few seconds besides.
 */
void source_read(struct source *source, int64_t now, source_event *event, void *context);

struct source_state source_state(const struct source *source);

/* The file's path, or "journal of UNIT". */
const char *source_name(const struct source *source);

/* Accepts NULL. */
void source_close(struct source *source);

#endif
