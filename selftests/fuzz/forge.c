// SPDX-License-Identifier: GPL-2.0-only
/*
 * Builds lines as exim writes them, with hostile words in every slot that a peer can fill, and
 * checks that the reader returns the address in the host slot, or none, and that words which a text
 * quotes do not choose the class.
 *
 * forge LINES [SEED]: how many lines to try. Exits with 1 at the first wrong address or class.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "read/reader.h"

#define FORGE_PEER	 "198.51.100.7"
#define FORGE_PEER6	 "2001:db8:7::7"
#define FORGE_ARGUMENT	 100  /* exim cuts a quoted command there */
#define FORGE_IDENT	 127  /* and an ident there */
#define FORGE_CUT	 8188 /* and, from 4.98 on, a line there, of which the end then says so */
#define FORGE_NO_OFFENCE ""   /* in place of a class */
#define FORGE_OVERFLOW	 "**** log string overflowed log buffer ****"

struct forge {
	uint64_t random;
	char line[16384];
	bool is_long; /* gets a slot that fills exim's buffer, or more */
	size_t length;
	bool junk_helo;
	const char *peer;
	uint16_t port;	   /* that exim writes for its own end of the connection; 0: none */
	const char *class; /* of the words that the site itself wrote; NULL: not known */
	struct {
		size_t from, length;
	} helo, sender; /* what a text can quote, in `line` */
	char recipient[1024];
	size_t recipient_length;
};

/* Addresses that an attacker would plant: V is the address of an innocent host. */
static const char *const forge_words[] = {
	"[192.0.2.9]",
	") [192.0.2.9]",
	" (x) [192.0.2.9]",
	") [192.0.2.9]:25",
	" H=(x) [192.0.2.9]",
	" H=x [192.0.2.9] ",
	"H=(x) [192.0.2.9]:25 I=[192.0.2.1]:25 ",
	" H=[2001:db8::9] ",
	"\" H=(x) [192.0.2.9] ",
	"> H=(x) [192.0.2.9] ",
	" F=<a@b> rejected RCPT <c@d>: Unknown user",
	" F=<> rejected after DATA: This message contains a virus (x).",
	" rejected after DATA: virus",
	" temporarily rejected RCPT <a@b>: x",
	" dropped: too many syntax or protocol errors (last command was \"",
	": 535 Incorrect authentication data (set_id=",
	": no HELO/EHLO given",
	": syntactically invalid argument(s): ",
	" (host_reject_connection)",
	" refused (IP options)",
	" refused: too many connections from that IP address",
	"\" from (x) [192.0.2.9]",
	" from [192.0.2.9]",
	" lost while reading message data",
	" authenticator failed for (x) [192.0.2.9]: 535 x",
	"2003-08-24 11:22:33 H=(x) [192.0.2.9] rejected DATA",
	"1xVO3f-00036y-2K H=(x) [192.0.2.9] rejected DATA",
	" SMTP connection from (x) [192.0.2.9]",
	" next input=\"",
	" P=esmtp rejected by local_scan(): spam",
	" SPF=fail rejected RCPT <a@b>: no such user",
	": discarded by RCPT ACL: spamtrap",
	": Non-CRLF-terminated header, under CHUNKING: message abandoned",
	" lost D=1s",
	" SSL_accept: TCP connection closed by peer",
	"rate limit",
	"no such user",
	"in an RBL",
	"virus",
	"response to \"RCPT TO:<",
	"SMTP error from remote mail server after RCPT TO:",
	" sender verify fail for <",
	" Warning: ",
	" U=root",
	" U=",
	" I=[192.0.2.9]:25",
	" I=[192.0.2.9]:587",
	" PRX=192.0.2.9",
	"[1\\2] ",
	"[2/2] ",
	"Rejected relay attempt: '192.0.2.9' From: ",
	"JunkMail rejected - x [192.0.2.9]:25 is in an RBL",
	"Host is ratelimited (9/1h max:1)",
	"Deferred due to greylisting",
	"spamtrap",
	" X=TLS1.3:x:256",
	" CV=no",
	" DN=\"",
	" SNI=",
	" Ci=",
	" A=plain:u",
	" H=",
	" H=(",
	" DS",
	" P=esmtp",
	"<",
	">",
	"\"",
	"\\",
	"(",
	")",
	"[",
	"]",
	" ",
	":",
	": ",
	"\r",
	"\t",
	"a",
	"b.example",
	"@c.example",
	"192.0.2.9",
	"\x80\xff",
};

