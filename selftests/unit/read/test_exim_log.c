// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines of exim's log: their host and class, and that no text of a peer names another host.
 */
#include "unit/suite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "unit/read/lines.h"

#define TIME INT64_C(1061724153000) /* date -u -d "2003-08-24 11:22:33" +%s */

static void every_form_of_the_host_slot_is_read(void **state)
{
	static const struct line lines[] = {
#define END " F=<s@example.net> rejected after DATA: This message contains a virus (x)."
		{ STAMP "1xVO3f-00036y-2K H=[198.51.100.7]" END, "198.51.100.7", EVENT_VIRUS },
		{ STAMP "1xVO3f-00036y-2K H=mx.example.net [198.51.100.7]" END, "198.51.100.7",
		  EVENT_VIRUS },
		{ STAMP "1xVO3f-00036y-2K H=(helo) [198.51.100.7]" END, "198.51.100.7",
		  EVENT_VIRUS },
		{ STAMP "1xVO3f-00036y-2K H=mx.example.net (helo) [198.51.100.7]" END,
		  "198.51.100.7", EVENT_VIRUS },
		{ STAMP "1xVO3f-00036y-2K H=([192.0.2.3]) [198.51.100.9]" END, "198.51.100.9",
		  EVENT_VIRUS },
		{ STAMP "1xVO3f-00036y-2K H=([IPv6:2001:db8::3]) [2001:db8::9]" END, "2001:db8::9",
		  EVENT_VIRUS },
		{ STAMP "H=(helo) [::ffff:198.51.100.7]" END, "198.51.100.7", EVENT_VIRUS },
		{ STAMP "H=(helo) [198.51.100.7]:4711" END, "198.51.100.7", EVENT_VIRUS },
		{ STAMP "H=(helo) [2001:db8::7]:4711 I=[192.0.2.1]:25" END, "2001:db8::7",
		  EVENT_VIRUS },
		{ STAMP "H=(helo) [198.51.100.7] I=[192.0.2.1]:25 U=root" END, "198.51.100.7",
		  EVENT_VIRUS },
		{ STAMP
		  "H=(helo) [198.51.100.7] X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no DN=\"CN=a, O=\\\" F=<x> b\" SNI=\"mx.example\"" END,
		  "198.51.100.7", EVENT_VIRUS },
		{ STAMP "10HmaX-000000005vi-0000 H=(helo) [198.51.100.7]" END, "198.51.100.7",
		  EVENT_VIRUS },
		{ STAMP "[4711] H=(helo) [198.51.100.7]" END, "198.51.100.7", EVENT_VIRUS },
		{ STAMP "[4711] 1xVO3f-00036y-2K H=(helo) [198.51.100.7]" END, "198.51.100.7",
		  EVENT_VIRUS },
#undef END
	};

	(void)state;
	CHECK(true, lines);
	CHECK(false, lines);
}

static void class_follows_from_acl_text(void **state)
{
#define HOST STAMP "H=(helo) [198.51.100.7] F=<s@example.net> "
	static const struct line lines[] = {
		{ HOST "rejected after DATA: infected with Sobig", "198.51.100.7", EVENT_VIRUS },
		{ HOST "rejected after DATA: Sobig worm", "198.51.100.7", EVENT_WORM },
		{ HOST "rejected after DATA: This is SPAM (9.1)", "198.51.100.7", EVENT_SPAM },
		{ HOST "rejected after DATA: something else", "198.51.100.7", EVENT_POLICY },
		{ HOST "rejected after DATA", "198.51.100.7", EVENT_POLICY },
		{ HOST "rejected RCPT <a@b>: Unrouteable address", "198.51.100.7",
		  EVENT_UNKNOWN_USER },
		{ HOST "rejected RCPT <a@b>: relay not permitted", "198.51.100.7", EVENT_RELAY },
		{ HOST "rejected RCPT <a@b>: 198.51.100.7 is listed at sbl.example", "198.51.100.7",
		  EVENT_DNSBL },
		{ HOST "rejected RCPT <a@b>: Sender verify failed", "198.51.100.7", EVENT_SENDER },
		{ HOST "rejected RCPT <virus@b>: no", "198.51.100.7", EVENT_POLICY },
		{ HOST "rejected RCPT <a@b>", "198.51.100.7", EVENT_POLICY },
		{ STAMP "H=(helo) [198.51.100.7] F=<> rejected RCPT <a@b>: Unknown user",
		  "198.51.100.7", EVENT_BACKSCATTER },
		{ STAMP
		  "H=(helo) [198.51.100.7] F=<> rejected RCPT <a@b>: 198.51.100.7 is listed at sbl.example",
		  "198.51.100.7", EVENT_DNSBL },
		{ STAMP
		  "H=(helo) [198.51.100.7] F=<s@e> A=plain:user name rejected RCPT <a@b>: relay not permitted",
		  "198.51.100.7", EVENT_RELAY },
		/* exim cuts the argument after 100 bytes, possibly inside the quotes. */
		{ HOST "rejected RCPT <\"aaaaaaaaaaaa: Unknown user", "198.51.100.7",
		  EVENT_UNKNOWN_USER },
	};

	(void)state;
	CHECK(true, lines);
}

