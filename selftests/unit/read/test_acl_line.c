// SPDX-License-Identifier: GPL-2.0-only
/* Lines of local_scan(), discards, deferrals, items between host and sender, and quoted words. */
#include "unit/read/lines.h"

#define ID   STAMP "10HmaX-000000005vi-0000 "
#define V    "[192.0.2.9]"
#define PEER "198.51.100.7"

/* src/receive.c: the sender has no angle brackets, and may be quoted. */
static void local_scan_rejection_counts_for_the_host(void **state)
{
#define SCAN "rejected by local_scan(): "
	static const struct line lines[] = {
		{ ID "F=s@e H=mx.example (helo) [198.51.100.7] P=smtp " SCAN "Rejected", PEER,
		  EVENT_POLICY },
		{ ID "F=s@e H=[198.51.100.7]:4711 I=[192.0.2.1]:25 P=esmtp " SCAN
		     "Rejected: hits=7.5 required=5.0 trigger=5.0",
		  PEER, EVENT_SPAM },
		{ ID "F=<> H=(h) [198.51.100.7] P=esmtps L. X=TLS1.3:x:256 CV=no " SCAN
		     "This message contains a virus",
		  PEER, EVENT_VIRUS },
		{ ID "F=s@e DS H=mx.example [198.51.100.7] TFO* Ci=abc P=esmtp L* SPF=fail " SCAN
		     "Message is spam\\n",
		  PEER, EVENT_SPAM },
		{ ID "F=s@e H=(h) [198.51.100.7] P=esmtpa A=plain:bob " SCAN "spam", PEER,
		  EVENT_SPAM },
		/* The sender, an ident, a certificate and a login are text of the peer. */
		{ ID "F=\"a H=x " V " b\"@e H=(h) [198.51.100.7] P=esmtp " SCAN "spam", PEER,
		  EVENT_SPAM },
		{ ID "F=\"a\\\" H=x " V " P=esmtp " SCAN "virus\"@e H=(h) [198.51.100.7] P=x " SCAN
		     "spam",
		  PEER, EVENT_SPAM },
		{ ID "F=a\\ H=b@e H=(h) [198.51.100.7] P=esmtp " SCAN "spam", PEER, EVENT_SPAM },
		{ ID "F=s@e H=(h) [198.51.100.7] U= H=x " V " P=esmtp " SCAN "spam", PEER,
		  EVENT_SPAM },
		{ ID "F=s@e H=(h) [198.51.100.7] P=esmtps X=a CV=no DN=\"CN=x: H=x " V "\" " SCAN
		     "spam",
		  PEER, EVENT_SPAM },
		{ ID "F=s@e H=(h) [198.51.100.7] P=esmtpa A=plain:x H=y " V " " SCAN "spam", PEER,
		  EVENT_SPAM },
	};
	static const struct line none[] = {
		{ ID "F=s@e H=(h) [198.51.100.7] P=esmtp temporarily " SCAN
		     "Temporary local problem" },
		{ ID "F=s@e U=root P=local " SCAN "Administrative prohibition" },
		{ ID "F=s@e P=local " SCAN "x H=(h) " V },
		/* Without a message id, it is not this line. */
		{ STAMP "F=s@e H=(h) " V " P=esmtp " SCAN "spam" },
		{ ID "F=s@e rejected by non-SMTP ACL: H=(h) " V " " SCAN "spam" },
		{ ID "F=\"a H=x " V " P=esmtp " SCAN "spam" },
		{ ID "SA: Action: permanently rejected message: From <a@b> (host=x " V ") " SCAN },
		{ ID "F=s@e H=(h) " V " P=esmtp temporarily " SCAN "x F=<a> " SCAN "spam" },
	};

	(void)state;
	CHECK(true, lines);
	CHECK(true, none);
	CHECK(false, lines);
	CHECK(false, none);
}