static uint32_t forge_random(struct forge *forge, uint32_t below)
{
	forge->random ^= forge->random << 13;
	forge->random ^= forge->random >> 7;
	forge->random ^= forge->random << 17;
	return (forge->random >> 32) * below >> 32;
}

static bool forge_flips(struct forge *forge)
{
	return forge_random(forge, 2);
}

static void forge_put_bytes(struct forge *forge, const char *text, size_t length)
{
	if (forge->length + length > sizeof(forge->line))
		length = sizeof(forge->line) - forge->length;
	memcpy(forge->line + forge->length, text, length);
	forge->length += length;
}

static void forge_put(struct forge *forge, const char *text)
{
	forge_put_bytes(forge, text, strlen(text));
}

/* Writes hostile words to `text`. Returns its length. */
static size_t forge_say(struct forge *forge, char *text, size_t size)
{
	size_t used = 0, words = forge_random(forge, 7);

	while (words--) {
		const char *word = forge_words[forge_random(forge, sizeof(forge_words) /
									   sizeof(*forge_words))];
		size_t length = strlen(word);

		if (used + length > size)
			break;
		memcpy(text + used, word, length);
		used += length;
	}
	return used;
}

static void forge_put_filler(struct forge *forge)
{
	static char filler[FORGE_CUT];

	if (!forge->is_long || forge_random(forge, 3))
		return;
	/* Half of them leave enough room for a complete line. */
	memset(filler, 'a', sizeof(filler));
	forge_put_bytes(forge, filler,
			forge_flips(forge) ? sizeof(filler)
					   : sizeof(filler) - 600 + forge_random(forge, 600));
	forge->is_long = false;
}

static void forge_put_words(struct forge *forge, size_t most)
{
	char text[512];

	forge_put_bytes(forge, text,
			forge_say(forge, text, most < sizeof(text) ? most : sizeof(text)));
	forge_put_filler(forge);
}

/*
 * A local part that is quoted, or of which each byte is that needs it: what would end it early is
 * behind a backslash, as exim demands.
 */
static void forge_put_mailbox(struct forge *forge)
{
	char text[256];
	size_t length = forge_say(forge, text, sizeof(text));
	bool quoted = forge_flips(forge);

	if (!forge_random(forge, 4)) {
		forge_put(forge, "a@b.example");
		return;
	}
	forge_put(forge, quoted ? "\"" : "a");
	for (size_t i = 0; i < length; i++) {
		if (quoted ? text[i] == '"' || text[i] == '\\'
			   : strchr(" ()<>[]:;,@\\\"\r\t", text[i]) != NULL)
			forge_put(forge, "\\");
		forge_put_bytes(forge, text + i, 1);
	}
	forge_put(forge, quoted ? "\"@b.example" : "@b.example");
}

static void forge_put_sender(struct forge *forge)
{
	forge_put(forge, "<");
	forge->sender.from = forge->length;
	if (forge_random(forge, 4))
		forge_put_mailbox(forge);
	forge->sender.length = forge->length - forge->sender.from;
	forge_put(forge, ">");
}

/* A checked HELO is a name or a literal; any other can be anything. */
static void forge_put_helo(struct forge *forge)
{
	static const char *const checked[] = {
		"h",   "host.example", "[192.0.2.9]",	     "[IPv6:2001:db8::9]", "192.0.2.9",
		"a_b", "-.-",	       "rate-limit.example", "user-unknown"
	};

	forge_put(forge, "(");
	forge->helo.from = forge->length;
	if (forge->junk_helo)
		forge_put_words(forge, 255);
	else
		forge_put(forge, checked[forge_random(forge, sizeof(checked) / sizeof(*checked))]);
	forge->helo.length = forge->length - forge->helo.from;
	forge_put(forge, ")");
}

