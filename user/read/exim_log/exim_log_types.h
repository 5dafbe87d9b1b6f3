/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of exim_log/ share: the reading of one log, and what one line says by itself. */
#ifndef EXIM_LOG_TYPES_H
#define EXIM_LOG_TYPES_H

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

#endif
