// SPDX-License-Identifier: GPL-2.0-only
/* exim's records in syslog lines: every form is read, each record once, pieces never. */
#include "unit/suite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "read/reader.h"

#define NOW  INT64_C(1061730000) /* 2003-08-24 13:00:00 UTC */
#define TIME INT64_C(1061724153000)
#define SAID "H=(h) [198.51.100.7] F=<s@e> rejected after DATA: This message contains a virus (x)."

static struct classifier *classes;
static struct reader reader;

static int open_reader(void **state)
{
	struct classifier_error why;

	(void)state;
	if (classifier_open(NULL, 0, &why, &classes))
		return -1;
	reader_init(&reader, classes, false, NOW);
	return 0;
}

static int close_reader(void **state)
{
	(void)state;
	classifier_close(classes);
	return 0;
}

static int read_line(const char *line, struct exim_log_found *event)
{
	return reader_line(&reader, line, strlen(line), event);
}

static void every_form_of_syslog_is_read(void **state)
{
	static const struct {
		const char *line;
		int64_t time;
	} lines[] = {
		{ "Aug 24 11:22:33 mx exim[123]: " SAID, TIME },
		{ "Aug 24 11:22:33 mx exim: " SAID, TIME },
		{ "Aug 24 11:22:33 mx exim4[123]: " SAID, TIME },
		{ "<22>Aug 24 11:22:33 mx exim[123]: " SAID, TIME },
		{ "Aug 24 12:00:00 mx exim[123]: 2003-08-24 11:22:33 " SAID, TIME },
		{ "Aug  9 11:22:33 mx exim[123]: " SAID, TIME - INT64_C(15) * 86400000 },
		{ "2003-08-24T11:22:33.456789+00:00 mx exim[123]: " SAID, TIME + 456 },
		{ "2003-08-24T13:22:33+0200 mx exim[123]: " SAID, TIME },
		{ "2003-08-24T11:22:33Z mx exim[123]: 2003-08-24 11:22:33.001 +0000 [123] " SAID,
		  TIME + 1 },
		{ "<22>1 2003-08-24T11:22:33.456Z mx exim 123 - - " SAID, TIME + 456 },
		{ "<22>1 2003-08-24T11:22:33Z mx exim - - [a b=\"c\"] \xef\xbb\xbf" SAID, TIME },
	};
	char address[ADDR_TEXT_SIZE];
	struct exim_log_found found;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		close_reader(state);
		open_reader(state);
		if (read_line(lines[i].line, &found))
			fail_msg("%s: not found", lines[i].line);
		if (found.event.time != lines[i].time)
			fail_msg("%s: %lld", lines[i].line, (long long)found.event.time);
		assert_string_equal(addr_format(&found.event.peer, address), "198.51.100.7");
		assert_int_equal(found.event.class, EVENT_VIRUS);
	}
}

static void records_of_other_programs_are_ignored(void **state)
{
	static const char *const lines[] = {
		"Aug 24 11:22:33 mx sshd[123]: " SAID,
		"Aug 24 11:22:33 mx user-exim[123]: " SAID,
		"Aug 24 11:22:33 mx exim[123] " SAID,
		"Aug 24 11:22:33 exim[123]: " SAID,
		"Aug 34 11:22:33 mx exim[123]: " SAID,
		"Foo 24 11:22:33 mx exim[123]: " SAID,
		"Aug 24 25:22:33 mx exim[123]: " SAID,
		"2003-08-24T11:22:33 mx exim[123]: " SAID,
		"<22>1 2003-08-24T11:22:33Z mx sshd 123 - - " SAID,
		"<22>" SAID,
		"<22",
		SAID,
		"Aug 24 11:22:33 mx exim[123]: [1/2] " SAID,
		"Aug 24 11:22:33 mx exim[123]: [2\\2] " SAID,
		"Aug 24 11:22:33 mx exim[123]: message repeated 2 times: [ " SAID "]",
		"Aug 24 11:22:33 mx exim[123]:  " SAID,
	};
	struct exim_log_found found;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!read_line(lines[i], &found))
			fail_msg("%s: was read", lines[i]);
	assert_int_equal(reader.exim.skips.of[SKIP_CUT], 1);
}

