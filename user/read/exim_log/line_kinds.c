// SPDX-License-Identifier: GPL-2.0-only
/* Reads the lines that exim writes about peers without an ACL: HELO, AUTH, errors; and arrivals. */
#include "read/exim_log/line_kinds.h"

#include "read/exim_log/acl_line.h"

static bool line_kinds_is_word(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '_' || c == '-' || c == '.' || c == '/';
}

/* "<= s R=id H=HOST P=esmtp …"; mail from a local user has no host. */
static bool line_kinds_read_arrival(struct line *line)
{
	struct cursor *cursor = &line->cursor;
	const char *subject;

	if (!line->exim->wants_arrivals || !line->has_message_id || !fields_take_mailbox(cursor) ||
	    !cursor_take(cursor, " "))
		return false;
	if (cursor_take(cursor, "R=") &&
	    (!fields_take_mailbox(cursor) || !cursor_take(cursor, " ")))
		return false;
	cursor_take(cursor, "DS ");
	line->found.main_only = true;
	line->found.event.class = EVENT_ARRIVAL;
	if (!cursor_take(cursor, "H=") || !line_take_host(line))
		return false;
	/* exim writes the subject, which is not the peer's but the author's, behind it. */
	subject = memmem(cursor->pos, cursor_left(cursor), " T=\"", 4);
	/* By a proxy, whose packets these were. A peer that writes this itself loses its standing.
	 */
	return !memmem(cursor->pos, subject ? (size_t)(subject - cursor->pos) : cursor_left(cursor),
		       " PRX=", 5);
}

/* "Ci=… from ", the connection's id by the selector `connection_id`, from 4.98 on. */
static bool line_kinds_skip_connection(struct line *line)
{
	if (cursor_take(&line->cursor, "Ci=") && !line_seek(line, " "))
		return false;
	return cursor_take(&line->cursor, "from ");
}

/* "TFO* ", for a connection that began with TCP Fast Open. */
static void line_kinds_skip_fast_open(struct line *line)
{
	if (!cursor_take(&line->cursor, "TFO* "))
		cursor_take(&line->cursor, "TFO ");
}

/* "SMTP syntax error in "CMD" H=HOST …": the command, not escaped before 4.99, comes first. */
static bool line_kinds_read_error(struct line *line)
{
	uint32_t command = line_command(&line->cursor);

	line->found.main_only = true;
	line->found.event.class = EVENT_PROTOCOL;
	if (!line_find_host(line))
		return false;
	line_open_pair(line, EXIM_LOG_PAIR_CALL, command);
	line_close_pair(line, EXIM_LOG_PAIR_ERROR, command);
	return true;
}

/* "SMTP protocol synchronization error (…): rejected [connection from|"CMD"] H=HOST …" */
static bool line_kinds_read_synchronization(struct line *line)
{
	line->found.event.class = EVENT_PROTOCOL;
	if (!line_seek(line, "): rejected "))
		return false;
	if (cursor_take(&line->cursor, "connection from H="))
		return line_take_host(line);
	return line_find_host(line);
}

/* "SMTP call from HOST dropped: too many …" follows the last error. */
static bool line_kinds_read_call(struct line *line)
{
	line->found.event.class = EVENT_PROTOCOL;
	if (!line_take_host(line) || !line_seek(line, " dropped: too many "))
		return false;
	if (line_seek(line, " was \""))
		line_close_pair(line, EXIM_LOG_PAIR_CALL, line_command(&line->cursor));
	return true;
}

/* "TLS error on connection from HOST (where): why" */
static bool line_kinds_read_tls(struct line *line)
{
	struct cursor *cursor = &line->cursor;

	line->found.main_only = true;
	line->found.event.class = EVENT_TLS;
	if (line->has_message_id || !line_kinds_skip_connection(line) || !line_take_host(line))
		return false;
	/* "recv" (the client closed without notice) and the site's own set-up are not offences. */
	return cursor_take(cursor, " (gnutls_handshake)") || cursor_take(cursor, " (SSL_accept)") ||
	       cursor_take(cursor, " SSL_accept: ") ||
	       cursor_take(cursor, " (certificate verification failed)");
}

/* "no MAIL in SMTP connection from HOST D=…", written at the end of any such connection. */
static bool line_kinds_read_no_mail(struct line *line)
{
	line_kinds_skip_fast_open(line);
	line->found.main_only = true;
	line->found.event.class = EVENT_DISCONNECT;
	line_close_pair(line, EXIM_LOG_PAIR_NO_MAIL, 0);
	return cursor_take(&line->cursor, "SMTP connection from ") && line_take_host(line);
}

static bool line_kinds_read_disconnection(struct line *line)
{
	line_kinds_skip_fast_open(line);
	line->found.main_only = true;
	line->found.event.class = EVENT_DISCONNECT;
	line_close_pair(line, EXIM_LOG_PAIR_DISCONNECTED, 0);
	return line_take_host(line);
}