static void junk_helo_of_local_scan_names_no_other_host(void **state)
{
	static const struct line lines[] = {
		{ ID "F=s@e H=(x) " V " P=esmtp " SCAN "spam (y) [198.51.100.7] P=esmtp " SCAN
		     "x" },
	};
	static const struct line exact[] = {
		{ ID "F=s@e H=(x) [198.51.100.7] P=esmtp " SCAN "spam (y) " V " P=esmtp " SCAN "x",
		  PEER, EVENT_SPAM },
	};

	(void)state;
	CHECK(false, lines);
	CHECK(true, exact);
#undef SCAN
}

/* src/smtp_in.c: " SPF=…" and " DMARC=…" stand before "rejected" from 4.100 on. */
static void spf_and_dmarc_items_are_skipped(void **state)
{
	static const struct line lines[] = {
#define SPF_HOST STAMP "H=(h) [198.51.100.7] "
		{ SPF_HOST "F=<s@e> SPF=fail rejected RCPT <a@b>", PEER, EVENT_POLICY },
		{ SPF_HOST "F=<s@e> SPF rejected RCPT <a@b>: relay not permitted", PEER,
		  EVENT_RELAY },
		{ SPF_HOST "F=<s@e> SPF=pass DMARC=accept rejected after DATA: spam", PEER,
		  EVENT_SPAM },
		{ SPF_HOST "F=<s@e> A=plain:bob SPF DMARC rejected RCPT <a@b>: no such user", PEER,
		  EVENT_UNKNOWN_USER },
		{ SPF_HOST "X=TLS1.3:x:256 CV=no SPF=none rejected MAIL <s@e>: HELO refused", PEER,
		  EVENT_HELO },
		{ SPF_HOST
		  "X=a CV=no DN=\"CN=x\" F=<s@e> SPF=none rejected RCPT <a@b>: no such user",
		  PEER, EVENT_UNKNOWN_USER },
	};
	static const struct line none[] = {
		{ SPF_HOST "F=<s@e> SPF=temperror temporarily rejected RCPT <a@b>" },
		{ SPF_HOST "F=<s@e> A=plain:bob SPF=none temporarily rejected RCPT <a@b>: virus" },
		{ SPF_HOST "F=<s@e> SPF=pass Warning: rejected RCPT <a@b>: virus" },
	};

	(void)state;
	CHECK(true, lines);
	CHECK(true, none);
	CHECK(false, lines);
	CHECK(false, none);
}

static void certificate_with_colons_is_skipped(void **state)
{
#define DN STAMP "H=(h) [198.51.100.7] X=TLS1.2:x:256 CV=yes DN=\""
	static const struct line lines[] = {
		{ DN "/O=Ex: Am Ple/CN=mx\" F=<s@e> rejected RCPT <a@b>: relay not permitted", PEER,
		  EVENT_RELAY },
		{ DN "O=a: b\\, c\" SNI=mx.example F=<s@e> rejected RCPT <a@b>: no such user", PEER,
		  EVENT_UNKNOWN_USER },
		{ DN "O=a: F=<x> rejected DATA: y\" F=<s@e> rejected RCPT <a@b>: no such user",
		  PEER, EVENT_UNKNOWN_USER },
		{ STAMP
		  "H=(h) [198.51.100.7] U=i X=a CV=no DN=\"O=a: b\" F=<s@e> rejected RCPT <a@b>: no such user",
		  PEER, EVENT_UNKNOWN_USER },
	};
	static const struct line none[] = {
		{ DN "O=a: b\" F=<s@e> temporarily rejected RCPT <a@b>: F=<x> rejected DATA: y" },
		{ DN
		  "O=a: b\" sender verify fail for <s@e>: 550 F=<x> rejected RCPT <a@b>: virus" },
		{ DN "O=a: b\" sender verify fail for <s@e>: 550 \" sender rejected DATA" },
	};

	(void)state;
	CHECK(true, lines);
	CHECK(true, none);
}

