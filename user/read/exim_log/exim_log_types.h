/* SPDX-License-Identifier: GPL-2.0-only */
/* Types shared by exim_log/: the state of reading one log, and the result of one line. */
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
 * exim writes a line through a buffer of 8192 bytes (src/log.c, LOG_BUFFER_SIZE), including an LF
 * and a NUL. Up to 4.97, exim replaces a line that does not fit by a message; from 4.98 on, it
 * replaces the end of the line, which may be where the host is.
 */
#define EXIM_LOG_LINE_MAX 8190

/*
 * Some events take two or three lines, written at once; log_selector can leave out the earlier or
 * the later ones.
 */
enum exim_log_pair {
	EXIM_LOG_PAIR_NONE,
	EXIM_LOG_PAIR_ERROR,	    /* a missing HELO, and the protocol error for it */
	EXIM_LOG_PAIR_CALL,	    /* the last error, and the end of the call */
	EXIM_LOG_PAIR_DISCONNECTED, /* an incomplete transaction, and the lost connection */
	EXIM_LOG_PAIR_NO_MAIL,	    /* any event, and "no MAIL in SMTP connection" */
};

/* The result of one line, regardless of the lines before. */
struct exim_log_found {
	struct event event;

	/* The pair that the line opens or closes, and the command that both lines name, or 0. */
	enum exim_log_pair opens, closes;
	uint32_t opens_command, closes_command;

	/* For a rejection: the ACL's text, inside the line; and whether no pattern matched. */
	const char *text;
	size_t text_length;
	bool unmatched;

	bool main_only; /* exim writes it to the main log, not to the reject log */
};

struct exim_log {
	/*
	 * Set if exim is known to refuse a HELO with characters that a host name cannot hold (its
	 * default). If it may accept anything (helo_accept_junk_hosts), a HELO can end the host
	 * slot early and add another address; an ambiguous line is then not an offence.
	 */
	bool helo_is_checked;

	/*
	 * Set while a line without its LF is read, whose end may be missing: a line whose host
	 * depends on the end is then ambiguous.
	 */
	bool is_unterminated;

	/*
	 * Set if exim may take the address of any peer from a proxy (hosts_proxy, hosts_xclient).
	 * No rejection says so: no line is then an event.
	 */
	bool proxied;

	bool wants_arrivals; /* false: arrivals are not events */

	struct classifier *classes; /* owned by the caller */
	struct timestamp timestamp;
	struct pairing pairs;
	struct skips skips;
};

#endif