static void non_offences_are_not_counted(void **state)
{
	static const struct line lines[] = {
		{ HOST "temporarily rejected RCPT <a@b>: greylisted" },
		{ HOST "temporarily rejected after DATA: busy" },
		{ STAMP
		  "H=(helo) [198.51.100.7] F=<s@e> A=plain:u temporarily rejected RCPT <a@b>: x" },
		{ STAMP
		  "1xVO3f-00036y-2K <= s@e H=(helo) [198.51.100.7] P=esmtp S=1 T=\"F=<a> rejected after DATA: virus\"" },
		{ STAMP "1xVO3f-00036y-2K => a@b R=r T=t H=mx [198.51.100.7] C=\"250 ok\"" },
		{ STAMP
		  "1xVO3f-00036y-2K H=mx1.evil.example [203.0.113.1]: SMTP error from remote mail server after initial connection: 421 H=(x) [192.0.2.9] F=<a@b> rejected RCPT <c@d>: Unknown user" },
		{ STAMP "1xVO3f-00036y-2K H=down.example [203.0.113.1] Connection refused" },
		/* After these words, a third party is quoted. */
		{ STAMP
		  "H=mail.example [198.51.100.7] X=TLS1.3:a:256 CV=no sender verify fail for <x@evil>: response to \"RCPT TO:<x>\" was: 550 F=<a@b> rejected after DATA: virus" },
		{ STAMP
		  "1xVO3f-00036y-2K H=mail.example [198.51.100.7] Warning: F=<a@b> rejected after DATA: virus" },
		{ STAMP
		  "H=mail.example [198.51.100.7] incomplete transaction (RSET) from <a@b> F=<a@b> rejected after DATA: virus" },
		{ "Warning: purging the environment." },
		{ "" },
		{ " " STAMP "H=(helo) [198.51.100.7] F=<s@e> rejected after DATA: virus" },
		{ "\t" STAMP "H=(helo) [198.51.100.7] F=<s@e> rejected after DATA: virus" },
		{ "X-Header: " STAMP "H=(helo) [198.51.100.7] F=<s@e> rejected after DATA: virus" },
		{ "[2/2] H=(x) [192.0.2.9] F=<a@b> rejected RCPT <c@d>: Unknown user" },
		{ STAMP " H=(helo) [198.51.100.7] F=<s@e> rejected after DATA: virus" },
		{ STAMP "H=(helo) [198.51.100.7]F=<s@e> rejected after DATA: virus" },
		{ STAMP "H=(helo) [198.51.100.7.1] F=<s@e> rejected after DATA: virus" },
		{ STAMP "H=(helo) [198.51.100.7 F=<s@e> rejected after DATA: virus" },
		{ STAMP "H=(helo) [fe80::1%eth0] F=<s@e> rejected after DATA: virus" },
		{ STAMP "H=(helo) 198.51.100.7 F=<s@e> rejected after DATA: virus" },
		{ STAMP "U=root F=<s@e> rejected after DATA: virus" },
	};

	(void)state;
	CHECK(true, lines);
	CHECK(false, lines);
}

