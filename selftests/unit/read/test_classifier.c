// SPDX-License-Identifier: GPL-2.0-only
/* The classes of common ACL texts, a site's own patterns, and their configuration. */
#include "unit/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hs/hs.h>

#include "config/config.h"
#include "patterns_compiled.h"
#include "read/exim_log/classifier.h"

static void common_texts_have_their_classes(void **state)
{
	static const struct {
		const char *text;
		enum patterns_phase phase;
		enum event_class class;
	} texts[] = {
		/* exim's default configuration */
		{ "relay not permitted", PATTERNS_SESSION, EVENT_RELAY },
		{ "Sender verify failed", PATTERNS_SESSION, EVENT_SENDER },
		{ "Unrouteable address", PATTERNS_SESSION, EVENT_UNKNOWN_USER },
		{ "rejected because 192.0.2.1 is in a black list at zen.spamhaus.org",
		  PATTERNS_SESSION, EVENT_DNSBL },
		{ "This message contains a virus (Eicar-Test-Signature).", PATTERNS_CONTENT,
		  EVENT_VIRUS },
		{ "Your message scored 7.2 SpamAssassin point. Report follows:", PATTERNS_CONTENT,
		  EVENT_SPAM },
		{ "Message headers fail syntax check", PATTERNS_CONTENT, EVENT_PROTOCOL },
		{ "No verifiable sender address in message headers", PATTERNS_CONTENT,
		  EVENT_SENDER },
		{ "maximum allowed line length is 998 octets, got 1200", PATTERNS_CONTENT,
		  EVENT_PROTOCOL },
		/* Debian's */
		{ "sender envelope address x@e is locally blacklisted here.", PATTERNS_SESSION,
		  EVENT_POLICY },
		{ "192.0.2.1 is listed at sbl.example (127.0.0.2)", PATTERNS_SESSION, EVENT_DNSBL },
		/* cPanel's */
		{ "\"JunkMail rejected - (h) [192.0.2.1]:1 is in an RBL: see https://x\"",
		  PATTERNS_SESSION, EVENT_DNSBL },
		{ "No Such User Here", PATTERNS_SESSION, EVENT_UNKNOWN_USER },
		{ "(h) [192.0.2.1]:1 is currently not permitted to relay through this server.",
		  PATTERNS_SESSION, EVENT_RELAY },
		{ "HELO should be a FQDN or address literal", PATTERNS_SESSION, EVENT_HELO },
		{ "Number of failed recipients exceeded.  Come back in a few hours.",
		  PATTERNS_SESSION, EVENT_UNKNOWN_USER },
		{ "Rejected relay attempt: '192.0.2.1' From: 'a@e' To: 'b@e'", PATTERNS_SESSION,
		  EVENT_RELAY },
		{ "The mail server could not deliver mail to b@e.  The account or domain may not exist, they may be blacklisted, or missing the proper dns entries.",
		  PATTERNS_SESSION, EVENT_UNKNOWN_USER },
		{ "\"Host is ratelimited (1.9/1h max:1.2)\"", PATTERNS_DEFERRED, EVENT_RATELIMIT },
		/* Exim4U's, vexim's, HestiaCP's, SpamExperts' */
		{ "Dictionary attack (after 4 failures).", PATTERNS_SESSION, EVENT_UNKNOWN_USER },
		{ "Rejected for too many bad recipients", PATTERNS_SESSION, EVENT_UNKNOWN_USER },
		{ "Cannot verify sender domain", PATTERNS_SESSION, EVENT_SENDER },
		{ "Invalid reverse path signature.", PATTERNS_SESSION, EVENT_BACKSCATTER },
		{ "Reverse path is not valid", PATTERNS_SESSION, EVENT_SENDER },
		{ "DENY: Blacklisted extension (\"invoice.exe\")", PATTERNS_CONTENT, EVENT_WORM },
		{ "DENY: Blacklisted extension (\"q1.zip\")", PATTERNS_CONTENT, EVENT_WORM },
		{ "Banned extension: q1.zip", PATTERNS_CONTENT, EVENT_WORM },
		{ "MIME_ERROR : Proposed filename too long", PATTERNS_CONTENT, EVENT_PROTOCOL },
		{ "MIME error (attachment without an end)", PATTERNS_CONTENT, EVENT_PROTOCOL },
		/* A thing in the message is listed, not the host. */
		{ "Blacklisted URL in message. (shop.example) in [multi.surbl.example]",
		  PATTERNS_CONTENT, EVENT_SPAM },
		{ "An URL in this email ( shop.example ) is listed by Spamhaus DBL",
		  PATTERNS_CONTENT, EVENT_SPAM },
		{ "The link http://shop.example/ is blacklisted", PATTERNS_CONTENT, EVENT_SPAM },
		{ "Reply-To address a@e is listed in ebl.example", PATTERNS_CONTENT, EVENT_SPAM },
		{ "192.0.2.1 is listed at zen.spamhaus.org, see the URL https://x/",
		  PATTERNS_CONTENT, EVENT_DNSBL },
		/* sa-exim's */
		{ "Rejected: hits=7.5 required=5.0 trigger=5.0", PATTERNS_CONTENT, EVENT_SPAM },
		/* exiscan's */
		{ "This message contains malware (Worm.Sobig.F)", PATTERNS_CONTENT, EVENT_VIRUS },
		{ "This message contains an unwanted file extension (pif)", PATTERNS_CONTENT,
		  EVENT_WORM },
		{ "Blacklisted file extension detected", PATTERNS_CONTENT, EVENT_WORM },
		{ "This message matches a blacklisted regular expression (x)", PATTERNS_CONTENT,
		  EVENT_WORM },
		{ "This message scored 12.3 spam points.", PATTERNS_CONTENT, EVENT_SPAM },
		{ "Serious MIME defect detected (unbalanced)", PATTERNS_CONTENT, EVENT_PROTOCOL },
		/* SOBIG's subjects and attachments */
		{ "Subject: Re: Details", PATTERNS_CONTENT, EVENT_WORM },
		{ "subject is \"Re: Re: My details\"", PATTERNS_CONTENT, EVENT_WORM },
		{ "Sobig subject (Thank you!)", PATTERNS_CONTENT, EVENT_WORM },
		{ "'Re: Wicked screensaver'", PATTERNS_CONTENT, EVENT_WORM },
		{ "subject 'Re: That movie'", PATTERNS_CONTENT, EVENT_WORM },
		{ "attachment wicked_scr.scr", PATTERNS_CONTENT, EVENT_WORM },
		{ "your_document.pif is no document", PATTERNS_CONTENT, EVENT_WORM },
		/* others */
		{ "Spam message rejected by rspamd", PATTERNS_CONTENT, EVENT_SPAM },
		{ "SPF check failed", PATTERNS_SESSION, EVENT_SENDER },
		{ "Relaying denied", PATTERNS_SESSION, EVENT_RELAY },
		{ "User unknown in virtual mailbox table", PATTERNS_SESSION, EVENT_UNKNOWN_USER },
		{ "no reverse DNS for 192.0.2.1", PATTERNS_SESSION, EVENT_RDNS },
	};
	struct classifier_error why;
	struct classifier *classes;
	enum event_class class;

	(void)state;
	assert_int_equal(classifier_open(NULL, 0, &why, &classes), 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		/* The second time, from the cache. */
		for (int again = 0; again < 2; again++) {
			if (classifier_match(classes, texts[i].phase, texts[i].text,
					     strlen(texts[i].text), &class))
				fail_msg("%s: unmatched", texts[i].text);
			if (class != texts[i].class)
				fail_msg("%s: %s", texts[i].text, event_class_name(class));
		}
	}
	assert_int_equal(classifier_match(classes, PATTERNS_SESSION, "go away", 7, &class),
			 -ENOMSG);
	assert_int_equal(classifier_match(classes, PATTERNS_SESSION, "go away", 7, &class),
			 -ENOMSG);
	assert_int_equal(classifier_match(classes, PATTERNS_CONTENT, "", 0, &class), -ENOMSG);
	/* Greylisting is not a rate limit, and a deferral is only counted for one. */
	assert_int_equal(
		classifier_match(classes, PATTERNS_DEFERRED, "Greylisted, rate limit", 22, &class),
		0);
	assert_int_equal(class, EVENT_POLICY);
	assert_int_equal(classifier_match(classes, PATTERNS_DEFERRED, "Unknown user", 12, &class),
			 -ENOMSG);
	/* A virus is found in what was sent, not in what was asked for. */
	assert_int_equal(classifier_match(classes, PATTERNS_SESSION, "virus", 5, &class), -ENOMSG);
	classifier_close(classes);
}

