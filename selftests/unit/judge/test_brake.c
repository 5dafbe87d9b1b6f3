// SPDX-License-Identifier: GPL-2.0-only
/* The brake: how many known senders, and how much of the mail, may be blocked in an hour. */
#include "unit/suite.h"

#include "judge/brake.h"

#define START  INT64_C(1061724153000)
#define MINUTE INT64_C(60000)
#define MUCH   1000000 /* messages of all senders */

static struct brake *brake;

static int open_brake(void **state)
{
	(void)state;
	return brake_open(3, &brake);
}

static int close_brake(void **state)
{
	(void)state;
	brake_close(brake);
	return 0;
}

static bool add_mail(unsigned int host, int64_t time, uint64_t mail, uint64_t all)
{
	const struct addr addr = { .bytes = { [10] = 0xff, [11] = 0xff, [12] = 10, [15] = host } };

	return brake_add(brake, &addr, time, mail, all);
}

static bool add(unsigned int host, int64_t time)
{
	return add_mail(host, time, 1, MUCH);
}

static void the_fourth_within_an_hour_is_too_many(void **state)
{
	(void)state;
	assert_false(add(1, START));
	assert_false(add(2, START + 10 * MINUTE));
	assert_false(brake_is_full(brake, START + 10 * MINUTE));
	assert_false(add(3, START + 59 * MINUTE));
	assert_true(add(4, START + 60 * MINUTE - 1));
	assert_true(brake_is_full(brake, START + 60 * MINUTE - 1));
	/* An hour after the first, there is room for one. */
	assert_false(brake_is_full(brake, START + 60 * MINUTE));
	assert_false(add(4, START + 60 * MINUTE));
	assert_true(add(5, START + 60 * MINUTE));
}

static void three_an_hour_never_engage_it(void **state)
{
	(void)state;
	for (int i = 0; i < 30; i++) {
		assert_false(add(i, START + i * 20 * MINUTE));
		assert_int_equal(brake_is_full(brake, START + i * 20 * MINUTE), i >= 2);
	}
}

static void a_sender_counts_once(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		assert_false(add(1, START + i));
	assert_false(add(2, START));
	assert_false(add(3, START));
	assert_true(add(4, START));
	assert_false(add(2, START));
}

static void senders_of_more_than_a_tenth_of_the_mail_are_too_many(void **state)
{
	(void)state;
	assert_false(add_mail(1, START, 6, 100));
	assert_false(add_mail(2, START, 4, 100));
	assert_true(add_mail(3, START, 1, 100));
	assert_true(brake_is_full(brake, START));
	/* A smaller one has room, and the next hour has. */
	assert_false(add_mail(4, START, 0, 100));
	assert_false(add_mail(5, START + 60 * MINUTE, 10, 100));
}

static void the_first_one_is_blocked_whatever_it_sent(void **state)
{
	(void)state;
	assert_false(add_mail(1, START, 90, 100));
	assert_true(add_mail(2, START, 1, 100));
	assert_false(add_mail(2, START + 60 * MINUTE, 90, 100));
}

static void one_that_is_engaged_by_order_lets_go_after_an_hour(void **state)
{
	(void)state;
	brake_engage(brake);
	assert_true(brake_is_full(brake, START));
	assert_true(add(1, START + 59 * MINUTE));
	assert_false(brake_is_full(brake, START + 60 * MINUTE));
	assert_false(add(1, START + 60 * MINUTE));
	brake_engage(brake);
	assert_true(add(2, START + 60 * MINUTE));
	brake_reset(brake);
	assert_false(brake_is_full(brake, START + 60 * MINUTE));
	assert_false(add(2, START + 60 * MINUTE));
}

static void a_brake_with_another_limit_takes_over_the_latest(void **state)
{
	struct brake *narrow, *wide;

	(void)state;
	assert_int_equal(brake_open(2, &narrow), 0);
	assert_int_equal(brake_open(4, &wide), 0);
	/* Five, of which two are more than an hour old at the end. */
	for (int i = 0; i < 5; i++)
		assert_false(add(i, START + i * 21 * MINUTE));
	brake_adopt(wide, brake);
	brake_adopt(narrow, brake);
	brake_close(brake);
	brake = wide;
	assert_false(add(4, START + 84 * MINUTE));
	assert_false(add(7, START + 84 * MINUTE));
	assert_true(add(8, START + 84 * MINUTE));
	brake_close(brake);
	brake = narrow;
	assert_false(add(4, START + 84 * MINUTE));
	assert_true(add(7, START + 84 * MINUTE));
	assert_true(brake_is_full(brake, START + 122 * MINUTE));
	assert_false(brake_is_full(brake, START + 123 * MINUTE));
}

static void late_lines_count_and_a_clock_set_back_restarts_the_count(void **state)
{
	(void)state;
	assert_false(add(1, START));
	assert_false(add(2, START - 30 * MINUTE));
	assert_false(add(3, START - MINUTE));
	assert_true(add(4, START));
	assert_true(add(4, START + 40 * MINUTE));
	assert_false(brake_is_full(brake, START - 120 * MINUTE));
	for (int i = 5; i < 8; i++)
		assert_false(add(i, START - 120 * MINUTE));
	assert_true(add(8, START - 120 * MINUTE));
}

int main(void)
{
#define BRAKE_TEST(name) cmocka_unit_test_setup_teardown(name, open_brake, close_brake)
	const struct CMUnitTest tests[] = {
		BRAKE_TEST(the_fourth_within_an_hour_is_too_many),
		BRAKE_TEST(three_an_hour_never_engage_it),
		BRAKE_TEST(a_sender_counts_once),
		BRAKE_TEST(senders_of_more_than_a_tenth_of_the_mail_are_too_many),
		BRAKE_TEST(the_first_one_is_blocked_whatever_it_sent),
		BRAKE_TEST(one_that_is_engaged_by_order_lets_go_after_an_hour),
		BRAKE_TEST(a_brake_with_another_limit_takes_over_the_latest),
		BRAKE_TEST(late_lines_count_and_a_clock_set_back_restarts_the_count),
	};

	return cmocka_run_group_tests_name("brake", tests, NULL, NULL);
}