static bool line_kinds_read_timeout(struct line *line)
{
	line->found.main_only = true;
	line->found.event.class = EVENT_DISCONNECT;
	return line_take_host(line);
}

/*
 * "SMTP connection from HOST lost while reading message data (…)" (src/receive.c), or, without a
 * transaction, "SMTP connection from HOST lost[ (error: …)] D=…".
 */
static bool line_kinds_read_lost(struct line *line)
{
	struct cursor *cursor = &line->cursor;

	line->found.main_only = true;
	line->found.event.class = EVENT_DISCONNECT;
	/* Lines about connections that ended well are far more frequent. */
	if (!memmem(cursor->pos, cursor_left(cursor), " lost", 5) ||
	    !line_kinds_skip_connection(line) || !line_take_host(line) || !cursor_take(cursor, " "))
		return false;
	line_kinds_skip_fast_open(line);
	if (!cursor_take(cursor, "lost"))
		return line_seek(line, " lost while reading message data");
	return !cursor_left(cursor) || cursor_take(cursor, " D=") ||
	       cursor_take(cursor, " (error: ") ||
	       cursor_take(cursor, " while reading message data");
}

/*
 * "rejected from <s> H=HOST[ U=ident]: Non-CRLF-terminated header, under CHUNKING: …"
 * (src/receive.c). A message that is too big begins the same way and is not an offence.
 */
static bool line_kinds_read_chunking(struct line *line)
{
	static const char words[] = ": Non-CRLF-terminated header, under CHUNKING";
	struct cursor *cursor = &line->cursor;

	line->found.event.class = EVENT_PROTOCOL;
	if (!fields_take_angled(cursor) || !cursor_take(cursor, " H=") || !line_take_host(line))
		return false;
	return cursor_takes(cursor, words, sizeof(words) - 1) ||
	       (cursor_take(cursor, " U=") && line_seek(line, words));
}

/* "refused connection from HOST (host_reject_connection)" */
static bool line_kinds_read_refused(struct line *line)
{
	line->found.event.class = EVENT_POLICY;
	return line_take_host(line) && line_seek(line, " (host_reject_connection)");
}

/* "connection from HOST refused (IP options)" */
static bool line_kinds_read_options(struct line *line)
{
	line->found.event.class = EVENT_PROTOCOL;
	return line_take_host(line) && line_seek(line, " refused (IP options)");
}

/*
 * "Connection from [ip]:port refused: too many connections from that IP address" (src/daemon.c).
 * Without the last words, the limit on all connections is reached, which is not an offence of this
 * host.
 */
static bool line_kinds_read_too_many(struct line *line)
{
	line->found.main_only = true;
	line->found.event.class = EVENT_FLOOD;
	return line_take_host(line) &&
	       cursor_take(&line->cursor, " refused: too many connections from that IP address");
}

/* "no host name found for IP address 192.0.2.1" */
static bool line_kinds_read_no_name(struct line *line)
{
	struct cursor *cursor = &line->cursor;

	line->found.main_only = true;
	line->found.event.class = EVENT_RDNS;
	/* An address may be cut. */
	line->doubtful = line->hostless = line->exim->is_unterminated;
	return !line->exim->is_unterminated &&
	       !addr_parse(cursor->pos, cursor_left(cursor), &line->found.event.peer);
}

/* "rejected EHLO from HOST: syntactically invalid argument(s): x" */
static bool line_kinds_read_greeting(struct line *line, uint32_t command)
{
	line->found.event.class = EVENT_HELO;
	if (!line_take_host(line) || !line_seek(line, ": syntactically invalid argument(s): "))
		return false;
	line_open_pair(line, EXIM_LOG_PAIR_CALL, command);
	return true;
}

static bool line_kinds_read_ehlo(struct line *line)
{
	return line_kinds_read_greeting(line, LINE_EHLO);
}

static bool line_kinds_read_helo(struct line *line)
{
	return line_kinds_read_greeting(line, LINE_HELO);
}

/*
 * "rejected "EHLO x" from HOST", by helo_verify_hosts. An unchecked HELO can hold a quote; the host
 * must end the line.
 */
static bool line_kinds_read_verified_helo(struct line *line)
{
	struct cursor *cursor = &line->cursor;

	line->found.event.class = EVENT_HELO;
	if (!line_seek(line, "\" from ") || !line_take_host(line))
		return false;
	if (line->exim->helo_is_checked)
		return true;
	line->doubtful = line->hostless = line->exim->is_unterminated;
	if (line->hostless)
		return false;
	if (cursor_take(cursor, " Ci="))
		cursor_take_while(cursor, line_kinds_is_word);
	return !cursor_left(cursor);
}

/* "rejected MAIL from HOST: no HELO/EHLO given" */
static bool line_kinds_read_no_helo(struct line *line)
{
	line->found.event.class = EVENT_HELO;
	if (!line_take_host(line) || !line_seek(line, ": no HELO/EHLO given"))
		return false;
	line_open_pair(line, EXIM_LOG_PAIR_ERROR, LINE_MAIL);
	return true;
}