static void behind_proxies_no_line_is_an_event_and_each_offence_is_counted(void **state)
{
	static const char arrival[] = STAMP
		"1xVO3f-00036y-2K <= s@e H=(h) [198.51.100.7] P=esmtp PRX=192.0.2.1 S=300";
	static const char direct[] = STAMP
		"1xVO3f-00036y-2K <= s@e H=(h) [198.51.100.7] P=esmtp S=300";
	static const char offence[] = STAMP
		"H=(h) [198.51.100.7] F=<s@e> rejected RCPT <a@b>: Unknown user";
	/* The author of a mail is not its peer: the subject takes no arrival from a server. */
	static const char subject[] = STAMP
		"1xVO3f-00036y-2K <= s@e H=(h) [198.51.100.7] P=esmtp S=300 T=\"Re: PRX=192.0.2.1 y\"";
	struct exim_log_found found;
	struct exim_log exim;

	(void)state;
	exim_log_init(&exim, classes);
	exim.helo_is_checked = exim.wants_arrivals = true;
	assert_int_equal(read_text(&exim, arrival, &found), -ENOMSG);
	assert_int_equal(read_text(&exim, subject, &found), 0);
	assert_int_equal(read_text(&exim, direct, &found), 0);
	assert_int_equal(read_text(&exim, offence, &found), 0);
	assert_int_equal(skip_sum(&exim.skips), 0);
	exim.proxied = true;
	assert_int_equal(read_text(&exim, direct, &found), -ENOMSG);
	assert_int_equal(read_text(&exim, offence, &found), -ENOMSG);
	assert_int_equal(exim.skips.of[SKIP_PROXIED], 1);
	assert_int_equal(skip_sum(&exim.skips), 1);
}

/* The local port of a line's peer, with HELOs checked or not. */
static uint16_t port_of(bool helo_is_checked, const char *text)
{
	struct exim_log_found found;
	struct exim_log exim;

	exim_log_init(&exim, classes);
	exim.helo_is_checked = helo_is_checked;
	if (read_text(&exim, text, &found))
		fail_msg("%s: not found", text);
	return found.event.port;
}

static void local_port_is_that_of_the_interface(void **state)
{
	static const struct {
		const char *text;
		uint16_t port;
	} lines[] = {
#define END " F=<s@e> rejected after DATA: This message contains a virus (x)."
		{ STAMP "H=(helo) [198.51.100.7] I=[192.0.2.1]:25" END, 25 },
		{ STAMP "H=(helo) [198.51.100.7]:4711 I=[192.0.2.1]:465" END, 465 },
		{ STAMP "H=mx.example [2001:db8::7]:587 I=[2001:db8::1]:25" END, 25 },
		{ STAMP "H=mx.example (helo) [198.51.100.7]:1 I=[192.0.2.1]:65535" END, 65535 },
		/* The peer's own port is none of ours. */
		{ STAMP "H=(helo) [198.51.100.7]:587" END, 0 },
		{ STAMP "H=(helo) [198.51.100.7]" END, 0 },
		{ STAMP "H=(helo) [198.51.100.7] I=[192.0.2.1]" END, 0 },
		{ STAMP "H=(helo) [198.51.100.7] I=[192.0.2.1]:65536" END, 0 },
		{ STAMP "H=(helo) [198.51.100.7] I=[192.0.2.1]:99999999999999999999" END, 0 },
		{ STAMP
		  "login authenticator failed for H=(h) [198.51.100.7]:4711 I=[192.0.2.1]:587: 535 Incorrect authentication data (set_id=x)",
		  587 },
		{ STAMP
		  "SMTP call from (h) [198.51.100.7]:4711 I=[192.0.2.1]:465 dropped: too many unrecognized commands (last was \"x\")",
		  465 },
#undef END
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(port_of(true, lines[i].text), lines[i].port);
		assert_int_equal(port_of(false, lines[i].text), lines[i].port);
	}
}

