/* SPDX-License-Identifier: GPL-2.0-only */
/* A place where events come from as they happen: a log that is followed, or a unit's journal. */
#ifndef SOURCE_H
#define SOURCE_H

#include "common/log_position.h"
#include "read/reader.h"

struct source;

/* The line that an event was found in; the text is gone after the call. */
struct source_line {
	const char *text;
	size_t length;
	uint64_t serial; /* its place in the log, growing; 0 of a journal */
	bool old;	 /* it was read by a former reading, and is read again */
};

typedef void source_event(void *context, const struct event *event, const struct source_line *line);

struct source_state {
	int error;	    /* why it cannot be read at present (errno), 0: it can */
	uint64_t position;  /* bytes read of the file in place; 0 of a journal */
	uint64_t lines;	    /* read since it was opened, but for old ones */
	struct skips skips; /* those among `lines`, and overlong ones */
	bool lost;	    /* what a former reading had not read yet is not to be found */
};

/*
 * Follows the file `path`, or the journal of `unit`, from its present end; errors as of
 * follow_open() and journal_open(). `classes` stays the caller's, who closes *out.
 */
int source_open_file(const char *path, struct classifier *classes, bool helo_is_checked,
		     struct source **out);
int source_open_journal(const char *unit, struct classifier *classes, bool helo_is_checked,
			struct source **out);

/*
 * The same from where a former reading had come, and, of a file, from some lines before: those
 * between `from` and `done` are handed over as old ones.
 */
int source_open_file_at(const char *path, struct classifier *classes, bool helo_is_checked,
			const struct log_position *done, const struct log_position *from,
			struct source **out);
int source_open_journal_at(const char *unit, struct classifier *classes, bool helo_is_checked,
			   const struct log_position *done, struct source **out);

/* Where it has come; between two calls of source_read(). */
void source_place(const struct source *source, struct log_position *out);

/* Other patterns from now on; they stay the caller's. */
void source_use(struct source *source, struct classifier *classes);

/* What stands before a unit's name in source_name(). */
#define SOURCE_JOURNAL "journal of "

/* Readable when source_read() has something to do; for poll(2) only. */
int source_fd(const struct source *source);

/*
 * Hands over the events that were written so far; `now` is in seconds since 1970. Call it when
 * source_fd() is readable, and once in a few seconds besides. True: there were many, and there are
 * more; call it again when other things are done.
 */
bool source_read(struct source *source, int64_t now, source_event *event, void *context);

struct source_state source_state(const struct source *source);

/* The file's path, or "journal of UNIT". */
const char *source_name(const struct source *source);

/* Accepts NULL. */
void source_close(struct source *source);

#endif
