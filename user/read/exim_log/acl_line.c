// SPDX-License-Identifier: GPL-2.0-only
/* Reads "H=HOST …" lines: rejections by exim's ACLs, and those by local_scan(). */
#include "read/exim_log/acl_line.h"

#include "read/exim_log/acl_text.h"

/* exim quotes this much of a command in a rejection (src/smtp_in.c, smtp_handle_acl_fail). */
#define ACL_LINE_ARGUMENT_MAX 100

/* How many times the keywords are searched for in text of the peer. */
#define ACL_LINE_ATTEMPTS 64

/* The first byte of an item of acl_line_skip_items(): most lines have none. */
static const bool acl_line_begins_item[256] = {
	['X'] = true, ['C'] = true, ['P'] = true, ['S'] = true,
	['D'] = true, ['T'] = true, ['L'] = true,
};

/* "L. ", whether pipelining was advertised and used. */
static bool acl_line_take_pipelining(struct cursor *cursor)
{
	struct cursor at = *cursor;

	if (!cursor_take(&at, "L"))
		return false;
	while (cursor_take(&at, "*") || cursor_take(&at, ".") || cursor_take(&at, "-"))
		;
	if (!cursor_take(&at, " "))
		return false;
	*cursor = at;
	return true;
}

/*
 * Skips the items after host and sender that hold no text of the peer: the connection id, the
 * protocol, the cipher, whether the certificate was verified, and, from 4.100 on, the results of
 * SPF and DMARC (src/receive.c, add_host_info_for_log).
 */