/* What the peer writes may name its own address again, and a port with it. */
static void text_of_the_peer_names_no_local_port(void **state)
{
	(void)state;
	/* In a sender, a recipient, a text: after the slot, or without one of exim's. */
	assert_int_equal(
		port_of(true, STAMP
			"H=(h) [198.51.100.7] F=<\"x> I=[192.0.2.1]:587 \"@e> rejected RCPT <a@b>: Unknown user"),
		0);
	assert_int_equal(
		port_of(true, STAMP
			"H=(h) [198.51.100.7] I=[192.0.2.1]:25 F=<\" H=(h) [198.51.100.7] I=[192.0.2.1]:587\"@e> rejected RCPT <a@b>: Unknown user"),
		25);
	/* Before the slot, in a command. */
	assert_int_equal(
		port_of(true, STAMP
			"SMTP syntax error in \"MAIL FROM:<a@b> H=(h) [198.51.100.7] I=[192.0.2.1]:587 \" H=(h) [198.51.100.7] I=[192.0.2.1]:25 malformed address: x"),
		0);
	assert_int_equal(
		port_of(true, STAMP
			"SMTP syntax error in \"MAIL FROM:<a@b> H=(h) [198.51.100.7] I=[192.0.2.1]:587 \" H=(h) [198.51.100.7] malformed address: x"),
		0);
	assert_int_equal(
		port_of(true, STAMP
			"SMTP syntax error in \"MAIL FROM:<a@b>\" H=(h) [198.51.100.7] I=[192.0.2.1]:25 malformed address: x"),
		25);
	/* In a HELO that exim did not check: the slot can end at two places. */
	assert_int_equal(
		port_of(false, STAMP
			"H=(a) [198.51.100.7]:1 I=[192.0.2.1]:587 F=<z> rejected RCPT <q> (y) [198.51.100.7]:2 I=[192.0.2.1]:25 F=<s@e> rejected RCPT <a@b>: Unknown user"),
		0);
	assert_int_equal(
		port_of(false, STAMP
			"H=(a I=[192.0.2.1]:587) [198.51.100.7]:2 I=[192.0.2.1]:25 F=<s@e> rejected RCPT <a@b>: Unknown user"),
		25);
}

/* Lines that a peer at 198.51.100.7 produced with a real exim. Each contains another address. */
static const char forged_rcpt[] = STAMP
	"H=(tester.example) [198.51.100.7] F=<\"x> rejected RCPT <y> H=(z) [192.0.2.1]:25 \"@b.example> rejected RCPT <\"nouser> H=q [192.0.2.2]: z\"@b.example>: Unknown user";
static const char forged_helo[] = STAMP
	"H=(x) [192.0.2.4]:25 F=<z> rejected RCPT <q> (y ^[^M z) [198.51.100.7]:58135 I=[192.0.2.25]:25 F=<a@b> rejected RCPT <c@d>: Unknown user";
static const char forged_syntax[] = STAMP
	"SMTP syntax error in \"MAIL FROM:<a@b> \" H=(z) [192.0.2.6] next input=\"\" H=(h) [198.51.100.7] malformed address: x";
static const char forged_auth[] = STAMP
	"login authenticator failed for (h) [198.51.100.7]: 535 Incorrect authentication data (set_id=x [192.0.2.5]: 535 Incorrect authentication data (set_id=y)";

static void sender_or_recipient_names_no_other_host(void **state)
{
	const struct line exact[] = { { forged_rcpt, "198.51.100.7", EVENT_UNKNOWN_USER } };
	const struct line doubtful[] = { { forged_rcpt } };

	(void)state;
	CHECK(true, exact);
	/* If a HELO can hold anything, the line is ambiguous. */
	CHECK(false, doubtful);
}

static void junk_helo_names_no_other_host(void **state)
{
	const struct line lines[] = {
		{ forged_helo },
		/* Its first reading is complete, too. */
		{ STAMP
		  "H=(x) [192.0.2.4] F=<z> rejected RCPT <q>: virus (y) [198.51.100.7] F=<a@b> rejected RCPT <c@d>: Unknown user" },
	};
	const struct line harmless[] = {
		{ STAMP
		  "H=(x) [198.51.100.7] F=<z> rejected RCPT <q>: mx (y) [198.51.100.7] is listed at sbl.example",
		  "198.51.100.7", EVENT_DNSBL },
		{ STAMP "H=[198.51.100.7] F=<z> rejected RCPT <q>: see (y) [192.0.2.4]",
		  "198.51.100.7", EVENT_POLICY },
	};

	(void)state;
	CHECK(false, lines);
	CHECK(false, harmless);
}