/* src/smtp_in.c: "F=<s> RCPT ARGUMENT: discarded by RCPT ACL: TEXT" */
static void discard_by_a_spam_trap_counts(void **state)
{
#define FROM STAMP "H=(h) [198.51.100.7] F=<s@e> "
	static const struct line lines[] = {
		{ FROM "RCPT <a@b>: discarded by RCPT ACL: spamtrap", PEER, EVENT_SPAM },
		{ FROM "RCPT <\"a: b\"@b>: discarded by MAIL ACL: spam trap, thank you", PEER,
		  EVENT_SPAM },
		{ FROM "RCPT a@b: discarded by RCPT ACL: spamtrap", PEER, EVENT_SPAM },
		{ FROM "RCPT <\"a H=(z) " V "\"@b>: discarded by RCPT ACL: spamtrap", PEER,
		  EVENT_SPAM },
	};
	static const struct line none[] = {
		{ FROM "RCPT <a@b>: discarded by RCPT ACL" },
		{ FROM "RCPT <spamtrap@b>: discarded by RCPT ACL" },
		{ FROM "RCPT <spamtrap@b>: discarded by RCPT ACL: as configured" },
		{ FROM "RCPT <spamtrap@b>: discarded by RCPT ACL: spamtrap@b is quiet" },
		{ FROM "RCPT <a@b>: accepted: spamtrap" },
	};

	(void)state;
	CHECK(true, lines);
	CHECK(true, none);
	CHECK(false, none);
}

static void deferral_counts_only_for_a_rate_limit(void **state)
{
	static const struct line lines[] = {
		{ STAMP
		  "H=mx.example [198.51.100.7]:1 temporarily rejected connection in \"connect\" ACL: \"Host is ratelimited (1.9/1h max:1.2)\"",
		  PEER, EVENT_RATELIMIT },
		{ FROM "temporarily rejected RCPT <a@b>: Rate limit exceeded", PEER,
		  EVENT_RATELIMIT },
		{ FROM "A=plain:u temporarily rejected RCPT <a@b>: sending rate too high", PEER,
		  EVENT_RATELIMIT },
		{ FROM "temporarily rejected after DATA: you send too fast", PEER,
		  EVENT_RATELIMIT },
	};
	static const struct line none[] = {
		{ FROM "temporarily rejected RCPT <a@b>: Greylisted, please wait" },
		{ FROM "temporarily rejected RCPT <a@b>: greylisting: rate limit of new hosts" },
		{ FROM "temporarily rejected RCPT <a@b>: Unknown user" },
		{ FROM "temporarily rejected RCPT <a@b>: too many connections, try again later" },
		{ FROM "temporarily rejected after DATA: virus" },
		/* Words of the peer, and of another server. */
		{ FROM "temporarily rejected RCPT <rate-limit@b>" },
		{ FROM "temporarily rejected RCPT <rate-limit@b>: <rate-limit@b> later" },
		{ STAMP
		  "H=(h) [198.51.100.7] F=<rate-limit@e> temporarily rejected RCPT <a@b>: rate-limit@e: wait" },
		{ FROM
		  "temporarily rejected RCPT <a@b>: response to \"RCPT TO:<a@b>\" from x [192.0.2.5] was: 450 rate limit" },
		{ FROM
		  "temporarily rejected RCPT <a@b>: x [192.0.2.5] : SMTP error from remote mail server after RCPT TO:<a@b>: 450 rate limit" },
	};

	(void)state;
	CHECK(true, lines);
	CHECK(true, none);
	CHECK(false, none);
}

