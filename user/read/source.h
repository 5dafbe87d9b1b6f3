/* SPDX-License-Identifier: GPL-2.0-only */
/* A live source of events: a log file that is followed, or the journal of a systemd unit. */
#ifndef SOURCE_H
#define SOURCE_H

#include "common/log_position.h"
#include "read/reader.h"

struct source;

/* The line that holds the event; the text is valid during the call only. */
struct source_line {
	const char *text;
	size_t length;
	uint64_t serial; /* its position in the log, ascending; 0 for a journal */
	bool old;	 /* it was read before the restart and is read again */
};

typedef void source_event(void *context, const struct event *event, const struct source_line *line);

struct source_state {
	int error;	    /* why it cannot be read now (errno); 0: it can */
	uint64_t position;  /* bytes read from the current file; 0 for a journal */
	uint64_t lines;	    /* lines read since it was opened, except old ones */
	struct skips skips; /* skipped lines among `lines`, and overlong ones */
	bool lost;	    /* lines not read before the restart were not found */
};

/*
 * Follows the file `path`, or the journal of `unit`, from its current end; errors as for
 * follow_open() and journal_open(). The caller owns `classes` and closes *out.
 */
int source_open_file(const char *path, struct classifier *classes, bool helo_is_checked,
		     struct source **out);
int source_open_journal(const char *unit, struct classifier *classes, bool helo_is_checked,
			struct source **out);

/*
 * The same, from the position `done` where an earlier run stopped. A file is read from the earlier
 * position `from`; lines between `from` and `done` are reported as old.
 */
int source_open_file_at(const char *path, struct classifier *classes, bool helo_is_checked,
			const struct log_position *done, const struct log_position *from,
			struct source **out);
int source_open_journal_at(const char *unit, struct classifier *classes, bool helo_is_checked,
			   const struct log_position *done, struct source **out);

/* The current position; call it between two calls of source_read(). */
void source_position(const struct source *source, struct log_position *out);

/* Replaces the patterns; the caller owns them. */
void source_set_classifier(struct source *source, struct classifier *classes);

/* True: exim may take the address of any peer from a proxy, so no line is an event. */
void source_set_proxied(struct source *source, bool proxied);

/* Precedes the unit's name in source_name(). */
#define SOURCE_JOURNAL "journal of "

/* Readable when source_read() has something to do; for poll(2) only. */
int source_fd(const struct source *source);

/*
 * Reports the events written so far; `now` is in seconds since 1970. Call it when source_fd() is
 * readable, and also every few seconds. Returns true if the budget of one call is used up and more
 * is left: call it again after other work.
 */
bool source_read(struct source *source, int64_t now, source_event *event, void *context);

struct source_state source_state(const struct source *source);

/* The file's path, or "journal of UNIT". */
const char *source_name(const struct source *source);

/* Accepts NULL. */
void source_close(struct source *source);

#endif