static void text_before_or_after_the_host_names_no_other_host(void **state)
{
	const struct line lines[] = { { forged_syntax },
				      { forged_auth, "198.51.100.7", EVENT_AUTH } };
	const struct line harmless[] = {
		{ STAMP "SMTP syntax error in \"MAIL FROM:<a@b>\" H=(h) [198.51.100.7] malformed",
		  "198.51.100.7", EVENT_PROTOCOL },
	};

	(void)state;
	CHECK(true, lines);
	CHECK(true, harmless);
	CHECK(false, harmless);
}

static void backslash_does_not_end_an_address(void **state)
{
	const struct line lines[] = {
		{ STAMP "H=(h) [198.51.100.7] F=<a\\>b@e> rejected after DATA: virus",
		  "198.51.100.7", EVENT_VIRUS },
		{ STAMP "H=(h) [198.51.100.7] F=<a\\\"b@e> rejected after DATA: virus",
		  "198.51.100.7", EVENT_VIRUS },
		{ STAMP
		  "1xVO3f-00036y-2K <= a\\ H=b.\"x [192.0.2.9] \"@e H=(h) [198.51.100.7] P=esmtp",
		  "198.51.100.7", EVENT_ARRIVAL },
	};

	(void)state;
	CHECK(true, lines);
	CHECK(false, lines);
}

static void name_that_looks_like_an_address_is_not_one(void **state)
{
	const struct line lines[] = {
		{ STAMP
		  "rejected MAIL from [192.0.2.9]:x.evil.example (h) [198.51.100.7]: no HELO/EHLO given",
		  "198.51.100.7", EVENT_HELO },
		{ STAMP
		  "SMTP command timeout on connection from [192.0.2.9].evil.example [198.51.100.7]",
		  "198.51.100.7", EVENT_DISCONNECT },
		{ STAMP
		  "H=[192.0.2.9]:25.evil.example [198.51.100.7]:4711 F=<s@e> rejected RCPT <a@b>: relay not permitted",
		  "198.51.100.7", EVENT_RELAY },
		{ STAMP
		  "H=[192.0.2.9].evil.example (rate-limit.example) [198.51.100.7] F=<s@e> rejected RCPT <a@b>: rate-limit.example: relay not permitted",
		  "198.51.100.7", EVENT_RELAY },
		{ STAMP "H=[192.0.2.9].evil.example F=<s@e> rejected RCPT <a@b>: relay" },
	};

	(void)state;
	CHECK(true, lines);
	CHECK(false, lines);
}

static void text_quoted_by_the_acl_does_not_choose_the_class(void **state)
{
	const struct line lines[] = {
		{ HOST
		  "rejected after DATA: '>' missing at end of address: failing address in \"To:\" header is: attach file.exe virus <user@foo.com",
		  "198.51.100.7", EVENT_POLICY },
		{ HOST "rejected after DATA: response to \"RCPT TO:<a@evil>\" was: 550 virus",
		  "198.51.100.7", EVENT_POLICY },
		{ HOST "rejected after DATA: Message scored as spam, see https://example.com/spam",
		  "198.51.100.7", EVENT_SPAM },
		{ HOST "rejected after DATA: DKIM verification failed for d=newsletter.com",
		  "198.51.100.7", EVENT_SENDER },
		{ HOST "rejected after DATA: malware acl condition: clamd: unable to connect",
		  "198.51.100.7", EVENT_POLICY },
	};

	(void)state;
	CHECK(true, lines);
}

