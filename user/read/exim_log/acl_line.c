// SPDX-License-Identifier: GPL-2.0-only
/* "H=HOST …": what exim's ACLs say of the host that is on the line. */
#include "read/exim_log/acl_line.h"

#include <errno.h>

/* exim quotes this much of a command in a rejection (src/smtp_in.c, smtp_handle_acl_fail). */
#define ACL_LINE_ARGUMENT_MAX 100

/* How often a peer's own text may look like the words that follow it. */
#define ACL_LINE_ATTEMPTS 64

/*
 * Steps over the slots between the host and the sender whose end is plain: the connection's id,
 * what cipher there is, whether the certificate was verified.
 */
static bool acl_line_skip_slots(struct cursor *cursor)
{
	while (cursor_take(cursor, "Ci=") || cursor_take(cursor, "X=") ||
	       cursor_take(cursor, "CV="))
		if (!cursor_seeks(cursor, " ", 1))
			return false;
	return true;
}

/* An ident, a certificate's name, the name asked for: the peer's own words, spaces and all. */
static bool acl_line_starts_own_words(struct cursor at)
{
	return cursor_take(&at, "U=") || cursor_take(&at, "DN=\"") || cursor_take(&at, "SNI=");
}

/* The words of which one begins what is said. */
static bool acl_line_starts_words(struct cursor at)
{
	return cursor_take(&at, "F=<") || cursor_take(&at, "rejected ") ||
	       cursor_take(&at, "temporarily rejected ") || cursor_take(&at, "dropped by ") ||
	       cursor_take(&at, "incomplete transaction (");
}

/*
 * Goes to where the peer's own words may end. No colon and space is passed: such a line is of
 * another kind, and may tell what somebody else said.
 */
static bool acl_line_seek_words(struct cursor *cursor)
{
	do {
		const char *space = memchr(cursor->pos, ' ', cursor_left(cursor));

		if (!space || (space > cursor->pos && space[-1] == ':'))
			return false;
		cursor->pos = space + 1;
	} while (!acl_line_starts_words(*cursor));
	return true;
}

/* An authenticator's name and whoever logged in, in any bytes: "A=plain:user name ". */
static bool acl_line_skip_authenticated(struct cursor *cursor)
{
	static const char temporarily[] = " temporarily";
	const char *at;

	if (!cursor_take(cursor, "A="))
		return true;
	at = memmem(cursor->pos, cursor_left(cursor), " rejected ", 10);
	if (!at)
		return false;
	if ((size_t)(at - cursor->pos) >= sizeof(temporarily) - 1 &&
	    !memcmp(at - (sizeof(temporarily) - 1), temporarily, sizeof(temporarily) - 1))
		return false;
	cursor->pos = at + 1;
	return true;
}

/*
 * Goes to the ACL's text behind a command's argument, which is the client's own and cut after
 * ACL_LINE_ARGUMENT_MAX bytes. From here on it is known who; where the argument ends is a question
 * of class only.
 */
static void acl_line_skip_argument(struct cursor *cursor)
{
	struct cursor at = *cursor;
	const char *colon;

	if (cursor_peek(cursor, 0) == '<') {
		if (fields_take_angled(&at) && at.pos - cursor->pos <= ACL_LINE_ARGUMENT_MAX)
			cursor->pos = at.pos;
		else if (cursor_peek(cursor, ACL_LINE_ARGUMENT_MAX) == ':')
			cursor->pos += ACL_LINE_ARGUMENT_MAX;
	}
	if (cursor_peek(cursor, 0) == ':' && cursor_peek(cursor, 1) == ' ')
		return;
	colon = memmem(cursor->pos, cursor_left(cursor), ": ", 2);
	cursor->pos = colon ? colon : cursor->end;
}

/*
 * How much of an ACL's text is the site's own: exim quotes there a header that it cannot parse,
 * and what a callout's server said, which are others' words.
 */
static size_t acl_line_own_text(const char *text, size_t length)
{
	static const char header[] = "failing address in \"", callout[] = "response to \"";
	const char *at;

	at = memmem(text, length, header, sizeof(header) - 1);
	if (at)
		length = at - text;
	at = memmem(text, length, callout, sizeof(callout) - 1);
	return at ? (size_t)(at - text) : length;
}

/* The class that the ACL's text means, else the one that the place does. */
static void acl_line_classify(struct line *line, enum patterns_phase phase,
			      enum event_class otherwise)
{
	struct exim_log_found *found = &line->found;
	enum event_class class = otherwise;

