// SPDX-License-Identifier: GPL-2.0-only
/* The class brake: a scanner that accuses everybody is told from a storm. */
#include "unit/suite.h"

#include "judge/class_brake.h"

#define START  INT64_C(1061724153000)
#define MINUTE INT64_C(60000)

static struct class_brake *brake;

static int open_brake(void **state)
{
	(void)state;
	return class_brake_open(&brake);
}

static int close_brake(void **state)
{
	(void)state;
	class_brake_close(brake);
	return 0;
}

static void add(unsigned int host, enum event_class class, int64_t time)
{
	const struct addr addr = {
		.bytes = { [10] = 0xff, [11] = 0xff, [12] = 10, [13] = host >> 8, [14] = host }
	};

	class_brake_add(brake, &addr, class, time);
}

static void the_third_sender_in_ten_minutes_switches_the_class_off(void **state)
{
	(void)state;
	add(1, EVENT_VIRUS, START);
	add(1, EVENT_VIRUS, START);
	add(1, EVENT_VIRUS, START);
	add(2, EVENT_VIRUS, START + 5 * MINUTE);
	assert_false(class_brake_is_off(brake, EVENT_VIRUS, START + 5 * MINUTE));
	add(3, EVENT_VIRUS, START + 8 * MINUTE);
	assert_true(class_brake_is_off(brake, EVENT_VIRUS, START + 8 * MINUTE));
	/* Only this class. */
	for (int class = 0; class < EVENT_CLASSES; class ++)
		assert_int_equal(class_brake_is_off(brake, class, START + 8 * MINUTE),
				 class == EVENT_VIRUS);
	assert_int_equal(class_brake_off(brake, START + 8 * MINUTE), 1u << EVENT_VIRUS);
}

static void an_owner_of_a_network_cannot_switch_a_class_off(void **state)
{
	struct addr addr;

	(void)state;
	for (int i = 0; i < 600; i++) {
		addr = (struct addr){ .bytes = { 0x20, 1, 0xd, 0xb8, [6] = i >> 8, [7] = i } };
		class_brake_add(brake, &addr, EVENT_VIRUS, START + i);
		addr = (struct addr){ .bytes = { [10] = 0xff, [11] = 0xff, 192, 0, 2, i } };
		class_brake_add(brake, &addr, EVENT_VIRUS, START + i);
	}
	assert_false(class_brake_is_off(brake, EVENT_VIRUS, START + MINUTE));
	add(1, EVENT_VIRUS, START + MINUTE);
	assert_true(class_brake_is_off(brake, EVENT_VIRUS, START + MINUTE));
}

/* Twenty hosts in each of three networks. */
static void add_large(enum event_class class, int64_t time)
{
	struct addr addr = { .bytes = { [10] = 0xff, [11] = 0xff, 192, 0 } };

	for (int i = 0; i < 60; i++) {
		addr.bytes[14] = i % 3;
		addr.bytes[15] = i;
		class_brake_add(brake, &addr, class, time);
	}
}

static void the_hosts_of_few_networks_are_not_outvoted_by_three_others(void **state)
{
	(void)state;
	add_large(EVENT_ARRIVAL, START);
	for (int i = 1; i <= 3; i++)
		add(i, EVENT_SPAM, START + MINUTE);
	assert_false(class_brake_is_off(brake, EVENT_SPAM, START + MINUTE));
	/* A scanner that accuses everybody accuses these, too. */
	add_large(EVENT_SPAM, START + 2 * MINUTE);
	assert_true(class_brake_is_off(brake, EVENT_SPAM, START + 2 * MINUTE));
}

static void three_in_more_than_ten_minutes_do_not(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++) {
		add(i, EVENT_VIRUS, START + i * 6 * MINUTE);
		assert_false(class_brake_is_off(brake, EVENT_VIRUS, START + i * 6 * MINUTE));
	}
}