/* A name in the peer's own reverse zone, as dn_expand(3) gives it: no space, no parenthesis. */
static void forge_put_name(struct forge *forge)
{
	static const char *const names[] = {
		"mx.evil.example",
		"[192.0.2.9].evil.example",
		"[192.0.2.9]:25.evil.example",
		"[192.0.2.9]:x.evil.example",
		"H=[192.0.2.9].evil.example",
		"x=]-_/+.evil.example",
	};

	forge_put(forge, names[forge_random(forge, sizeof(names) / sizeof(*names))]);
}

/* exim's own end of the connection, by the selector `incoming_interface` */
static void forge_put_interface(struct forge *forge)
{
	static const struct {
		const char *text;
		uint16_t port;
	} own[] = {
		{ " I=[192.0.2.1]:25", 25 },	     { " I=[192.0.2.1]:465", 465 },
		{ " I=[192.0.2.1]:587", 587 },	     { " I=[2001:db8:1::1]:25", 25 },
		{ " I=[2001:db8:1::1]:2525", 2525 }, { " I=[2001:db8:1::1]:587", 587 },
	};
	size_t which = forge_random(forge, 3 * sizeof(own) / sizeof(*own));

	forge->port = 0;
	if (which >= sizeof(own) / sizeof(*own))
		return;
	forge_put(forge, own[which].text);
	forge->port = own[which].port;
}

/* src/host.c, host_build_sender_fullhost */
static void forge_put_host(struct forge *forge)
{
	bool name = forge_flips(forge), helo = forge_random(forge, 4);

	if (name) {
		forge_put_name(forge);
		forge_put(forge, " ");
	}
	if (helo) {
		forge_put_helo(forge);
		forge_put(forge, " ");
	}
	forge_put(forge, "[");
	forge_put(forge, forge->peer);
	forge_put(forge, "]");
	if (forge_flips(forge))
		forge_put(forge, ":4711");
	forge_put_interface(forge);
}

/* src/host.c, host_and_ident */
static void forge_put_host_and_ident(struct forge *forge)
{
	forge_put_host(forge);
	if (!forge_random(forge, 4)) {
		forge_put(forge, " U=");
		forge_put_words(forge, FORGE_IDENT);
	}
	if (!forge_random(forge, 4))
		forge_put(forge, " Ci=abcdef0123");
}

/* src/smtp_in.c, add_tls_info_for_log */
static void forge_put_tls(struct forge *forge)
{
	if (forge_random(forge, 3))
		return;
	forge_put(forge, " X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no");
	if (forge_flips(forge)) {
		forge_put(forge, " DN=\"");
		forge_put_words(forge, 200);
		forge_put(forge, "\"");
	}
	if (forge_flips(forge)) {
		forge_put(forge, " SNI=");
		forge_put_words(forge, 100);
	}
}

/* A local user's session has this instead of a host. */
static void forge_put_whom(struct forge *forge, bool local)
{
	if (local) {
		forge_put(forge, "U=root");
	} else {
		forge_put(forge, "H=");
		forge_put_host_and_ident(forge);
	}
}

static void forge_put_again(struct forge *forge, size_t from, size_t length)
{
	char text[512];

	if (length > sizeof(text))
		length = 0;
	memcpy(text, forge->line + from, length);
	forge_put_bytes(forge, text, length);
}

/*
 * Rejections as common configurations write them: exim's own, cPanel's, HestiaCP's, vexim2's and
 * Exim4U's. %S is a sender, %R a recipient as exim cuts it, and %D a whole one; the text can quote
 * them as %s and %r, the peer's HELO as %h, and its address as %a. Each is of one class whatever
 * the peer says, or no offence.
 */