	found->text = line->cursor.pos;
	found->text_length = cursor_left(&line->cursor);
	found->unmatched = classifier_match(line->exim->classes, phase, found->text,
					    acl_line_own_text(found->text, found->text_length),
					    &class) == -ENOMSG;
	found->event.class = class;
	found->event.marks = classifier_marks(line->exim->classes, found->text, found->text_length);
}

/*
 * src/smtp_in.c, smtp_handle_acl_fail: "rejected after DATA: TEXT", "rejected RCPT <r>: TEXT".
 * "temporarily rejected" is no offence: greylisting says so to everybody.
 */
static bool acl_line_take_rejection(struct line *line)
{
	enum patterns_phase phase = PATTERNS_SESSION;
	enum event_class otherwise = EVENT_POLICY;
	struct cursor *cursor = &line->cursor;
	bool rcpt = false;

	if (cursor_take(cursor, "temporarily rejected ") || !cursor_take(cursor, "rejected "))
		return false;
	if (cursor_take(cursor, "RCPT ")) {
		rcpt = true;
		acl_line_skip_argument(cursor);
	} else if (cursor_take(cursor, "after DATA PRDR") || cursor_take(cursor, "after DATA") ||
		   cursor_take(cursor, "during MIME ACL checks")) {
		phase = PATTERNS_CONTENT;
	} else if (!cursor_take(cursor, "DATA")) {
		if (cursor_take(cursor, "EHLO or HELO "))
			otherwise = EVENT_HELO;
		else if (cursor_take(cursor, "AUTH"))
			otherwise = EVENT_AUTH;
		acl_line_skip_argument(cursor);
	}
	cursor_take(cursor, ": ");
	acl_line_classify(line, phase, otherwise);
	if (rcpt && line->null_sender &&
	    (line->found.event.class == EVENT_POLICY || line->found.event.class == EVENT_RELAY ||
	     line->found.event.class == EVENT_UNKNOWN_USER))
		line->found.event.class = EVENT_BACKSCATTER;
	return true;
}

/*
 * "[F=<s> [A=…] ]rejected …", or what else there is to say. True: an event; what was read is taken
 * in any case.
 */
static bool acl_line_take_words(struct line *line)
{
	struct cursor *cursor = &line->cursor;

	if (cursor_take(cursor, "F=")) {
		struct cursor at = *cursor;

		line->null_sender = cursor_peek(cursor, 1) == '>';
		if (!fields_take_angled(&at))
			return false;
		*cursor = at;
		return cursor_take(cursor, " ") && acl_line_skip_authenticated(cursor) &&
		       acl_line_take_rejection(line);
	}
	if (cursor_take(cursor, "dropped by ")) {
		acl_line_skip_argument(cursor);
		cursor_take(cursor, ": ");
		acl_line_classify(line, PATTERNS_SESSION, EVENT_POLICY);
		return true;
	}
	if (cursor_take(cursor, "incomplete transaction (connection lost)")) {
		line->found.event.class = EVENT_DISCONNECT;
		line->found.main_only = true;
		line_open_pair(line, EXIM_LOG_PAIR_DISCONNECTED, 0);
		return true;
	}
	return acl_line_take_rejection(line);
}

/*
 * Where an ident or a certificate looks like what follows it, all readings tell of the same peer.
 * It shall not choose the mildest.
 */
static bool acl_line_take_worst_words(struct line *line)
{
	struct line worst = *line;
	bool found = false;

	for (int i = 0; i < ACL_LINE_ATTEMPTS && acl_line_seek_words(&line->cursor); i++) {
		line->null_sender = false;
		if (!acl_line_take_words(line))
			continue;
		if (!found || line->found.event.class < worst.found.event.class)
			worst = *line;
		found = true;
	}
	*line = worst;
	return found;
}

bool acl_line_read(struct line *line)
{
	if (!line_take_host(line)) {
		/* A HELO that nobody checked may hold an end of its own, and an address. */
		line->doubtful = memmem(line->cursor.pos, cursor_left(&line->cursor), " rejected ",
					sizeof(" rejected ") - 1) != NULL;
		return false;
	}
	if (!cursor_take(&line->cursor, " ") || !acl_line_skip_slots(&line->cursor))
		return false;
	return acl_line_starts_own_words(line->cursor) ? acl_line_take_worst_words(line)
						       : acl_line_take_words(line);
}
