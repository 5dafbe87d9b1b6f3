// SPDX-License-Identifier: GPL-2.0-only
/* Reads "H=HOST …" lines: rejections by exim's ACLs. */
#include "read/exim_log/acl_line.h"

#include <errno.h>

/* exim quotes this much of a command in a rejection (src/smtp_in.c, smtp_handle_acl_fail). */
#define ACL_LINE_ARGUMENT_MAX 100

/* How many times the keywords are searched for in text of the peer. */
#define ACL_LINE_ATTEMPTS 64

/*
 * Skips the items between host and sender that end at the next space: the connection id, the
 * cipher, whether the certificate was verified.
 */
static bool acl_line_skip_slots(struct cursor *cursor)
{
	while (cursor_take(cursor, "Ci=") || cursor_take(cursor, "X=") ||
	       cursor_take(cursor, "CV="))
		if (!cursor_seeks(cursor, " ", 1))
			return false;
	return true;
}

/* True at an ident, a certificate's DN or the SNI: text of the peer, which can hold spaces. */
static bool acl_line_at_peer_text(struct cursor at)
{
	return cursor_take(&at, "U=") || cursor_take(&at, "DN=\"") || cursor_take(&at, "SNI=");
}

/* True at one of the keywords that follow the items. */
static bool acl_line_at_keyword(struct cursor at)
{
	return cursor_take(&at, "F=<") || cursor_take(&at, "rejected ") ||
	       cursor_take(&at, "temporarily rejected ") || cursor_take(&at, "dropped by ") ||
	       cursor_take(&at, "incomplete transaction (");
}

/*
 * Goes to the next keyword, where the peer's text may end. A line with a colon and a space before
 * it is of another kind and may quote another server.
 */
static bool acl_line_seek_keyword(struct cursor *cursor)
{
	do {
		const char *space = memchr(cursor->pos, ' ', cursor_left(cursor));

		if (!space || (space > cursor->pos && space[-1] == ':'))
			return false;
		cursor->pos = space + 1;
	} while (!acl_line_at_keyword(*cursor));
	return true;
}

/* The authenticator and the user, which can hold any bytes: "A=plain:user name ". */
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
 * Goes to the ACL's text after a command's argument, which is the peer's text, cut after
 * ACL_LINE_ARGUMENT_MAX bytes. The host is known already; where the argument ends decides only the
 * class.
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
 * The length of the part of an ACL's text that the site wrote: after it, exim quotes a header that
 * it cannot parse, or the response of a callout's server.
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

/* Sets the class by the ACL's text, or `otherwise` if no pattern matches. */
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
 * "temporarily rejected" is not an offence: greylisting defers every host.
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
 * Reads "[F=<s> [A=…] ]rejected …" or another keyword and its text. True: an event; the cursor
 * moves in any case.
 */
static bool acl_line_take_outcome(struct line *line)
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
 * Where an ident or a certificate can hold the keywords, each reading names the same peer. The most
 * severe class counts, so that the peer cannot choose the mildest.
 */
static bool acl_line_take_worst_outcome(struct line *line)
{
	struct line worst = *line;
	bool found = false;

	for (int i = 0; i < ACL_LINE_ATTEMPTS && acl_line_seek_keyword(&line->cursor); i++) {
		line->null_sender = false;
		if (!acl_line_take_outcome(line))
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
		/* An unchecked HELO can hold the end of the host slot and an address. */
		line->doubtful = memmem(line->cursor.pos, cursor_left(&line->cursor), " rejected ",
					sizeof(" rejected ") - 1) != NULL;
		return false;
	}
	if (!cursor_take(&line->cursor, " ") || !acl_line_skip_slots(&line->cursor))
		return false;
	return acl_line_at_peer_text(line->cursor) ? acl_line_take_worst_outcome(line)
						   : acl_line_take_outcome(line);
}