static void recipient_callout_is_an_unknown_user(void **state)
{
	static const struct line lines[] = {
		{ FROM "rejected RCPT <a@b>: Previous (cached) callout verification failure", PEER,
		  EVENT_UNKNOWN_USER },
		{ FROM
		  "rejected RCPT <a@b>: response to \"RCPT TO:<a@b>\" from x [192.0.2.5] was: 550 spam from a dynamic IP",
		  PEER, EVENT_UNKNOWN_USER },
		{ FROM
		  "rejected RCPT <a@b>: x [192.0.2.5] : SMTP error from remote mail server after RCPT TO:<a@b>: 550 5.1.10 SPF relay blacklist",
		  PEER, EVENT_UNKNOWN_USER },
		{ FROM
		  "rejected RCPT <a@b>: x [192.0.2.5] : SMTP error from remote mail server after pipelined RCPT TO:<a@b>: 550 no",
		  PEER, EVENT_UNKNOWN_USER },
		{ STAMP
		  "H=(h) [198.51.100.7] F=<> rejected RCPT <a@b>: response to \"RCPT TO:<a@b>\" from x [192.0.2.5] was: 550 spam",
		  PEER, EVENT_BACKSCATTER },
		/* Another command says nothing about the recipient. */
		{ FROM
		  "rejected RCPT <a@b>: response to \"MAIL FROM:<>\" from x [192.0.2.5] was: 550 no such user",
		  PEER, EVENT_POLICY },
		{ FROM
		  "rejected RCPT <a@b>: x [192.0.2.5] : SMTP error from remote mail server after HELO mx: 550 virus spam",
		  PEER, EVENT_POLICY },
		{ FROM "rejected RCPT <a@b>: Sender verify failed", PEER, EVENT_SENDER },
		{ STAMP "H=(h) [198.51.100.7] rejected MAIL <s@e>: Sender callout failed", PEER,
		  EVENT_SENDER },
	};

	(void)state;
	CHECK(true, lines);
}

/* An ACL's text often quotes the host, its HELO, the sender and the recipient. */
/* src/smtp_in.c, smtp_handle_acl_fail: exim quotes 100 bytes of any command's argument. */
static void argument_of_any_command_does_not_choose_the_class(void **state)
{
	static const struct line lines[] = {
		{ STAMP
		  "H=(h) [198.51.100.7] rejected MAIL <\"x: rate limit virus SPF\"@e>: HELO (h) is refused",
		  PEER, EVENT_HELO },
		{ STAMP
		  "H=(h) [198.51.100.7] rejected MAIL <\"no such user: 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456: HELO refused",
		  PEER, EVENT_HELO },
		{ STAMP "H=(h) [198.51.100.7] rejected VRFY \"x: rate limit\"@e: go away", PEER,
		  EVENT_POLICY },
		{ STAMP "H=(h) [198.51.100.7] rejected ETRN \"x: rate limit\"@e: go away", PEER,
		  EVENT_POLICY },
	};

	(void)state;
	CHECK(true, lines);
	CHECK(false, lines);
}