static void three_of_seven_do_not_and_three_of_six_do(void **state)
{
	(void)state;
	for (int i = 1; i <= 7; i++)
		add(i, EVENT_ARRIVAL, START);
	for (int i = 1; i <= 3; i++)
		add(i, EVENT_VIRUS, START + MINUTE);
	assert_false(class_brake_is_off(brake, EVENT_VIRUS, START + MINUTE));
	/* Half an hour later, six are seen. */
	for (int i = 1; i <= 6; i++)
		add(i, EVENT_ARRIVAL, START + 30 * MINUTE);
	for (int i = 1; i <= 3; i++)
		add(i, EVENT_VIRUS, START + 30 * MINUTE);
	assert_true(class_brake_is_off(brake, EVENT_VIRUS, START + 30 * MINUTE));
}

static void senders_accused_of_another_class_are_seen_too(void **state)
{
	(void)state;
	for (int i = 1; i <= 4; i++)
		add(i, EVENT_DNSBL, START);
	for (int i = 5; i <= 7; i++)
		add(i, EVENT_VIRUS, START);
	assert_true(class_brake_is_off(brake, EVENT_DNSBL, START));
	assert_false(class_brake_is_off(brake, EVENT_VIRUS, START));
}

static void a_class_counts_again_an_hour_after_the_last_one_that_was_accused(void **state)
{
	(void)state;
	for (int i = 1; i <= 3; i++)
		add(i, EVENT_VIRUS, START);
	assert_true(class_brake_is_off(brake, EVENT_VIRUS, START + 60 * MINUTE - 1));
	assert_false(class_brake_is_off(brake, EVENT_VIRUS, START + 60 * MINUTE));
	/* While it goes on, it stays off. */
	for (int i = 0; i < 300; i++)
		add(i % 20, EVENT_VIRUS, START + i * MINUTE);
	assert_true(class_brake_is_off(brake, EVENT_VIRUS, START + 358 * MINUTE));
	assert_false(class_brake_is_off(brake, EVENT_VIRUS, START + 359 * MINUTE));
}

static void a_reset_and_a_clock_set_back_end_it(void **state)
{
	(void)state;
	for (int i = 1; i <= 3; i++)
		add(i, EVENT_VIRUS, START);
	assert_true(class_brake_is_off(brake, EVENT_VIRUS, START - 60 * MINUTE));
	assert_false(class_brake_is_off(brake, EVENT_VIRUS, START - 24 * 60 * MINUTE));
	class_brake_reset(brake);
	assert_false(class_brake_is_off(brake, EVENT_VIRUS, START));
	/* What was seen before is forgotten. */
	add(4, EVENT_VIRUS, START);
	assert_false(class_brake_is_off(brake, EVENT_VIRUS, START));
}

static void among_a_thousand_senders_it_takes_half_of_them(void **state)
{
	unsigned int accused = 0;

	(void)state;
	for (int i = 0; i < 1000; i++)
		add(i, EVENT_ARRIVAL, START);
	while (accused < 1000 && !class_brake_is_off(brake, EVENT_VIRUS, START + MINUTE))
		add(accused++, EVENT_VIRUS, START + MINUTE);
	assert_in_range(accused, 400, 550);
}

int main(void)
{
#define BRAKE_TEST(name) cmocka_unit_test_setup_teardown(name, open_brake, close_brake)
	const struct CMUnitTest tests[] = {
		BRAKE_TEST(the_third_sender_in_ten_minutes_switches_the_class_off),
		BRAKE_TEST(an_owner_of_a_network_cannot_switch_a_class_off),
		BRAKE_TEST(the_hosts_of_few_networks_are_not_outvoted_by_three_others),
		BRAKE_TEST(three_in_more_than_ten_minutes_do_not),
		BRAKE_TEST(three_of_seven_do_not_and_three_of_six_do),
		BRAKE_TEST(senders_accused_of_another_class_are_seen_too),
		BRAKE_TEST(a_class_counts_again_an_hour_after_the_last_one_that_was_accused),
		BRAKE_TEST(a_reset_and_a_clock_set_back_end_it),
		BRAKE_TEST(among_a_thousand_senders_it_takes_half_of_them),
	};

	return cmocka_run_group_tests_name("class_brake", tests, NULL, NULL);
}
