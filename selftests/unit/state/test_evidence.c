// SPDX-License-Identifier: GPL-2.0-only
/* Evidence: the lines of the blocked host, the newest first, within a fixed size. */
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

struct found {
	char lines[20][EVIDENCE_LINE_MAX + 1];
	unsigned int count;
};

static void note(void *context, const char *line, size_t length)
{
	struct found *found = context;

	assert_true(length <= EVIDENCE_LINE_MAX);
	memcpy(found->lines[found->count], line, length);
	found->lines[found->count++][length] = '\0';
}

static unsigned int ask(struct evidence *evidence, uint32_t number, struct found *found)
{
	const struct addr addr = host(number);

	memset(found, 0, sizeof(*found));
	return evidence_each(evidence, &addr, 5, note, found);
}

static void latest_lines_of_a_host_are_kept_and_no_neighbours(void **state)
{
	struct evidence *evidence;
	struct found found;

	(void)state;
	assert_int_equal(evidence_open(1 << 20, 1, &evidence), 0);
	for (unsigned int i = 0; i < 10; i++)
		for (uint32_t number = 1; number <= 3; number++)
			add(evidence, number, i);
	assert_int_equal(ask(evidence, 2, &found), 5);
	assert_string_equal(found.lines[0], "host 2 line 9");
	assert_string_equal(found.lines[4], "host 2 line 5");
	assert_int_equal(ask(evidence, 4, &found), 0);
	evidence_close(evidence);
}

static void overwritten_lines_are_not_returned(void **state)
{
	struct evidence *evidence;
	struct found found;

	(void)state;
	assert_int_equal(evidence_open(4096, 1, &evidence), 0);
	for (unsigned int round = 0; round < 1000; round++) {
		add(evidence, 1, round);
		for (uint32_t number = 2; number < 2 + round % 200; number++) {
			add(evidence, number, round);
			ask(evidence, number, &found);
			for (unsigned int i = 0; i < found.count; i++) {
				char text[64];

				snprintf(text, sizeof(text), "host %u line %u", number, round - i);
				if (!i)
					assert_string_equal(found.lines[0], text);
				assert_memory_equal(found.lines[i], text, strlen("host 2 line"));
			}
		}
	}
	evidence_close(evidence);
}

static void beginning_and_end_of_a_long_line_are_kept(void **state)
{
	const struct addr addr = host(1);
	struct evidence *evidence;
	struct found found;
	char line[5000];

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "begin", 5);
	memcpy(line + sizeof(line) - 3, "end", 3);
	assert_int_equal(evidence_open(65536, 1, &evidence), 0);
	for (int i = 0; i < 1000; i++)
		evidence_add(evidence, &addr, line, sizeof(line));
	assert_int_equal(ask(evidence, 1, &found), 5);
	assert_int_equal(strlen(found.lines[0]), EVIDENCE_LINE_MAX);
	assert_memory_equal(found.lines[0], "beginxxx", 8);
	assert_string_equal(found.lines[0] + EVIDENCE_LINE_MAX - 6, "xxxend");
	assert_non_null(strstr(found.lines[0], "xxx ... xxx"));
	/* A line that just fits is whole, one a byte longer is not. */
	evidence_add(evidence, &addr, line, EVIDENCE_LINE_MAX + 1);
	evidence_add(evidence, &addr, line, EVIDENCE_LINE_MAX);
	assert_int_equal(ask(evidence, 1, &found), 5);
	assert_null(strstr(found.lines[0], " ... "));
	assert_non_null(strstr(found.lines[1], " ... "));
	evidence_close(evidence);
	evidence_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(latest_lines_of_a_host_are_kept_and_no_neighbours),
		cmocka_unit_test(overwritten_lines_are_not_returned),
		cmocka_unit_test(beginning_and_end_of_a_long_line_are_kept),
	};

	return cmocka_run_group_tests_name("evidence", tests, NULL, NULL);
}