static const struct {
	const char *text, *class;
	bool is_for_checked; /* without a class of its own, a text has that of a HELO in it */
} forge_texts[] = {
	{ "F=<%S> rejected RCPT %R: %s from %h is in an RBL", "dnsbl", false },
	{ "F=<%S> rejected RCPT %R: %s from %h relay not permitted", "relay", false },
	{ "F=<%S> rejected RCPT %R: %s from %h Unrouteable address", "unknown-user", false },
	{ "F=<%S> rejected RCPT %R: %s go away", "policy", true },
	{ "F=<%S> rejected RCPT %R: Mail from %s to %r is refused", "policy", true },
	{ "F=<%S> rejected RCPT %R: \"JunkMail rejected - (%h) [%a]:4711 is in an RBL: https://www.example.org/q\"",
	  "dnsbl", false },
	{ "F=<%S> rejected RCPT %R: Rejected relay attempt: '%a' From: '%s' To: '%r'", "relay",
	  false },
	{ "F=<%S> rejected RCPT %R: The mail server could not deliver mail to %r.  The account or domain may not exist, they may be blacklisted, or missing the proper dns entries.",
	  "unknown-user", false },
	{ "F=<%S> rejected RCPT %R: No Such User Here: %r", "unknown-user", false },
	{ "F=<%S> rejected RCPT %R: SPF: %a is not allowed to send mail from %s", "sender", false },
	{ "F=<%S> rejected RCPT %R: Rejected because %a is in a black list at zen.example.org\\nhttps://example.org/%s",
	  "dnsbl", false },
	{ "F=<%S> rejected RCPT %R: Dictionary attack (after 4 failures) by %h, %s", "unknown-user",
	  false },
	{ "F=<%S> rejected RCPT %R: Sender address not permitted - SPF. %s", "sender", false },
	{ "rejected MAIL %R: Helo name contains an IP address (HELO was %h) and not is valid",
	  "helo", false },
	{ "F=<%S> rejected after DATA: Message from %s contains a virus (x)", "virus", false },
	{ "F=<%S> rejected after DATA: %s: This message scored 120 spam points", "spam", false },
	{ "F=<%S> rejected during MIME ACL checks: %s: MIME Error (nested too deep)", "protocol",
	  false },
	{ "F=<%S> temporarily rejected RCPT %R: %h of %s is ratelimited (1.9/1h max:1.2)",
	  "ratelimit", false },
	{ "temporarily rejected connection in \"connect\" ACL: \"Host is ratelimited (1.9/1h max:1.2)\"",
	  "ratelimit", false },
	{ "F=<%S> temporarily rejected RCPT %R: Deferred due to greylisting. Host: '%a' From: '%s' To: '%r'",
	  FORGE_NO_OFFENCE, false },
	{ "F=<%S> temporarily rejected RCPT %R: Try again later, %h with %s", FORGE_NO_OFFENCE,
	  false },
	{ "F=<%S> RCPT %D: discarded by RCPT ACL: spamtrap of %s", "spam", false },
	{ "F=<%S> RCPT %D: discarded by RCPT ACL: %s to %r", FORGE_NO_OFFENCE, false },
};

/* Puts an address in brackets as the argument of a command, which exim may cut. */
static void forge_put_recipient(struct forge *forge, size_t most)
{
	size_t from = forge->length;

	forge_put(forge, "<");
	forge_put_mailbox(forge);
	forge->recipient_length = forge->length - from - 1;
	memcpy(forge->recipient, forge->line + from + 1, forge->recipient_length);
	forge_put(forge, ">");
	if (forge->length > from + most)
		forge->length = from + most;
}

static void forge_put_sender_address(struct forge *forge)
{
	forge->sender.from = forge->length;
	forge_put_mailbox(forge);
	forge->sender.length = forge->length - forge->sender.from;
}

static void forge_put_text(struct forge *forge, const char *text)
{
	for (; *text; text++) {
		if (*text != '%') {
			forge_put_bytes(forge, text, 1);
			continue;
		}
		switch (*++text) {
		case 'S':
			forge_put_sender_address(forge);
			break;
		case 'R':
			forge_put_recipient(forge, FORGE_ARGUMENT);
			break;
		case 'D':
			forge_put_recipient(forge, sizeof(forge->line));
			break;
		case 'a':
			forge_put(forge, forge->peer);
			break;
		case 'h':
			forge_put_again(forge, forge->helo.from, forge->helo.length);
			break;
		case 's':
			forge_put_again(forge, forge->sender.from, forge->sender.length);
			break;
		case 'r':
			forge_put_bytes(forge, forge->recipient, forge->recipient_length);
			break;
		}
	}
}

static void forge_quoting(struct forge *forge)
{
	const size_t texts = sizeof(forge_texts) / sizeof(*forge_texts);
	size_t which = forge_random(forge, texts);

	while (forge->junk_helo && forge_texts[which].is_for_checked)
		which = forge_random(forge, texts);
	memset(&forge->helo, 0, sizeof(forge->helo));
	forge_put(forge, "H=");
	forge_put_host(forge);
	forge_put(forge, " ");
	forge_put_text(forge, forge_texts[which].text);
	forge->class = forge_texts[which].class;
}

