// SPDX-License-Identifier: GPL-2.0-only
/* lately: counts of the last five minutes, and none that are older. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "common/lately.h"

static void counts_older_than_five_minutes_are_dropped(void **state)
{
	struct lately lately = { 0 };

	(void)state;
	lately_add(&lately, 1000, 3);
	lately_add(&lately, 1100, 4);
	assert_int_equal(lately_sum(&lately, 1100), 7);
	assert_int_equal(lately_sum(&lately, 1000 + LATELY_SECONDS), 7);
	assert_int_equal(lately_sum(&lately, 1000 + LATELY_SECONDS + LATELY_STEP), 4);
	assert_int_equal(lately_sum(&lately, 1100 + LATELY_SECONDS + LATELY_STEP), 0);
}

static void a_long_gap_clears_all_counts(void **state)
{
	struct lately lately = { 0 };

	(void)state;
	lately_add(&lately, 7, 5);
	assert_int_equal(lately_sum(&lately, 7), 5);
	assert_int_equal(lately_sum(&lately, UINT32_MAX), 0);
	lately_add(&lately, UINT32_MAX, 1);
	assert_int_equal(lately_sum(&lately, UINT32_MAX), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_older_than_five_minutes_are_dropped),
		cmocka_unit_test(a_long_gap_clears_all_counts),
	};

	return cmocka_run_group_tests_name("lately", tests, NULL, NULL);
}
