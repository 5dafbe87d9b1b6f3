// SPDX-License-Identifier: GPL-2.0-only
/* recent: counts of the last five minutes, and none that are older. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "common/recent.h"

static void counts_older_than_five_minutes_are_dropped(void **state)
{
	struct recent recent = { 0 };

	(void)state;
	recent_add(&recent, 1000, 3);
	recent_add(&recent, 1100, 4);
	assert_int_equal(recent_sum(&recent, 1100), 7);
	assert_int_equal(recent_sum(&recent, 1000 + RECENT_SECONDS), 7);
	assert_int_equal(recent_sum(&recent, 1000 + RECENT_SECONDS + RECENT_STEP), 4);
	assert_int_equal(recent_sum(&recent, 1100 + RECENT_SECONDS + RECENT_STEP), 0);
}

static void a_long_gap_clears_all_counts(void **state)
{
	struct recent recent = { 0 };

	(void)state;
	recent_add(&recent, 7, 5);
	assert_int_equal(recent_sum(&recent, 7), 5);
	assert_int_equal(recent_sum(&recent, UINT32_MAX), 0);
	recent_add(&recent, UINT32_MAX, 1);
	assert_int_equal(recent_sum(&recent, UINT32_MAX), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_older_than_five_minutes_are_dropped),
		cmocka_unit_test(a_long_gap_clears_all_counts),
	};

	return cmocka_run_group_tests_name("recent", tests, NULL, NULL);
}