static void forge_local_scan(struct forge *forge)
{
	forge_put(forge, "10HmaX-000000005vi-0000 F=");
	if (forge_random(forge, 4))
		forge_put_mailbox(forge);
	else
		forge_put(forge, "<>");
	forge_put(forge, forge_random(forge, 8) ? " H=" : " DS H=");
	forge_put_host(forge);
	if (!forge_random(forge, 4))
		forge_put(forge, " TFO*");
	if (!forge_random(forge, 4)) {
		forge_put(forge, " U=");
		forge_put_words(forge, FORGE_IDENT);
	}
	forge_put(forge, forge_random(forge, 4) ? " P=esmtp" : " Ci=ab P=esmtps L-");
	forge_put_tls(forge);
	if (!forge_random(forge, 3)) {
		forge_put(forge, " A=login:");
		forge_put_words(forge, 100);
	}
	if (!forge_random(forge, 4))
		forge_put(forge, " SPF=softfail DMARC=none");
	forge_put(forge, forge_random(forge, 4) ? " " : " temporarily ");
	forge_put(forge, "rejected by local_scan(): ");
	forge_put_words(forge, 256);
}

/* A discard, and a message that is given up, with the peer's sender and recipient. */
static void forge_discard(struct forge *forge)
{
	if (forge_flips(forge)) {
		forge_put(forge, "rejected from ");
		forge_put_sender(forge);
		forge_put(forge, " H=");
		forge_put_host(forge);
		if (!forge_random(forge, 4)) {
			forge_put(forge, " U=");
			forge_put_words(forge, FORGE_IDENT);
		}
		forge_put(
			forge,
			forge_flips(forge)
				? ": Non-CRLF-terminated header, under CHUNKING: message abandoned"
				: ": message too big: read=225 max=100");
		return;
	}
	forge_put(forge, "H=");
	forge_put_host_and_ident(forge);
	forge_put(forge, " F=");
	forge_put_sender(forge);
	forge_put(forge, " RCPT ");
	forge_put_words(forge, 255);
	forge_put(forge, ": discarded by RCPT ACL");
	if (forge_flips(forge)) {
		forge_put(forge, ": ");
		forge_put_words(forge, 200);
	}
}

static void forge_rejection(struct forge *forge)
{
	static const char *const with_sender[] = { "after DATA", "RCPT ",
						   "during MIME ACL checks" };
	static const char *const without[] = {
		"MAIL ",      "EHLO or HELO ", "connection in \"connect\" ACL",
		"AUTH PLAIN", "DATA",	       "after DATA PRDR",
		"VRFY ",      "ETRN ",
	};
	const char *where;

	if (forge_random(forge, 8) == 0)
		forge_put(forge, " DS");
	forge_put(forge, "H=");
	forge_put_host_and_ident(forge);
	forge_put_tls(forge);
	forge_put(forge, " ");
	if (forge_random(forge, 3)) {
		forge_put(forge, "F=");
		forge_put_sender(forge);
		if (!forge_random(forge, 3)) {
			forge_put(forge, " A=login:");
			forge_put_words(forge, 100);
		}
		forge_put(forge, " ");
		where = with_sender[forge_random(forge, 3)];
	} else {
		where = without[forge_random(forge, 8)];
	}
	if (!forge_random(forge, 4))
		forge_put(forge, forge_flips(forge) ? "SPF=fail DMARC=reject " : "SPF DMARC ");
	if (!forge_random(forge, 4))
		forge_put(forge, "temporarily ");
	forge_put(forge, "rejected ");
	forge_put(forge, where);
	if (where[strlen(where) - 1] == ' ')
		forge_put_words(forge, FORGE_ARGUMENT);
	if (forge_random(forge, 8)) {
		forge_put(forge, ": ");
		forge_put_words(forge, 400);
	}
}

