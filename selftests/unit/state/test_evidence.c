// SPDX-License-Identifier: GPL-2.0-only
/* The lines that a block is for: those of its host, the newest first, as long as there is room. */
#include "unit/suite.h"

#include <stdio.h>
#include <string.h>

#include "state/evidence.h"

static struct addr host(uint32_t number)
{
	struct addr addr = { .bytes = { [10] = 0xff, [11] = 0xff } };

	memcpy(addr.bytes + 12, &number, sizeof(number));
	return addr;
}

static void add(struct evidence *evidence, uint32_t number, unsigned int line)
{
	const struct addr addr = host(number);
	char text[64];

	evidence_add(evidence, &addr, text,
		     snprintf(text, sizeof(text), "host %u line %u", number, line));
}

struct heard {
	char lines[20][EVIDENCE_LINE_MAX + 1];
	unsigned int count;
};

static void hear(void *context, const char *line, size_t length)
{
	struct heard *heard = context;

	assert_true(length <= EVIDENCE_LINE_MAX);
	memcpy(heard->lines[heard->count], line, length);
	heard->lines[heard->count++][length] = '\0';
}

static unsigned int ask(struct evidence *evidence, uint32_t number, struct heard *heard)
{
	const struct addr addr = host(number);

	memset(heard, 0, sizeof(*heard));
	return evidence_each(evidence, &addr, 5, hear, heard);
}

static void a_hosts_latest_lines_are_kept_and_no_neighbours(void **state)
{
	struct evidence *evidence;
	struct heard heard;

	(void)state;
	assert_int_equal(evidence_open(1 << 20, 1, &evidence), 0);
	for (unsigned int i = 0; i < 10; i++)
		for (uint32_t number = 1; number <= 3; number++)
			add(evidence, number, i);
	assert_int_equal(ask(evidence, 2, &heard), 5);
	assert_string_equal(heard.lines[0], "host 2 line 9");
	assert_string_equal(heard.lines[4], "host 2 line 5");
	assert_int_equal(ask(evidence, 4, &heard), 0);
	evidence_close(evidence);
}

static void what_was_written_over_is_not_shown(void **state)
{
	struct evidence *evidence;
	struct heard heard;

	(void)state;
	assert_int_equal(evidence_open(4096, 1, &evidence), 0);
	for (unsigned int round = 0; round < 1000; round++) {
		add(evidence, 1, round);
		for (uint32_t number = 2; number < 2 + round % 200; number++) {
			add(evidence, number, round);
			ask(evidence, number, &heard);
			for (unsigned int i = 0; i < heard.count; i++) {
				char text[64];

				snprintf(text, sizeof(text), "host %u line %u", number, round - i);
				if (!i)
					assert_string_equal(heard.lines[0], text);
				assert_memory_equal(heard.lines[i], text, strlen("host 2 line"));
			}
		}
	}
	evidence_close(evidence);
}

static void of_a_long_line_beginning_and_end_are_kept(void **state)
{
	const struct addr addr = host(1);
	struct evidence *evidence;
	struct heard heard;
	char line[5000];

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "begin", 5);
	memcpy(line + sizeof(line) - 3, "end", 3);
	assert_int_equal(evidence_open(65536, 1, &evidence), 0);
	for (int i = 0; i < 1000; i++)
		evidence_add(evidence, &addr, line, sizeof(line));
	assert_int_equal(ask(evidence, 1, &heard), 5);
	assert_int_equal(strlen(heard.lines[0]), EVIDENCE_LINE_MAX);
	assert_memory_equal(heard.lines[0], "beginxxx", 8);
	assert_string_equal(heard.lines[0] + EVIDENCE_LINE_MAX - 6, "xxxend");
	assert_non_null(strstr(heard.lines[0], "xxx ... xxx"));
	/* One that just fits is whole, and one a byte longer is not. */
	evidence_add(evidence, &addr, line, EVIDENCE_LINE_MAX + 1);
	evidence_add(evidence, &addr, line, EVIDENCE_LINE_MAX);
	assert_int_equal(ask(evidence, 1, &heard), 5);
	assert_null(strstr(heard.lines[0], " ... "));
	assert_non_null(strstr(heard.lines[1], " ... "));
	evidence_close(evidence);
	evidence_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hosts_latest_lines_are_kept_and_no_neighbours),
		cmocka_unit_test(what_was_written_over_is_not_shown),
		cmocka_unit_test(of_a_long_line_beginning_and_end_are_kept),
	};

	return cmocka_run_group_tests_name("evidence", tests, NULL, NULL);
}
