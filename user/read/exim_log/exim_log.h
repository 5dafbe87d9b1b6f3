/* SPDX-License-Identifier: GPL-2.0-only */
/* One line of exim's main log to one event, by exim's own grammar and not by its looks. */
#ifndef EXIM_LOG_H
#define EXIM_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/event.h"
#include "read/exim_log/classifier.h"
#include "read/exim_log/pairing.h"
#include "read/exim_log/timestamp.h"
#include "read/skip.h"

/*
 * exim writes a line through a buffer of 8192 bytes (src/log.c, LOG_BUFFER_SIZE), of which an LF
 * and a NUL take two. A line that does not fit is, up to 4.97, replaced by words that say so; from
 * 4.98 on, its end is, and with it maybe the host.
 */
#define EXIM_LOG_LINE_MAX 8190

/*
 * Some things take two lines or three, of which the later may be left out by a selector, or the
 * earlier; they are written in one go.
 */
enum exim_log_pair {
	EXIM_LOG_PAIR_NONE,
	EXIM_LOG_PAIR_ERROR,	    /* a greeting that is missed, and the error that it is */
	EXIM_LOG_PAIR_CALL,	    /* an error, and the end of the call that it is the last of */
	EXIM_LOG_PAIR_DISCONNECTED, /* a transaction cut off, and the connection with it */
	EXIM_LOG_PAIR_NO_MAIL,	    /* whatever it was, and that there was no mail besides */
};

/* What a line says by itself. */
struct exim_log_found {
	struct event event;

	/* The first of a pair, and the second; and the command that both its lines name, or 0. */
	enum exim_log_pair opens, closes;
	uint32_t opens_command, closes_command;

	/* Of a rejection: the ACL's text, in the line, and whether no pattern fitted it. */
	const char *text;
	size_t text_length;
	bool unmatched;

	bool main_only; /* exim writes it for the main log, and not for the reject log */
};

struct exim_log {
	/*
	 * Set where it is known that exim refuses a HELO with characters that no host name
	 * holds (its default). Where it may take anything (helo_accept_junk_hosts), a HELO can
	 * end the host slot early and bring another address; a line that can be read in two
	 * ways is then no offence.
	 */
	bool helo_is_checked;

	bool wants_arrivals; /* without, a line that is one is no event */

	struct classifier *classes; /* the caller's */
	struct timestamp timestamp;
	struct pairing pairs;
	struct skips skips;
};

/* The zone is the process's (TZ). Call again after a change of TZ. */
void exim_log_init(struct exim_log *exim, struct classifier *classes);

/*
 * Reads the `length` bytes at `line`, without the line's LF. 0: they are an event, *out tells
 * which; -ENOMSG: they are none, or not beyond doubt.
 */
int exim_log_read(struct exim_log *exim, const char *line, size_t length,
		  struct exim_log_found *out);

/* The same of what stands behind the stamp, where syslog's is the only one. `time` as in event. */
int exim_log_read_text(struct exim_log *exim, int64_t time, const char *text, size_t length,
		       struct exim_log_found *out);

/*
 * Counts a line of which `text` is only the beginning, with or without exim's stamp, unless it
 * tells of an arrival or a delivery.
 */
void exim_log_skip_cut(struct exim_log *exim, const char *text, size_t length);

/*
 * Takes what was found in the lines of one log, in their order: true if it is an event of its own,
 * false if the one before told of it already.
 */
bool exim_log_settle(struct exim_log *exim, const struct exim_log_found *found);

#endif