/* Lines in which the peer's words come before its host; in a local session there is none. */
static void forge_before(struct forge *forge, bool local)
{
	switch (forge_random(forge, 5)) {
	case 0:
		forge_put(forge, forge_flips(forge) ? "SMTP syntax error in \""
						    : "SMTP protocol error in \"");
		forge_put_words(forge, 400);
		forge_put(forge, "\" ");
		forge_put_whom(forge, local);
		forge_put(forge, " ");
		break;
	case 1:
		forge_put(
			forge,
			"SMTP protocol synchronization error (next input sent too soon: pipelining was not advertised): rejected \"");
		forge_put_words(forge, 400);
		forge_put(forge, "\" ");
		forge_put_whom(forge, local);
		forge_put(forge, " next input=\"");
		break;
	case 2:
		forge_put(forge, forge_flips(forge) ? "unqualified sender rejected: <"
						    : "unqualified recipient rejected: <");
		forge_put_words(forge, 255);
		forge_put(forge, "> ");
		forge_put_whom(forge, local);
		if (forge_flips(forge))
			forge_put(forge, " (failed to find host name from IP address)");
		return;
	case 3:
		forge_put(forge, "too many recipients: message rejected: sender=");
		forge_put_sender(forge);
		forge_put(forge, " ");
		forge_put_whom(forge, local);
		return;
	case 4:
		forge_put(forge, "VRFY failed for ");
		forge_put_words(forge, 400);
		forge_put(forge, " ");
		forge_put_whom(forge, local);
		return;
	}
	forge_put_words(forge, 200);
}

/* Lines that begin with exim's own words and the host. */
static void forge_behind(struct forge *forge)
{
	static const struct {
		const char *before, *behind;
	} lines[] = {
		{ "SMTP call from ", " dropped: too many syntax or protocol errors (last was \"" },
		{ "SMTP call from ", " dropped: too many nonmail commands (last was \"" },
		{ "SMTP protocol synchronization error (input sent without waiting for greeting): rejected connection from H=",
		  " input=\"" },
		{ "unexpected disconnection while reading SMTP command from ", " D=1s" },
		{ "no MAIL in SMTP connection from ", " D=1s C=" },
		{ "SMTP command timeout on connection from ", " D=1s" },
		{ "SMTP data timeout (message abandoned) on connection from ", " F=<" },
		{ "SMTP connection from ", " lost while reading message data (header)" },
		{ "SMTP connection from ", " closed by QUIT" },
		{ "SMTP connection from ", " lost D=1s" },
		{ "SMTP connection Ci=ab from ", " lost (error: Broken pipe) D=1s" },
		{ "TLS error on connection from ", " SSL_accept: TCP connection closed by peer" },
		{ "TLS error on connection from ", " (gnutls_handshake): " },
		{ "TLS error on connection from ", " (recv): " },
		{ "refused connection from ", " (host_reject_connection)" },
		{ "connection from ", " refused (IP options)" },
		{ "rejected MAIL from ", ": no HELO/EHLO given" },
		{ "rejected EHLO from ", ": syntactically invalid argument(s): " },
		{ "plain_login authenticator failed for ", ": 535 Incorrect data (set_id=" },
		{ "plain_login authenticator failed for H=", ": 435 Unable (set_id=" },
		{ "temporarily refused connection from ", ": not in reserve list" },
		{ "H=", " incomplete transaction (connection lost) from <" },
		{ "H=", " sender verify fail for <" },
		{ "H=", " Warning: " },
	};
	size_t which = forge_random(forge, sizeof(lines) / sizeof(*lines));

	forge_put(forge, lines[which].before);
	forge_put_host_and_ident(forge);
	forge_put(forge, lines[which].behind);
	forge_put_words(forge, 400);
}

static void forge_verified_helo(struct forge *forge)
{
	forge_put(forge, "rejected \"EHLO ");
	if (forge->junk_helo)
		forge_put_words(forge, 255);
	else
		forge_put(forge, "host.example");
	forge_put(forge, "\" from ");
	forge_put_host_and_ident(forge);
}