/* "unqualified sender rejected: <s> H=HOST …": `<s>` is text of the peer. */
static bool line_kinds_read_unqualified(struct line *line)
{
	line->found.event.class = EVENT_PROTOCOL;
	return line_find_host(line);
}

/* "too many recipients: message rejected: sender=<s> H=HOST" */
static bool line_kinds_read_recipients(struct line *line)
{
	line->found.event.class = EVENT_RATELIMIT;
	return line_find_host(line);
}

/* "VRFY failed for ARGUMENT H=HOST": a local user's line looks like a peer's with an ident. */
static bool line_kinds_read_vrfy(struct line *line)
{
	struct cursor *cursor = &line->cursor;

	line->found.main_only = true;
	line->found.event.class = EVENT_UNKNOWN_USER;
	return !memmem(cursor->pos, cursor_left(cursor), " U=", 3) && line_find_host(line);
}

/*
 * "NAME authenticator failed for [H=]HOST: 535 …" ("H=" from 4.99 on). If exim is the client, the
 * line has "failed H=", and the host is the server that it called. 435 is a temporary failure of
 * the site itself.
 */
static bool line_kinds_read_login(struct line *line)
{
	struct cursor *cursor = &line->cursor;

	line->found.event.class = EVENT_AUTH;
	if (line->has_message_id || !cursor_take_while(cursor, line_kinds_is_word) ||
	    !cursor_take(cursor, " authenticator failed for "))
		return false;
	cursor_take(cursor, "H=");
	if (!line_take_host(line))
		return false;
	/* An ident can hold anything, but it belongs to this peer. */
	if (!cursor_take(cursor, ": "))
		return line_seek(line, ": 535 ");
	return cursor_peek(cursor, 0) == '5' &&
	       !cursor_take(cursor, "501 Authentication cancelled");
}

/* Replaces a whole line, up to 4.97. */
static bool line_kinds_read_overflow(struct line *line)
{
	line->exim->skips.of[SKIP_OVERFLOWED]++;
	return false;
}

#define KIND(words, read)                       \
	do {                                    \
		if (cursor_take(cursor, words)) \
			return read;            \
	} while (0)

/* Most lines are deliveries, whose H= is a destination: "=>", "->", "**", "==", "Completed". */
line_reader *line_kinds_find(struct cursor *cursor)
{
	switch (cursor_peek(cursor, 0)) {
	case '=':
	case '-':
		return NULL;
	case '*':
		KIND(LINE_OVERFLOW " overflowed log buffer ****", line_kinds_read_overflow);
		return NULL;
	case 'H':
		KIND("H=", acl_line_read);
		break;
	case 'F':
		KIND("F=", acl_line_read_local_scan);
		break;
	case 'C':
		KIND("Completed", NULL);
		KIND("Connection from ", line_kinds_read_too_many);
		break;
	case '<':
		KIND("<= ", line_kinds_read_arrival);
		break;
	case ' ':
		KIND(" DSH=", acl_line_read); /* a name that DNSSEC validated */
		break;
	case 'S':
		KIND("SMTP call from ", line_kinds_read_call);
		KIND("SMTP syntax error in \"", line_kinds_read_error);
		KIND("SMTP protocol error in \"", line_kinds_read_error);
		KIND("SMTP protocol synchronization error (", line_kinds_read_synchronization);
		KIND("SMTP command timeout on connection from ", line_kinds_read_timeout);
		KIND("SMTP command timeout on TLS connection from ", line_kinds_read_timeout);
		KIND("SMTP data timeout (message abandoned) on connection from ",
		     line_kinds_read_timeout);
		KIND("SMTP connection ", line_kinds_read_lost);
		break;
	case 'u':
		KIND("unexpected disconnection while reading SMTP command from ",
		     line_kinds_read_disconnection);
		KIND("unqualified sender rejected: <", line_kinds_read_unqualified);
		KIND("unqualified recipient rejected: <", line_kinds_read_unqualified);
		break;
	case 'n':
		KIND("no host name found for IP address ", line_kinds_read_no_name);
		KIND("no MAIL in ", line_kinds_read_no_mail);
		break;
	case 'T':
		KIND("TLS error on connection ", line_kinds_read_tls);
		break;
	case 'r':
		KIND("rejected EHLO from ", line_kinds_read_ehlo);
		KIND("rejected HELO from ", line_kinds_read_helo);
		KIND("rejected \"EHLO ", line_kinds_read_verified_helo);
		KIND("rejected \"HELO ", line_kinds_read_verified_helo);
		KIND("rejected MAIL from ", line_kinds_read_no_helo);
		KIND("rejected from ", line_kinds_read_chunking);
		KIND("refused connection from ", line_kinds_read_refused);
		break;
	case 'c':
		KIND("connection from ", line_kinds_read_options);
		break;
	case 't':
		KIND("too many recipients: message rejected: ", line_kinds_read_recipients);
		break;
	case 'V':
		KIND("VRFY failed for ", line_kinds_read_vrfy);
		break;
	}
	return line_kinds_read_login;
}