static void timestamps_are_read_to_the_millisecond(void **state)
{
#define REST "H=[198.51.100.7] F=<> rejected after DATA"
	const struct {
		const char *text;
		int64_t time; /* 0: refused */
	} lines[] = {
		{ STAMP REST, TIME },
		{ "2003-08-24 11:22:33.456 " REST, TIME + 456 },
		{ "2003-08-24 13:22:33 +0200 " REST, TIME },
		{ "2003-08-24 05:52:33.456 -0530 " REST, TIME + 456 },
		{ "2000-02-29 00:00:00 +0000 " REST, INT64_C(951782400000) },
		{ "1999-12-31 23:59:59 +0000 " REST, INT64_C(946684799000) },
		{ "2003-13-24 11:22:33 " REST, 0 },
		{ "2003-08-24 24:22:33 " REST, 0 },
		{ "2003-08-24 11:22:33 +1500 " REST, 0 },
		{ "2003-08-24T11:22:33 " REST, 0 },
		{ "03-08-24 11:22:33 " REST, 0 },
		{ "2003-08-24 11:22:33.45 " REST, 0 },
		{ "2003-08-24 11:22:33  " REST, 0 },
	};
	struct exim_log_found found;
	struct exim_log exim;

	(void)state;
	exim_log_init(&exim, classes);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		int err = read_text(&exim, lines[i].text, &found);

		if (!lines[i].time)
			assert_int_equal(err, -ENOMSG);
		else if (err || found.event.time != lines[i].time)
			fail_msg("%s: %d, %lld", lines[i].text, err, (long long)found.event.time);
	}
#undef REST
}

static void local_time_follows_changes_of_the_zone(void **state)
{
#define REST " H=[198.51.100.7] F=<> rejected after DATA"
	struct exim_log_found found;
	struct exim_log exim;

	(void)state;
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	exim_log_init(&exim, classes);
	assert_int_equal(read_text(&exim, "2003-01-24 12:22:33" REST, &found), 0);
	assert_int_equal(found.event.time / 1000, 1043407353);
	assert_int_equal(read_text(&exim, "2003-08-24 13:22:33" REST, &found), 0);
	assert_int_equal(found.event.time, TIME);
	/* 2003-03-30 02:00 became 03:00 */
	assert_int_equal(read_text(&exim, "2003-03-30 01:59:59" REST, &found), 0);
	assert_int_equal(found.event.time / 1000, 1048985999);
	assert_int_equal(read_text(&exim, "2003-03-30 03:00:00" REST, &found), 0);
	assert_int_equal(found.event.time / 1000, 1048986000);
	setenv("TZ", "UTC", 1);
#undef REST
}

static void cut_line_names_no_other_host(void **state)
{
	const char *const lines[] = {
		STAMP
		"1xVO3f-00036y-2K H=mx.example.net (helo) [198.51.100.17]:4711 I=[192.0.2.1]:25 X=TLS1.3:a:256 DN=\"CN=a\" F=<\"s\\\"> x\"@e> A=plain:u rejected RCPT <a@b>: no",
		STAMP
		"H=([192.0.2.3]) [2001:db8::17] F=<s@e> rejected after DATA: This message contains a virus",
		STAMP "1xVO3f-00036y-2K <= \"a b\\\" c\"\\@d@e H=(h) [198.51.100.17] P=esmtp S=300",
	};
	const char *const peers[] = { "198.51.100.17", "2001:db8::17", "198.51.100.17" };
	char text[ADDR_TEXT_SIZE], cut[512];
	struct exim_log_found found;
	struct exim_log exim;

	(void)state;
	exim_log_init(&exim, classes);
	exim.wants_arrivals = true;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(read_text(&exim, lines[i], &found), 0);
		for (size_t length = 0; length < strlen(lines[i]); length++) {
			memcpy(cut, lines[i], length);
			cut[length] = '\0';
			if (!read_text(&exim, cut, &found))
				assert_string_equal(addr_format(&found.event.peer, text), peers[i]);
		}
	}
}

/* A last line without LF may be any beginning of what exim wrote. */
static void unterminated_line_names_no_other_host(void **state)
{
	static const struct {
		const char *line, *peer;
		bool junk; /* only with unchecked HELOs */
	} lines[] = {
		{ STAMP "no host name found for IP address 192.0.2.99", "192.0.2.99", false },
		{ STAMP "SMTP syntax error in \"X H=(z) [192.0.2.9]\" H=(h) [198.51.100.7] x",
		  "198.51.100.7", false },
		{ STAMP "VRFY failed for x H=[192.0.2.9] H=[198.51.100.7]", "198.51.100.7", false },
		{ STAMP
		  "H=(x) [192.0.2.9] F=<a@b> rejected DATA: y) [198.51.100.7] F=<a@b> rejected DATA: no",
		  "198.51.100.7", true },
		{ STAMP "rejected \"EHLO x\" from [192.0.2.9]\" from (x) [198.51.100.7]",
		  "198.51.100.7", true },
		{ STAMP "1xVO3f-00036y-2K <= a@b H=(x) [192.0.2.9] P=e y) [198.51.100.7] P=esmtp",
		  "198.51.100.7", true },
	};
	char text[ADDR_TEXT_SIZE];
	struct exim_log_found found;
	struct exim_log exim;

	(void)state;
	exim_log_init(&exim, classes);
	exim.wants_arrivals = exim.is_unterminated = true;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		for (int checked = 0; checked < 2 - lines[i].junk; checked++)
			for (size_t length = 0; length <= strlen(lines[i].line); length++) {
				exim.helo_is_checked = checked;
				if (!exim_log_read(&exim, lines[i].line, length, &found))
					assert_string_equal(addr_format(&found.event.peer, text),
							    lines[i].peer);
			}
}