static void forge_arrival(struct forge *forge)
{
	forge_put(forge, "<= ");
	if (forge_random(forge, 4))
		forge_put_mailbox(forge);
	else
		forge_put(forge, "<>");
	forge_put(forge, forge_random(forge, 8) ? " H=" : " DS H=");
	forge_put_host(forge);
	forge_put(forge, " P=esmtp");
	if (!forge_random(forge, 3)) {
		forge_put(forge, " A=login:");
		forge_put_words(forge, 100);
	}
	/* By a proxy, whose packets they were. */
	if (!forge_random(forge, 4)) {
		forge_put(forge, forge_flips(forge) ? " PRX=192.0.2.9" : " PRX=2001:db8::9");
		forge->class = FORGE_NO_OFFENCE;
	}
	forge_put(forge, " S=300 id=");
	forge_put_words(forge, 200);
	forge_put(forge, " T=\"");
	forge_put_words(forge, 200);
	forge_put(forge, "\"");
}

/* Lines that name a host that is not a peer, or quote a third party: no host is counted. */
static void forge_nobodys(struct forge *forge)
{
	static const char *const starts[] = {
		("H=mx.evil.example [203.0.113.1]: SMTP error from remote mail server after initial connection: 421 "),
		"H=mx.evil.example [203.0.113.1] Connection refused ",
		"H=(h) [203.0.113.1] U=root sender verify fail for <a@b.example>: response: ",
		"H=(h) [203.0.113.1] sender verify fail for <a@b.example>: response: ",
		"H=(h) [203.0.113.1] X=TLS1.3:x:256 DN=\"CN=x\" sender verify defer for <a@b>: ",
		"H=(h) [203.0.113.1] U=root Warning: ",
		"H=(h) [203.0.113.1] Warning: ",
		"=> a@b.example R=r T=t H=mx.evil.example [203.0.113.1] C=\"250 ",
		"** a@b.example R=r T=t H=mx.evil.example [203.0.113.1]: SMTP error: ",
		"== a@b.example R=r T=t defer (-44): ",
		"plain authenticator failed H=mx.evil.example [203.0.113.1] 535 ",
		"TLS session: (SSL_connect) H=mx.evil.example [203.0.113.1] ",
		"<= a@b.example U=root P=local S=300 T=\"",
		"U=root F=<a@b> rejected RCPT <c@d>: ",
		"10HmaX-000000005vi-0000 F=a@b U=root P=local rejected by local_scan(): ",
		"10HmaX-000000005vi-0000 F=a@b P=local rejected by local_scan(): ",
		"F=a@b rejected by non-SMTP ACL: ",
		"rejected from <a@b> U=root: ",
		"10HmaX-000000005vi-0000 SA: Action: permanently rejected message: From <a@b> (host=x [203.0.113.1]) ",
		"H=mx.evil.example [203.0.113.1] TLS error on connection SSL_accept: ",
		"SMTP connection lost after final dot H=(h) [203.0.113.1] P=esmtp ",
		"no IP address found for host x (during SMTP connection from (x) [203.0.113.1]) ",
		"Connection from [203.0.113.1]:25 refused: too many connections",
		"DKIM: d=evil.example s=x [",
		"[2/2] ",
		"Completed ",
	};

	forge_put(forge, starts[forge_random(forge, sizeof(starts) / sizeof(*starts))]);
	forge_put_words(forge, 400);
}

/*
 * What syslog puts before exim's text. True: it is a piece of a record that is not a whole line.
 * "\" in the number of a piece stands for the end of a line (src/log.c, write_syslog).
 */
static bool forge_put_syslog(struct forge *forge)
{
	static const char *const pieces[] = { "[1/2] ", "[2/2] ", "[2\\17] ", "[17\\17] ",
					      "[12/17] " };

	forge_put(forge, "Aug 24 11:22:33 mx exim[123]: ");
	switch (forge_random(forge, 6)) {
	case 0:
		forge_put(forge, "[1\\17] ");
		return false;
	case 1:
		forge_put(forge, pieces[forge_random(forge, sizeof(pieces) / sizeof(*pieces))]);
		return true;
	}
	return false;
}

