// SPDX-License-Identifier: GPL-2.0-only
/* Durations: valid and invalid ones; a formatted one can be parsed. */
#include "unit/suite.h"

#include <errno.h>

#include "common/duration.h"

static void durations_are_parsed(void **state)
{
	const struct {
		const char *text;
		uint32_t seconds;
	} good[] = { { "1s", 1 },	{ "90s", 90 },	      { "15m", 900 },
		     { "2h", 7200 },	{ "7d", 604800 },     { "1h30m", 5400 },
		     { "1d1s", 86401 }, { "366d", 31622400 }, { "0h5m", 300 } };
	uint32_t seconds;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(duration_parse(good[i].text, &seconds), 0);
		assert_int_equal(seconds, good[i].seconds);
	}
}

static void an_invalid_duration_is_refused_and_out_is_untouched(void **state)
{
	const char *const bad[] = {
		"", "5", "m", "5x", "-5m", "5m5m", "30m1h", " 5m", "5 m", "1.5h"
	};
	const char *const far[] = { "0s", "367d", "99999999999999999999d", "366d1s" };
	uint32_t seconds = 42;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(duration_parse(bad[i], &seconds), -EINVAL);
	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++)
		assert_int_equal(duration_parse(far[i], &seconds), -ERANGE);
	assert_int_equal(seconds, 42);
}

static void a_formatted_duration_can_be_parsed(void **state)
{
	const uint32_t values[] = { 1, 59, 60, 61, 3599, 3600, 5400, 86399, 86400, 31622400 };
	char text[DURATION_TEXT_SIZE];
	uint32_t seconds;

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		assert_int_equal(duration_parse(duration_format(values[i], text), &seconds), 0);
		assert_int_equal(seconds, values[i]);
	}
	assert_string_equal(duration_format(5400, text), "1h30m");
	assert_string_equal(duration_format(0, text), "0s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_are_parsed),
		cmocka_unit_test(an_invalid_duration_is_refused_and_out_is_untouched),
		cmocka_unit_test(a_formatted_duration_can_be_parsed),
	};

	return cmocka_run_group_tests_name("duration", tests, NULL, NULL);
}
