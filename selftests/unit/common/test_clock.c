// SPDX-License-Identifier: GPL-2.0-only
/* Times convert between the clocks without changing. */
#include "common/clock.h"

#include "unit/suite.h"

static void a_second_converted_to_wall_time_converts_back(void **state)
{
	uint32_t now = clock_seconds();

	(void)state;
	for (uint32_t second = now; second < now + 100; second++)
		assert_int_equal(clock_second_of(clock_wall_of(second)), second);
	assert_int_equal(clock_second_of(clock_wall_of(UINT32_MAX)), UINT32_MAX);
}

static void a_time_beyond_the_maps_becomes_the_nearest_in_them(void **state)
{
	(void)state;
	assert_int_equal(clock_second_of(0), 0);
	assert_int_equal(clock_second_of(clock_wall_of(UINT32_MAX) + 100), UINT32_MAX);
}

static void wall_time_of_now_is_near_the_wall_clock(void **state)
{
	int64_t apart = clock_wall_of(clock_seconds()) * INT64_C(1000) - clock_wall_ms();

	(void)state;
	assert_true(apart > -2000 && apart < 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_second_converted_to_wall_time_converts_back),
		cmocka_unit_test(a_time_beyond_the_maps_becomes_the_nearest_in_them),
		cmocka_unit_test(wall_time_of_now_is_near_the_wall_clock),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