static bool acl_line_skip_items(struct cursor *cursor)
{
	while (acl_line_begins_item[(unsigned char)cursor_peek(cursor, 0)]) {
		if (cursor_take(cursor, "X=") || cursor_take(cursor, "CV=") ||
		    cursor_take(cursor, "Ci=") || cursor_take(cursor, "P=") ||
		    cursor_take(cursor, "SPF=") || cursor_take(cursor, "DMARC=")) {
			if (!cursor_seeks(cursor, " ", 1))
				return false;
		} else if (!cursor_take(cursor, "SPF ") && !cursor_take(cursor, "DMARC ") &&
			   !cursor_take(cursor, "TFO ") && !cursor_take(cursor, "TFO* ") &&
			   !acl_line_take_pipelining(cursor)) {
			break;
		}
	}
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

/* True at what can follow a certificate's DN. */
static bool acl_line_follows_name(struct cursor at)
{
	return acl_line_at_keyword(at) || cursor_take(&at, "SNI=") || cursor_take(&at, "SPF") ||
	       cursor_take(&at, "DMARC") || cursor_take(&at, "sender verify ") ||
	       cursor_take(&at, "Warning: ");
}

/* Goes to the quote that ends a certificate's DN, which can hold quotes, colons and spaces. */
static void acl_line_skip_name(struct cursor *cursor)
{
	struct cursor at = *cursor;

	if (!cursor_take(&at, "DN=\""))
		return;
	while (cursor_seeks(&at, "\" ", 2))
		if (acl_line_follows_name(at)) {
			cursor->pos = at.pos - 2;
			return;
		}
}

/*
 * Goes to the next keyword, where the peer's text may end. A line with a colon and a space before
 * it, outside of a certificate's DN, is of another kind and may quote another server.
 */
static bool acl_line_seek_keyword(struct cursor *cursor)
{
	do {
		acl_line_skip_name(cursor);
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
	const size_t size = sizeof(temporarily) - 1;
	const char *at;

	if (!cursor_take(cursor, "A="))
		return true;
	at = memmem(cursor->pos, cursor_left(cursor), " rejected ", 10);
	if (!at)
		return false;
	if ((size_t)(at - cursor->pos) >= size && !memcmp(at - size, temporarily, size))
		at -= size;
	cursor->pos = at + 1;
	return true;
}

/* The end of a command's argument, or NULL if the quotes and brackets do not tell. */
static const char *acl_line_argument_end(const struct cursor *cursor)
{
	struct cursor at = *cursor;
	bool angled = cursor_peek(cursor, 0) == '<';
	const char *end;

	if (angled ? !fields_take_angled(&at) : !fields_take_mailbox(&at))
		return NULL;
	end = angled ? at.pos : at.pos - 1;
	if ((!angled && *end != ':') || end - cursor->pos > ACL_LINE_ARGUMENT_MAX)
		return NULL;
	return end;
}

/*
 * Goes to the ACL's text after a command's argument, which is the peer's text, cut after
 * ACL_LINE_ARGUMENT_MAX bytes. The host is known already; where the argument ends decides only the
 * class.
 */
static void acl_line_skip_argument(struct line *line)
{
	struct cursor *cursor = &line->cursor;
	const char *end = acl_line_argument_end(cursor), *colon;

	line->recipient_is_cut = !end && cursor_peek(cursor, ACL_LINE_ARGUMENT_MAX) == ':';
	if (line->recipient_is_cut)
		end = cursor->pos + ACL_LINE_ARGUMENT_MAX;
	if (end) {
		line->recipient = (struct cursor){ .pos = cursor->pos, .end = end };
		cursor->pos = end;
	}
	/* An empty text may have no position. */
	if (!cursor->pos || (cursor_peek(cursor, 0) == ':' && cursor_peek(cursor, 1) == ' '))
		return;
	colon = memmem(cursor->pos, cursor_left(cursor), ": ", 2);
	cursor->pos = colon ? colon : cursor->end;
}

/* Skips the argument of EHLO or HELO, as far as it is the HELO in the host slot. */
static void acl_line_skip_helo(struct line *line)
{
	const struct cursor helo = line_helo(line);
	size_t length = cursor_left(&helo);

	if (length > ACL_LINE_ARGUMENT_MAX)
		length = ACL_LINE_ARGUMENT_MAX;
	if (length)
		cursor_takes(&line->cursor, helo.pos, length);
}

/* The name of a command whose argument exim quotes (src/globals.c, acl_wherenames). */
static void acl_line_skip_command(struct cursor *cursor)
{
	if (!cursor_take(cursor, "MAIL ") && !cursor_take(cursor, "VRFY ") &&
	    !cursor_take(cursor, "EXPN ") && !cursor_take(cursor, "ETRN "))
		cursor_take(cursor, "MAILAUTH ");
}

/*
 * src/smtp_in.c, smtp_handle_acl_fail: "rejected after DATA: TEXT", "rejected RCPT <r>: TEXT".
 * "temporarily rejected" is only an offence by a rate limit: greylisting defers every host.
 */
static bool acl_line_take_rejection(struct line *line)
{
	enum patterns_phase phase = PATTERNS_SESSION;
	enum event_class otherwise = EVENT_POLICY;
	struct cursor *cursor = &line->cursor;
	bool deferred = cursor_take(cursor, "temporarily "), rcpt = false;
	const char *from;

	if (!cursor_take(cursor, "rejected "))
		return false;
	from = cursor->pos;
	if (cursor_take(cursor, "RCPT ")) {
		rcpt = true;
		phase = PATTERNS_RCPT;
		acl_line_skip_argument(line);
	} else if (cursor_take(cursor, "after DATA PRDR") || cursor_take(cursor, "after DATA") ||
		   cursor_take(cursor, "during MIME ACL checks") ||
		   cursor_take(cursor, "by local_scan()")) {
		phase = PATTERNS_CONTENT;
	} else if (!cursor_take(cursor, "DATA")) {
		if (cursor_take(cursor, "EHLO or HELO ")) {
			otherwise = EVENT_HELO;
			acl_line_skip_helo(line);
		} else if (cursor_take(cursor, "AUTH")) {
			otherwise = EVENT_AUTH;
		} else {
			acl_line_skip_command(cursor);
		}
		acl_line_skip_argument(line);
	}
	cursor_take(cursor, ": ");
	if (deferred) {
		acl_text_classify(line, PATTERNS_DEFERRED, true, EVENT_POLICY);
		/* Before the text, which nobody shall read as another line. */
		cursor->pos = from;
		return line->found.event.class == EVENT_RATELIMIT;
	}
	acl_text_classify(line, phase, false, otherwise);
	if (rcpt && line->null_sender &&
	    (line->found.event.class == EVENT_POLICY || line->found.event.class == EVENT_RELAY ||
	     line->found.event.class == EVENT_UNKNOWN_USER))
		line->found.event.class = EVENT_BACKSCATTER;
	return true;
}

/* "RCPT <r>: discarded by RCPT ACL: TEXT" (src/smtp_in.c): an offence if the text says why. */
static bool acl_line_take_discard(struct line *line)
{
	struct cursor *cursor = &line->cursor, at = *cursor;
	const char *from = cursor->pos;

	if (!cursor_take(cursor, "RCPT "))
		return false;
	at.pos = cursor->pos;
	if (fields_take_angled(&at)) {
		line->recipient = (struct cursor){ .pos = cursor->pos, .end = at.pos };
		cursor->pos = at.pos;
	}
	if (!cursor_seeks(cursor, ": discarded by ", 15) ||
	    (!cursor_take(cursor, "RCPT ACL: ") && !cursor_take(cursor, "MAIL ACL: "))) {
		cursor->pos = from;
		return false;
	}
	acl_text_classify(line, PATTERNS_SESSION, true, EVENT_POLICY);
	cursor->pos = from;
	return !line->found.unmatched;
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
		line->sender = (struct cursor){ .pos = cursor->pos, .end = at.pos };
		*cursor = at;
		return cursor_take(cursor, " ") && acl_line_skip_authenticated(cursor) &&
		       acl_line_skip_items(cursor) &&
		       (acl_line_take_discard(line) || acl_line_take_rejection(line));
	}
	if (cursor_take(cursor, "dropped by ")) {
		acl_line_skip_argument(line);
		cursor_take(cursor, ": ");
		acl_text_classify(line, PATTERNS_SESSION, false, EVENT_POLICY);
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
	if (!cursor_take(&line->cursor, " ") || !acl_line_skip_items(&line->cursor))
		return false;
	return acl_line_at_peer_text(line->cursor) ? acl_line_take_worst_outcome(line)
						   : acl_line_take_outcome(line);
}

bool acl_line_read_local_scan(struct line *line)
{
	struct cursor *cursor = &line->cursor;

	line->sender.pos = cursor->pos;
	if (!line->has_message_id || !fields_take_mailbox(cursor))
		return false;
	line->sender.end = cursor->pos;
	line->null_sender = cursor_left(&line->sender) == 2;
	if (!cursor_take(cursor, " "))
		return false;
	cursor_take(cursor, "DS ");
	if (!cursor_take(cursor, "H=") || !line_take_host(line) || !cursor_take(cursor, " ") ||
	    !acl_line_skip_items(cursor))
		return false;
	if (acl_line_at_peer_text(*cursor))
		return acl_line_take_worst_outcome(line);
	return acl_line_skip_authenticated(cursor) && acl_line_skip_items(cursor) &&
	       acl_line_take_rejection(line);
}