/* From 4.98 on, exim cuts a record that is too long, and the host may be after the cut. */
static void record_cut_by_exim_is_skipped_and_counted(void **state)
{
	static const char *const begins[] = {
		STAMP "H=(x) [192.0.2.9] F=<a@b> rejected after DATA: virus ",
		STAMP "SMTP syntax error in \"FOO H=[192.0.2.9] ",
		STAMP "VRFY failed for x H=[192.0.2.9] ",
	};
	static char line[8188];
	struct exim_log_found found;
	struct exim_log exim;

	(void)state;
	exim_log_init(&exim, classes);
	for (int i = 0; i < 3; i++) {
		memset(line, 'a', sizeof(line));
		memcpy(line, begins[i], strlen(begins[i]));
		memcpy(line + sizeof(line) - 42, "**** log string overflowed log buffer ****", 42);
		for (int checked = 0; checked < 2; checked++) {
			exim.helo_is_checked = checked;
			assert_int_equal(exim_log_read(&exim, line, sizeof(line), &found), -ENOMSG);
		}
	}
	assert_int_equal(exim.skips.of[SKIP_OVERFLOWED], 6);
	assert_int_equal(skip_sum(&exim.skips), 6);
}

/* Up to 4.97, exim replaces a whole line that does not fit its buffer. */
static void overflow_is_counted_and_delivery_is_not(void **state)
{
	static const char *const lines[] = {
		STAMP "**** log string overflowed log buffer ****",
		STAMP "[4711] **** log string overflowed log buffer ****",
		STAMP "1xVO3f-00036y-2K **** log string overflowed log buffer ****",
	};
	static const char delivery[] = STAMP "1xVO3f-00036y-2K ** a@b: Unrouteable address";
	struct exim_log_found found;
	struct exim_log exim;

	(void)state;
	exim_log_init(&exim, classes);
	for (int i = 0; i < 3; i++)
		assert_int_equal(exim_log_read(&exim, lines[i], strlen(lines[i]), &found), -ENOMSG);
	assert_int_equal(exim_log_read(&exim, delivery, strlen(delivery), &found), -ENOMSG);
	assert_int_equal(exim.skips.of[SKIP_OVERFLOWED], 3);
	assert_int_equal(skip_sum(&exim.skips), 3);
}

/* A line of `size` bytes, filled by a long HELO, with the ACL's text after it. */
static void write_long(char *line, size_t size)
{
	static const char begin[] = STAMP "1xVO3f-00036y-2K H=(",
			  end[] = ") [198.51.100.7] F=<a@b> rejected after DATA: virus";

	memset(line, 'a', size);
	memcpy(line, begin, sizeof(begin) - 1);
	memcpy(line + size - (sizeof(end) - 1), end, sizeof(end) - 1);
}

static void whole_line_is_read_up_to_the_size_of_exims_buffer(void **state)
{
	static char line[8192];
	struct exim_log_found found;
	struct exim_log exim;
	char text[ADDR_TEXT_SIZE];

	(void)state;
	exim_log_init(&exim, classes);
	for (size_t size = 7900; size <= 8190; size++) {
		write_long(line, size);
		for (int checked = 0; checked < 2; checked++) {
			exim.helo_is_checked = checked;
			assert_int_equal(exim_log_read(&exim, line, size, &found), 0);
			assert_string_equal(addr_format(&found.event.peer, text), "198.51.100.7");
			assert_int_equal(found.event.class, EVENT_VIRUS);
		}
	}
	assert_int_equal(skip_sum(&exim.skips), 0);
	write_long(line, 8191);
	assert_int_equal(exim_log_read(&exim, line, 8191, &found), -ENOMSG);
	assert_int_equal(exim.skips.of[SKIP_OVERLONG], 1);
}