static void site_patterns_come_first(void **state)
{
	const struct pattern own[] = {
		{ EVENT_SPAM, PATTERNS_ANY, "^relay" },
		{ EVENT_WORM, PATTERNS_ANY, "gesperrt" },
	};
	struct classifier_error why;
	struct classifier *classes;
	enum event_class class;

	(void)state;
	assert_int_equal(classifier_open(own, 2, &why, &classes), 0);
	assert_int_equal(
		classifier_match(classes, PATTERNS_SESSION, "relay not permitted", 19, &class), 0);
	assert_int_equal(class, EVENT_SPAM);
	assert_int_equal(classifier_match(classes, PATTERNS_SESSION, "Anhang GESPERRT", 15, &class),
			 0);
	assert_int_equal(class, EVENT_WORM);
	assert_int_equal(classifier_match(classes, PATTERNS_SESSION, "no relay", 8, &class), 0);
	assert_int_equal(class, EVENT_RELAY);
	classifier_close(classes);
}

static void invalid_pattern_is_reported(void **state)
{
	const struct pattern own[] = {
		{ EVENT_SPAM, PATTERNS_ANY, "fine" },
		{ EVENT_SPAM, PATTERNS_ANY, "(broken" },
	};
	struct classifier_error why;
	struct classifier *classes;

	(void)state;
	assert_int_equal(classifier_open(own, 2, &why, &classes), -EINVAL);
	assert_int_equal(why.pattern, 1);
	assert_true(*why.text);
	for (int i = 0; i < 3; i++) {
		const char *const any[] = { ".", ".+", "x*" };
		const struct pattern fits[] = { { EVENT_SPAM, PATTERNS_ANY, any[i] } };

		assert_int_equal(classifier_open(fits, 1, &why, &classes), -EINVAL);
		assert_string_equal(why.text, "it matches every text");
	}
}