static void quoted_words_of_the_peer_do_not_choose_the_class(void **state)
{
#define LONG80 "0123456789012345678901234567890123456789012345678901234567890123456789012345678!"
	static const struct line lines[] = {
		{ STAMP
		  "H=(rate-limit.example) [198.51.100.7]:1 F=<s@e> rejected RCPT <a@b>: \"JunkMail rejected - (rate-limit.example) [198.51.100.7]:1 is in an RBL: https://x\"",
		  PEER, EVENT_DNSBL },
		{ STAMP
		  "H=mx.spf-test.example [198.51.100.7]:1 F=<s@e> rejected RCPT <a@b>: \"JunkMail rejected - mx.spf-test.example [198.51.100.7]:1 is in an RBL: https://x\"",
		  PEER, EVENT_DNSBL },
		{ STAMP
		  "H=no-relay.example (user-unknown) [198.51.100.7] F=<s@e> rejected RCPT <a@b>: no-relay.example (USER-UNKNOWN) is in an RBL",
		  PEER, EVENT_DNSBL },
		{ STAMP
		  "H=(h) [198.51.100.7] F=<no-such-user@spf.example> rejected RCPT <a@b>: NO-SUCH-USER@spf.example is in an RBL",
		  PEER, EVENT_DNSBL },
		{ STAMP
		  "H=(h) [198.51.100.7] F=<s@Rate-Limit.example> rejected RCPT <a@b>: the domain rate-limit.example is blacklisted",
		  PEER, EVENT_DNSBL },
		{ STAMP
		  "H=(h) [198.51.100.7] F=<s@e> rejected RCPT <rate-limit@relay-attempt.example>: no such user: rate-limit@relay-attempt.example",
		  PEER, EVENT_UNKNOWN_USER },
		{ STAMP
		  "1xVO3f-00036y-2K H=(h) [198.51.100.7] F=<virus@e> rejected after DATA: from virus@e: this is spam",
		  PEER, EVENT_SPAM },
		{ STAMP
		  "1xVO3f-00036y-2K H=(h) [198.51.100.7] F=<virus@e> rejected after DATA: mail from virus@e, go away",
		  PEER, EVENT_POLICY },
		/* What ends the site's own words does not, if the peer says it. */
		{ STAMP
		  "H=(h) [198.51.100.7] F=<\"response to \"@e> rejected RCPT <a@b>: \"response to \"@e is in an RBL",
		  PEER, EVENT_DNSBL },
		{ STAMP
		  "H=(h) [198.51.100.7] F=<\"SMTP error from remote mail server after RCPT TO:\"@e> rejected RCPT <a@b>: \"SMTP error from remote mail server after RCPT TO:\"@e is in an RBL",
		  PEER, EVENT_DNSBL },
		/* exim drops the quotes of $local_part. */
		{ STAMP
		  "H=(h) [198.51.100.7] F=<s@e> rejected RCPT <\"rate limit\"@b>: unknown user rate limit@b",
		  PEER, EVENT_UNKNOWN_USER },
		{ STAMP
		  "H=(h) [198.51.100.7] F=<s@e> rejected RCPT <rate\\ limit@b>: unknown user rate limit@b",
		  PEER, EVENT_UNKNOWN_USER },
		/* An argument without angle brackets, and one that exim cut. */
		{ STAMP
		  "H=(h) [198.51.100.7] F=<s@e> rejected RCPT \"x: rate limit\"@b: Unknown user",
		  PEER, EVENT_UNKNOWN_USER },
		{ STAMP "H=(h) [198.51.100.7] F=<s@e> rejected RCPT <\"" LONG80
			"..................: <\"" LONG80
			"..................rate limit\"@b> is an unknown user",
		  PEER, EVENT_UNKNOWN_USER },
		{ STAMP
		  "H=(x: rate limit) [198.51.100.7] rejected EHLO or HELO x: rate limit: no spam",
		  PEER, EVENT_SPAM },
		/* Nor does a word of the site's own text go, because the peer says it, too. */
		{ STAMP "H=(rbl) [198.51.100.7] F=<s@e> rejected RCPT <a@b>: you are in an RBL",
		  PEER, EVENT_DNSBL },
		{ STAMP
		  "H=(unknown) [198.51.100.7] F=<unknown@e> rejected RCPT <unknown@b>: Unknown user",
		  PEER, EVENT_UNKNOWN_USER },
		{ STAMP
		  "H=(zen.spamhaus.org) [198.51.100.7] F=<s@zen.spamhaus.org> rejected RCPT <a@b>: see zen.spamhaus.org",
		  PEER, EVENT_DNSBL },
		{ STAMP
		  "H=(not) [198.51.100.7] F=<s@e> rejected RCPT <a@b>: relay not permitted (for not)",
		  PEER, EVENT_RELAY },
		/* A part of a longer word is not the peer's word. */
		{ STAMP "H=(black) [198.51.100.7] F=<s@e> rejected RCPT <a@b>: blacklisted (black)",
		  PEER, EVENT_DNSBL },
	};

	(void)state;
	CHECK(false, lines);
}

/* src/receive.c: "rejected from <s> H=HOST: Non-CRLF-terminated header, under CHUNKING" */
static void header_without_crlf_is_a_protocol_error(void **state)
{
#define CHUNKING ": Non-CRLF-terminated header, under CHUNKING: message abandoned"
	static const struct line lines[] = {
		{ STAMP "rejected from <s@e> H=(h) [198.51.100.7]" CHUNKING, PEER, EVENT_PROTOCOL },
		{ STAMP "rejected from <> H=[198.51.100.7]:4711 U=x" CHUNKING, PEER,
		  EVENT_PROTOCOL },
		{ STAMP "rejected from <\"a> H=x " V CHUNKING "\"@e> H=(h) [198.51.100.7]" CHUNKING,
		  PEER, EVENT_PROTOCOL },
	};
	static const struct line none[] = {
		{ STAMP
		  "rejected from <s@e> H=(h) [198.51.100.7]: message too big: read=225 max=100" },
		{ STAMP "rejected from <s@e> U=root" CHUNKING },
		{ STAMP "rejected from <s@e>H=(h) [198.51.100.7]: Too many \"Received\" headers" },
		{ STAMP "rejected from <\"a> H=x " V CHUNKING },
	};

	(void)state;
	CHECK(true, lines);
	CHECK(true, none);
	CHECK(false, lines);
	CHECK(false, none);
}