/* Counted once if one reading is an offence, and not if none is. */
static void ambiguous_line_is_counted_as_doubtful(void **state)
{
	static const struct {
		const char *line;
		bool unchecked, checked; /* doubtful if HELOs are not checked, and if they are */
	} lines[] = {
		{ STAMP "H=(x) [198.51.100.7] F=<a@b> rejected RCPT <c@d>: no (y) [192.0.2.9]",
		  true, false },
		{ STAMP "H=(x) [192.0.2.9] y) [198.51.100.7] F=<a@b> rejected RCPT <c@d>: no", true,
		  false },
		{ STAMP "SMTP call from (x) [192.0.2.9] y) [198.51.100.7] dropped: too many s",
		  true, false },
		{ STAMP "SMTP syntax error in \"FOO H=[192.0.2.9] \" H=(h) [198.51.100.7] what",
		  true, true },
		{ STAMP "VRFY failed for x H=(h) [192.0.2.9] H=(h) [198.51.100.7]", true, true },
		/* A local user's line, an arrival, and non-offences. */
		{ STAMP "SMTP syntax error in \"FOO\" U=root what", false, false },
		{ STAMP "1xVO3f-00036y-2K <= a@b H=(x) [198.51.100.7] P=esmtp (y) [192.0.2.9]",
		  false, false },
		{ STAMP "H=(x) [198.51.100.7] Warning: greylisted (y) [192.0.2.9]", false, false },
		{ STAMP "SMTP connection from (x) [198.51.100.7] y) [192.0.2.9] closed by QUIT",
		  false, false },
	};
	struct exim_log_found found;
	struct exim_log exim;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		for (int checked = 0; checked < 2; checked++) {
			exim_log_init(&exim, classes);
			exim.helo_is_checked = checked;
			exim.wants_arrivals = true;
			exim_log_read(&exim, lines[i].line, strlen(lines[i].line), &found);
			if (skip_sum(&exim.skips) !=
			    (checked ? lines[i].checked : lines[i].unchecked))
				fail_msg("%s: %llu", lines[i].line,
					 (unsigned long long)skip_sum(&exim.skips));
			assert_int_equal(exim.skips.of[SKIP_DOUBTFUL], skip_sum(&exim.skips));
			assert_int_equal(exim.helo_is_checked, checked);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_of_the_host_slot_is_read),
		cmocka_unit_test(class_follows_from_acl_text),
		cmocka_unit_test(non_offences_are_not_counted),
		cmocka_unit_test(sender_or_recipient_names_no_other_host),
		cmocka_unit_test(junk_helo_names_no_other_host),
		cmocka_unit_test(text_before_or_after_the_host_names_no_other_host),
		cmocka_unit_test(timestamps_are_read_to_the_millisecond),
		cmocka_unit_test(local_time_follows_changes_of_the_zone),
		cmocka_unit_test(cut_line_names_no_other_host),
		cmocka_unit_test(unterminated_line_names_no_other_host),
		cmocka_unit_test(record_cut_by_exim_is_skipped_and_counted),
		cmocka_unit_test(overflow_is_counted_and_delivery_is_not),
		cmocka_unit_test(whole_line_is_read_up_to_the_size_of_exims_buffer),
		cmocka_unit_test(ambiguous_line_is_counted_as_doubtful),
		cmocka_unit_test(backslash_does_not_end_an_address),
		cmocka_unit_test(name_that_looks_like_an_address_is_not_one),
		cmocka_unit_test(text_quoted_by_the_acl_does_not_choose_the_class),
		cmocka_unit_test(behind_proxies_no_line_is_an_event_and_each_offence_is_counted),
		cmocka_unit_test(local_port_is_that_of_the_interface),
		cmocka_unit_test(text_of_the_peer_names_no_local_port),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests_name("exim", tests, open_classes, close_classes);
}