static const char *const config_file = "/tmp/sobig-xdp-test-config";

static int load(const char *text, struct config *config, struct config_error *error)
{
	char path[64];
	FILE *file;
	int err;

	snprintf(path, sizeof(path), "%s.%d", config_file, (int)getpid());
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	err = config_load(path, config, error);
	unlink(path);
	return err;
}

static void config_gives_patterns_in_order(void **state)
{
	struct config_error error;
	struct config config;

	(void)state;
	assert_int_equal(load("# ours\n[class virus]\npattern = gesperrt\npattern=^a = b$\n\n"
			      "[class spam]\npattern = werbung\n",
			      &config, &error),
			 0);
	assert_int_equal(config.patterns_count, 3);
	assert_string_equal(config.patterns[0].regex, "gesperrt");
	assert_string_equal(config.patterns[1].regex, "^a = b$");
	assert_int_equal(config.patterns[1].class, EVENT_VIRUS);
	assert_int_equal(config.patterns[2].class, EVENT_SPAM);
	assert_int_equal(config.patterns[2].location.line, 7);
	config_free(&config);
}

static void config_errors_name_file_and_line(void **state)
{
	static const struct {
		const char *text, *says;
	} wrong[] = {
		{ "[class vírus]\npattern = x\n", ":2: unknown class" },
		{ "\n[class viruss]\npattern = x\n",
		  ":3: unknown class \"viruss\"; did you mean \"virus\"?" },
		{ "[clas virus]\npattern = x\n", ":1: unknown section [clas virus]" },
		{ "[class virus]\npatern = x\n", ":2: [class virus] has no key \"patern\"" },
		{ "[class virus]\npattern =\n", ":2: pattern = \"\": expected a pattern" },
		{ "pattern = x\n", ":1: this line is before the first section" },
		{ "[class virus]\nnonsense\n", ":2: expected \"[section]\"" },
		{ "[class virus\n", ":1: the \"]\" is missing" },
		{ "[class virus]\npattern = x # y\n", ":2: in a pattern, " },
		{ "[class virus]\npattern = x ; y\n", ":2: in a pattern, " },
		{ "[class virus]\npattern = x\n  y\n", ":3: expected \"[section]\"" },
	};
	struct config_error error;
	struct config config;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(load(wrong[i].text, &config, &error), -EINVAL);
		if (!strstr(error.text, wrong[i].says))
			fail_msg("\"%s\" gives \"%s\"", wrong[i].text, error.text);
	}
	assert_int_equal(config_load("/no/such/file", &config, &error), -ENOENT);
	assert_non_null(strstr(error.text, "/no/such/file"));
}

/*
 * The library refuses a database of another version or for other processors, and classifier_open()
 * then compiles the patterns at each start: the same classes, but 0.1 s later.
 */
static void library_loads_patterns_compiled_by_make(void **state)
{
	hs_database_t *database = NULL;
	hs_error_t err;

	(void)state;
	err = hs_deserialize_database((const char *)patterns_compiled, sizeof(patterns_compiled),
				      &database);
	hs_free_database(database);
	if (err != HS_SUCCESS)
		fail_msg(
			"hs_deserialize_database(): %d; libvectorscan was changed since: make clean",
			err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(common_texts_have_their_classes),
		cmocka_unit_test(site_patterns_come_first),
		cmocka_unit_test(invalid_pattern_is_reported),
		cmocka_unit_test(config_gives_patterns_in_order),
		cmocka_unit_test(config_errors_name_file_and_line),
		cmocka_unit_test(library_loads_patterns_compiled_by_make),
	};

	return cmocka_run_group_tests_name("classes", tests, NULL, NULL);
}