/* src/smtp_in.c, EOF_CMD: by the selector smtp_connection */
static void lost_connection_without_mail_is_a_disconnect(void **state)
{
	static const struct line lines[] = {
		{ STAMP "SMTP connection from [198.51.100.7]:36524 lost D=10s", PEER,
		  EVENT_DISCONNECT },
		{ STAMP "SMTP connection from (h) [198.51.100.7]:36524 I=[192.0.2.1]:25 lost D=1s",
		  PEER, EVENT_DISCONNECT },
		{ STAMP
		  "SMTP connection from (h) [198.51.100.7] lost (error: Interrupted system call) D=3m",
		  PEER, EVENT_DISCONNECT },
		{ STAMP "SMTP connection Ci=ab from (h) [198.51.100.7] TFO lost D=1s", PEER,
		  EVENT_DISCONNECT },
		{ STAMP "SMTP connection from (h) [198.51.100.7] lost", PEER, EVENT_DISCONNECT },
	};
	static const struct line none[] = {
		{ STAMP "SMTP connection from (h) [198.51.100.7] closed by QUIT" },
		{ STAMP "SMTP connection from (lost D=1s) [198.51.100.7] closed by QUIT" },
		{ STAMP "SMTP connection from root lost D=1s" },
		{ STAMP "SMTP connection lost after final dot H=(h) " V " P=esmtp lost D=1s" },
		{ STAMP "SMTP connection from (h) [198.51.100.7] lostD=1s" },
	};

	(void)state;
	CHECK(true, lines);
	CHECK(true, none);
	CHECK(false, lines);
	CHECK(false, none);
}

/* src/tls-openssl.c: this error has no parentheses. */
static void handshake_closed_by_the_peer_is_a_tls_error(void **state)
{
	static const struct line lines[] = {
		{ STAMP
		  "TLS error on connection from [198.51.100.7]:42992 SSL_accept: TCP connection closed by peer",
		  PEER, EVENT_TLS },
		{ STAMP "TLS error on connection from (h) [198.51.100.7] (SSL_accept): timed out",
		  PEER, EVENT_TLS },
	};
	static const struct line none[] = {
		{ STAMP "TLS error on connection from (h) [198.51.100.7] (recv): x" },
		{ STAMP "TLS error on connection from (h) [198.51.100.7] SSL_read: SSL_accept: x" },
		{ ID "H=mx.example " V " TLS error on connection SSL_accept: x" },
	};

	(void)state;
	CHECK(true, lines);
	CHECK(true, none);
	CHECK(false, none);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(local_scan_rejection_counts_for_the_host),
		cmocka_unit_test(junk_helo_of_local_scan_names_no_other_host),
		cmocka_unit_test(spf_and_dmarc_items_are_skipped),
		cmocka_unit_test(certificate_with_colons_is_skipped),
		cmocka_unit_test(discard_by_a_spam_trap_counts),
		cmocka_unit_test(deferral_counts_only_for_a_rate_limit),
		cmocka_unit_test(recipient_callout_is_an_unknown_user),
		cmocka_unit_test(argument_of_any_command_does_not_choose_the_class),
		cmocka_unit_test(quoted_words_of_the_peer_do_not_choose_the_class),
		cmocka_unit_test(header_without_crlf_is_a_protocol_error),
		cmocka_unit_test(lost_connection_without_mail_is_a_disconnect),
		cmocka_unit_test(handshake_closed_by_the_peer_is_a_tls_error),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests_name("acl_line", tests, open_classes, close_classes);
}