static void year_is_the_latest_that_is_not_in_the_future(void **state)
{
	struct exim_log_found found;

	(void)state;
	assert_int_equal(read_line("Dec 31 23:59:59 mx exim[1]: " SAID, &found), 0);
	assert_int_equal(found.event.time / 1000, 1041379199); /* 2002 */
	assert_int_equal(read_line("Aug 25 12:00:00 mx exim[2]: " SAID, &found), 0);
	assert_int_equal(found.event.time / 1000, 1061812800); /* clocks differ */
	assert_int_equal(read_line("Feb 29 12:00:00 mx exim[3]: " SAID, &found), 0);
	assert_int_equal(found.event.time / 1000, 951825600); /* 2000 */
}

/* How many of `count` lines in turn are events. */
static int read_lines(const char *const *lines, int count)
{
	struct exim_log_found found;
	int events = 0;

	for (int i = 0; i < count; i++)
		events += !read_line(lines[i], &found);
	return events;
}

static void rejection_logged_twice_by_syslog_counts_once(void **state)
{
	static const char *const bare[] = {
		"Aug 24 11:22:33 mx exim[1]: " SAID,
		"Aug 24 11:22:33 mx exim[2]: " SAID,
		"Aug 24 11:22:33 mx exim[1]: " SAID,
		"Aug 24 11:22:33 mx exim[2]: " SAID,
	};
	static const char *const again[] = {
		"Aug 24 11:22:33 mx exim[1]: " SAID,
		"Aug 24 11:22:33 mx exim[1]: " SAID,
		"Aug 24 11:22:33 mx exim[1]: " SAID,
		"Aug 24 11:22:33 mx exim[1]: " SAID,
	};

	static const char *const main_log_only[] = {
		"Aug 24 11:22:33 mx exim[1]: SMTP syntax error in \"X\" H=[198.51.100.7] x",
		"Aug 24 11:22:33 mx exim[1]: SMTP syntax error in \"X\" H=[198.51.100.7] x",
	};

	(void)state;
	assert_int_equal(read_lines(main_log_only, 2), 2);
	assert_int_equal(read_lines(bare, 4), 2);
	assert_int_equal(read_lines(again, 4), 2);
}

static void equal_records_of_known_priority_are_two_events(void **state)
{
	static const char *const lines[] = {
		"<22>Aug 24 11:22:33 mx exim[1]: " SAID, /* mail.info: the main log's */
		"<21>Aug 24 11:22:33 mx exim[1]: " SAID, /* mail.notice: the reject log's */
		"<22>Aug 24 11:22:33 mx exim[1]: " SAID,
		"<21>Aug 24 11:22:33 mx exim[1]: " SAID,
	};
	static const char *const undoubled[] = {
		"<22>Aug 24 11:22:35 mx exim[1]: " SAID,
		"<22>Aug 24 11:22:35 mx exim[1]: " SAID,
	};

	(void)state;
	assert_int_equal(read_lines(lines, 4), 2);
	assert_int_equal(read_lines(undoubled, 2), 2);
}