/* True if the line has a peer. */
static bool forge_line(struct forge *forge, bool syslog)
{
	bool peer = true, piece = false;

	forge->length = 0;
	forge->is_long = !forge_random(forge, 256);
	forge->peer = forge_flips(forge) ? FORGE_PEER : FORGE_PEER6;
	if (syslog)
		piece = forge_put_syslog(forge);
	if (!syslog || forge_flips(forge)) {
		forge_put(forge, "2003-08-24 11:22:33");
		forge_put(forge, forge_random(forge, 4) ? " " : ".456 +0200 ");
	}
	if (!forge_random(forge, 4))
		forge_put(forge, "[123] ");
	if (!forge_random(forge, 3))
		forge_put(forge,
			  forge_flips(forge) ? "1xVO3f-00036y-2K " : "10HmaX-000000005vi-0000 ");
	forge->class = NULL;
	forge->port = 0;
	switch (forge_random(forge, 11)) {
	case 0:
	case 1:
		forge_rejection(forge);
		break;
	case 2:
		forge_before(forge, false);
		break;
	case 3:
		forge_before(forge, true);
		peer = false;
		break;
	case 4:
		forge_behind(forge);
		break;
	case 5:
		forge_verified_helo(forge);
		break;
	case 6:
		forge_arrival(forge);
		break;
	case 7:
		forge_nobodys(forge);
		peer = false;
		break;
	case 8:
		forge_local_scan(forge);
		break;
	case 9:
		forge_discard(forge);
		break;
	case 10:
		forge_quoting(forge);
		break;
	}
	if (forge->length > FORGE_CUT) {
		forge->class = NULL;
		forge->length = FORGE_CUT - (sizeof(FORGE_OVERFLOW) - 1);
		forge_put(forge, FORGE_OVERFLOW);
	}
	return peer && !piece;
}

static int forge_check(struct forge *forge, struct reader *reader, bool peer, uint64_t *events)
{
	char text[ADDR_TEXT_SIZE];
	struct exim_log_found found;

	if (reader_line(reader, forge->line, forge->length, &found)) {
		/* An unchecked HELO can make the host ambiguous; syslog repeats records. */
		if (!peer || reader->form == READER_SYSLOG || forge->junk_helo || !forge->class ||
		    !*forge->class)
			return 0;
		printf("HELO checked: not read, instead of %s, was\n%.*s\n", forge->class,
		       (int)forge->length, forge->line);
		return -EINVAL;
	}
	(*events)++;
	if (peer && !strcmp(addr_format(&found.event.peer, text), forge->peer)) {
		if (found.event.port && found.event.port != forge->port) {
			printf("HELO %s: the port is %u and not %u in\n%.*s\n",
			       forge->junk_helo ? "unchecked" : "checked", found.event.port,
			       forge->port, (int)forge->length, forge->line);
			return -EINVAL;
		}
		if (!forge->class || !strcmp(forge->class, event_class_name(found.event.class)))
			return 0;
		printf("HELO %s: the class is %s and not %s in\n%.*s\n",
		       forge->junk_helo ? "unchecked" : "checked",
		       event_class_name(found.event.class), forge->class, (int)forge->length,
		       forge->line);
		return -EINVAL;
	}
	printf("HELO %s: %s was named for %s by\n%.*s\n",
	       forge->junk_helo ? "unchecked" : "checked", addr_format(&found.event.peer, text),
	       peer ? forge->peer : "nobody", (int)forge->length, forge->line);
	return -EINVAL;
}

int main(int argc, char **argv)
{
	uint64_t lines = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000, found = 0;
	static struct forge forge;
	static struct reader readers[4];
	struct classifier_error why;
	struct classifier *classes;

	forge.random = argc > 2 ? strtoull(argv[2], NULL, 10) : 2003;
	forge.random = forge.random * UINT64_C(0x9e3779b97f4a7c15) | 1;
	setenv("TZ", "UTC", 1);
	if (classifier_open(NULL, 0, &why, &classes))
		return EXIT_FAILURE;
	for (int i = 0; i < 4; i++) {
		reader_init(&readers[i], classes, i & 1, 1061724153);
		readers[i].exim.wants_arrivals = true;
		readers[i].form = i & 2 ? READER_SYSLOG : READER_EXIM;
	}
	for (uint64_t i = 0; i < lines; i++) {
		bool syslog = !(i & 7), peer;

		forge.junk_helo = i & 1;
		peer = forge_line(&forge, syslog);
		if (forge_check(&forge, &readers[(syslog ? 2 : 0) | !forge.junk_helo], peer,
				&found))
			return EXIT_FAILURE;
	}
	printf("%" PRIu64 " lines, %" PRIu64 " read, each as its peer's\n", lines, found);
	classifier_close(classes);
	return EXIT_SUCCESS;
}
