// SPDX-License-Identifier: GPL-2.0-only
/* The policy of 2003: which events count, who is judged, and what the verdict says. */
#include "suite.h"

#include <errno.h>
#include <string.h>

#include "judge/judge.h"

static struct judge *judge;

static int open_default(void **state)
{
	(void)state;
	return judge_open(&judge_default, 1, &judge);
}

static int close_judge(void **state)
{
	(void)state;
	judge_close(judge);
	return 0;
}

/* The number of the offence that was one too many, 0: none of `count` was. */
static int offend(const char *address, enum event_class class, int count, struct verdict *verdict)
{
	struct event event = { .class = class };

	assert_int_equal(addr_parse(address, strlen(address), &event.peer), 0);
	for (int i = 1; i <= count; i++) {
		event.time = INT64_C(1061724153000) + i;
		if (!judge_event(judge, &event, verdict))
			return i;
	}
	return 0;
}

static void more_than_15_viruses_or_worms_lead_to_an_hour(void **state)
{
	struct verdict verdict;
	char text[ADDR_TEXT_SIZE];

	(void)state;
	assert_int_equal(offend("198.51.100.8", EVENT_VIRUS, 15, &verdict), 0);
	assert_int_equal(offend("198.51.100.7", EVENT_VIRUS, 8, &verdict), 0);
	assert_int_equal(offend("198.51.100.7", EVENT_WORM, 8, &verdict), 8);
	assert_string_equal(addr_format_host(&verdict.host, text), "198.51.100.7");
	assert_int_equal(verdict.until - verdict.time, 3600 * 1000);
	assert_string_equal(verdict.reason, "worm-storm: more than 15 in 5m");
}

static void other_classes_do_not_count(void **state)
{
	struct verdict verdict;

	(void)state;
	for (int class = 0; class < EVENT_CLASSES; class ++)
		if (class != EVENT_VIRUS && class != EVENT_WORM)
			assert_int_equal(offend("198.51.100.7", class, 100, &verdict), 0);
	assert_int_equal(offend("198.51.100.7", EVENT_VIRUS, 16, &verdict), 16);
}

static void an_ipv6_host_is_judged_by_its_64(void **state)
{
	struct verdict verdict;
	char text[ADDR_TEXT_SIZE];

	(void)state;
	assert_int_equal(offend("2001:db8:1:2::1", EVENT_VIRUS, 8, &verdict), 0);
	assert_int_equal(offend("2001:db8:1:3::1", EVENT_VIRUS, 8, &verdict), 0);
	assert_int_equal(offend("2001:db8:1:2:ff::", EVENT_VIRUS, 8, &verdict), 8);
	assert_string_equal(addr_format_host(&verdict.host, text), "2001:db8:1:2::/64");
}

static void loopback_is_never_judged(void **state)
{
	struct verdict verdict;

	(void)state;
	assert_int_equal(offend("127.0.0.1", EVENT_VIRUS, 100, &verdict), 0);
	assert_int_equal(offend("::1", EVENT_VIRUS, 100, &verdict), 0);
	assert_int_equal(offend("fe80::1", EVENT_VIRUS, 100, &verdict), 0);
}

/* One offence of `peer` at `seconds`, give or take a millisecond. */
static int offend_at(const struct addr *peer, int64_t seconds)
{
	static int64_t milli;
	struct event event = { .class = EVENT_VIRUS, .peer = *peer };
	struct verdict verdict;

	event.time = seconds * 1000 + milli++ % 1000;
	return judge_event(judge, &event, &verdict);
}

static void a_broken_stamp_does_not_move_the_window(void **state)
{
	const int64_t now = 1061724153, year = 365 * 86400;
	struct addr peer;

	(void)state;
	assert_int_equal(addr_parse("198.51.100.7", 12, &peer), 0);
	for (int i = 0; i < 15; i++)
		assert_int_equal(offend_at(&peer, now), -EAGAIN);
	assert_int_equal(offend_at(&peer, now + year), -EAGAIN);
	assert_int_equal(offend_at(&peer, now - year), -EAGAIN);
	assert_int_equal(offend_at(&peer, now + 1), 0);
}

static void a_time_that_two_events_agree_on_is_the_time(void **state)
{
	const int64_t now = 1061724153, year = 365 * 86400;
	struct addr peer;

	(void)state;
	assert_int_equal(addr_parse("198.51.100.7", 12, &peer), 0);
	assert_int_equal(offend_at(&peer, now + year), -EAGAIN);
	assert_int_equal(offend_at(&peer, now), -EAGAIN); /* not believed yet */
	for (int i = 0; i < 15; i++)
		assert_int_equal(offend_at(&peer, now), -EAGAIN);
	assert_int_equal(offend_at(&peer, now), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(more_than_15_viruses_or_worms_lead_to_an_hour,
						open_default, close_judge),
		cmocka_unit_test_setup_teardown(other_classes_do_not_count, open_default,
						close_judge),
		cmocka_unit_test_setup_teardown(an_ipv6_host_is_judged_by_its_64, open_default,
						close_judge),
		cmocka_unit_test_setup_teardown(loopback_is_never_judged, open_default,
						close_judge),
		cmocka_unit_test_setup_teardown(a_broken_stamp_does_not_move_the_window,
						open_default, close_judge),
		cmocka_unit_test_setup_teardown(a_time_that_two_events_agree_on_is_the_time,
						open_default, close_judge),
	};

	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