/* src/log.c, write_syslog: of a record with headers, the first piece is its first line. */
static void first_line_of_a_record_in_pieces_counts_once(void **state)
{
	static const char *const reject_log_only[] = {
		"Aug 24 11:22:33 mx exim[1]: [1\\3] 2003-08-24 11:22:33 " SAID,
		"Aug 24 11:22:33 mx exim[1]: [2\\3] H=(x) [192.0.2.9] F=<a@b> rejected RCPT <c@d>: no",
		"Aug 24 11:22:33 mx exim[1]: [3/3] H=(x) [192.0.2.9] F=<a@b> rejected RCPT <c@d>: no",
		"<21>Aug 24 11:22:34 mx exim[1]: [1\\17] " SAID,
	};
	static const char *const both[] = {
		"Aug 24 11:22:35 mx exim[1]: " SAID,
		"Aug 24 11:22:35 mx exim[1]: [1\\17] " SAID,
		"Aug 24 11:22:35 mx exim[1]: " SAID,
	};
	static const char *const others[] = {
		"Aug 24 11:22:36 mx exim[1]: [2\\3] [1\\3] " SAID,
		"Aug 24 11:22:36 mx exim[1]: [1\\3] [2\\3] " SAID,
		"Aug 24 11:22:36 mx exim[1]: [11\\30] " SAID,
		"Aug 24 11:22:36 mx exim[1]: [1\\] " SAID,
		"Aug 24 11:22:36 mx exim[1]: [1\\3]" SAID,
		"Aug 24 11:22:36 mx exim[1]: [1/3] " SAID,
		/* exim does not write this to the reject log, so it is not the beginning of a
		   record. */
		"Aug 24 11:22:36 mx exim[1]: [1\\3] SMTP command timeout on connection from [192.0.2.9]",
	};

	(void)state;
	assert_int_equal(read_lines(reject_log_only, 4), 2);
	assert_int_equal(read_lines(both, 3), 2);
	assert_int_equal(read_lines(others, 7), 0);
}

static void form_of_a_file_does_not_change(void **state)
{
	struct exim_log_found found;

	(void)state;
	assert_int_equal(read_line("2003-08-24 11:22:33 " SAID, &found), 0);
	assert_int_equal(read_line("Aug 24 11:22:33 mx exim[123]: " SAID, &found), -ENOMSG);
	assert_int_equal(read_line("2003-08-24 11:22:33 " SAID, &found), 0);
}

#define CALL "SMTP call from (h) [198.51.100.7] dropped: too many "

static void event_in_two_lines_counts_once(void **state)
{
	static const char *const errors[] = {
		"2003-08-24 11:22:33 SMTP syntax error in \"FOO bar\" H=(h) [198.51.100.7] unrecognized command",
		"2003-08-24 11:22:33 " CALL "unrecognized commands (last was \"FOO bar\")",
	};
	static const char *const others[] = {
		"2003-08-24 11:22:33 SMTP syntax error in \"FOO bar\" H=(h) [198.51.100.8] unrecognized command",
		"2003-08-24 11:22:33 " CALL "unrecognized commands (last was \"FOO bar\")",
		"2003-08-24 11:22:33 " CALL "nonmail commands (last was \"NOOP\")",
	};
	static const char *const cut[] = {
		"2003-08-24 11:22:34 H=(h) [198.51.100.7] incomplete transaction (connection lost) from <a@b>",
		"2003-08-24 11:22:34 unexpected disconnection while reading SMTP command from (h) [198.51.100.7] D=1s",
	};
	static const char *const drop[] = {
		"2003-08-24 11:22:34 H=[198.51.100.7] rejected connection in \"connect\" ACL: no",
		"2003-08-24 11:22:34 SMTP connection from [198.51.100.7] closed by DROP in ACL",
		"2003-08-24 11:22:34 no MAIL in SMTP connection from [198.51.100.7] D=0s",
	};

	(void)state;
	assert_int_equal(read_lines(errors, 2), 1);
	assert_int_equal(read_lines(others, 3), 3);
	assert_int_equal(read_lines(cut, 2), 1);
	assert_int_equal(read_lines(cut + 1, 1), 1);
	assert_int_equal(read_lines(drop, 3), 1);
	assert_int_equal(read_lines(drop + 2, 1), 1);
	assert_int_equal(read_lines(drop + 2, 1), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_reader, close_reader)
	const struct CMUnitTest tests[] = {
		TEST(every_form_of_syslog_is_read),
		TEST(records_of_other_programs_are_ignored),
		TEST(year_is_the_latest_that_is_not_in_the_future),
		TEST(rejection_logged_twice_by_syslog_counts_once),
		TEST(equal_records_of_known_priority_are_two_events),
		TEST(first_line_of_a_record_in_pieces_counts_once),
		TEST(form_of_a_file_does_not_change),
		TEST(event_in_two_lines_counts_once),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
