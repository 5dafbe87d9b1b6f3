// SPDX-License-Identifier: GPL-2.0-only
/* How many hosts of a network offended within a time. */
#include "unit/suite.h"

#include <string.h>

#include "judge/offending.h"

#define START INT64_C(1061724153000)
#define HOUR  (3600 * INT64_C(1000))

static struct offending *offending;

static int open_offending(void **state)
{
	(void)state;
	return offending_open(3600, 42, &offending);
}

static int close_offending(void **state)
{
	(void)state;
	offending_close(offending);
	return 0;
}

static struct addr address(unsigned int network, unsigned int host)
{
	return (struct addr){ .bytes = { [10] = 0xff,
					 [11] = 0xff,
					 [12] = 10 + (network >> 16),
					 [13] = network >> 8,
					 [14] = network,
					 [15] = host } };
}

static unsigned int add(unsigned int network, unsigned int host, int64_t time)
{
	const struct addr of_network = address(network, 0), of_host = address(network, host);

	return offending_add(offending, &of_network, &of_host, time);
}

static void each_host_counts_once_and_only_in_its_network(void **state)
{
	(void)state;
	for (unsigned int host = 1; host <= 5; host++)
		for (int i = 0; i < 3; i++)
			assert_int_equal(add(1, host, START), host);
	assert_int_equal(add(2, 1, START), 1);
	assert_int_equal(add(1, 1, START), 5);
}

static void a_host_leaves_the_count_at_the_end_of_the_window(void **state)
{
	(void)state;
	assert_int_equal(add(1, 1, START), 1);
	assert_int_equal(add(1, 2, START + HOUR - 1000), 2);
	assert_int_equal(add(1, 3, START + HOUR), 2);
	/* Unless it offends again. */
	assert_int_equal(add(1, 2, START + 2 * HOUR - 2000), 2);
	assert_int_equal(add(1, 3, START + 2 * HOUR - 1000), 2);
	assert_int_equal(add(1, 4, START + 4 * HOUR), 1);
}

static void the_count_ends_at_16_and_the_latest_hosts_are_kept(void **state)
{
	(void)state;
	for (unsigned int host = 1; host <= 200; host++)
		assert_int_equal(add(1, host, START + host * 1000),
				 host < RULES_HOSTS_MAX ? host : RULES_HOSTS_MAX);
	/* 190 to 200 are still in the window then, and 185 to 189 are not. */
	assert_int_equal(add(1, 200, START + 189 * 1000 + HOUR), 11);
}

static void late_lines_count_and_a_clock_set_back_restarts_the_count(void **state)
{
	(void)state;
	assert_int_equal(add(1, 1, START), 1);
	assert_int_equal(add(1, 2, START - 60000), 2);
	/* A late line of the same host does not make it older. */
	assert_int_equal(add(1, 1, START - 60000), 2);
	assert_int_equal(add(1, 3, START + HOUR - 1000), 2);
	assert_int_equal(add(1, 4, START - HOUR), 1);
}

static void memory_is_bounded_and_the_network_that_offended_last_is_kept(void **state)
{
	(void)state;
	for (unsigned int host = 1; host <= 4; host++)
		add(0, host, START);
	for (unsigned int network = 1; network <= 200000; network++)
		assert_int_equal(add(network, 1, START), 1);
	assert_int_equal(add(200000, 2, START), 2);
	assert_int_equal(add(0, 5, START), 1);
}

int main(void)
{
#define OFFENDING_TEST(name) cmocka_unit_test_setup_teardown(name, open_offending, close_offending)
	const struct CMUnitTest tests[] = {
		OFFENDING_TEST(each_host_counts_once_and_only_in_its_network),
		OFFENDING_TEST(a_host_leaves_the_count_at_the_end_of_the_window),
		OFFENDING_TEST(the_count_ends_at_16_and_the_latest_hosts_are_kept),
		OFFENDING_TEST(late_lines_count_and_a_clock_set_back_restarts_the_count),
		OFFENDING_TEST(memory_is_bounded_and_the_network_that_offended_last_is_kept),
	};

	return cmocka_run_group_tests_name("offending", tests, NULL, NULL);
}
