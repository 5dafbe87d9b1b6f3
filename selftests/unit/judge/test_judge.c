// SPDX-License-Identifier: GPL-2.0-only
/* The judge: which events count, which hosts are judged, and the verdict. */
#include "unit/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "judge/judge.h"

static struct judge *judge;

static int open_default(void **state)
{
	struct rules worms = { .count = 1, .brake = 3 };

	(void)state;
	worms.rules[0] = rules_default.rules[0];
	return judge_open(&worms, 1, &judge);
}

static int close_judge(void **state)
{
	(void)state;
	judge_close(judge);
	return 0;
}

/* The number of the offence that caused a verdict; 0: none of `count` did. */
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

static void more_than_15_viruses_or_worms_block_for_an_hour(void **state)
{
	struct verdict verdict;
	char text[ADDR_TEXT_SIZE];
	struct addr host;

	(void)state;
	assert_int_equal(offend("198.51.100.8", EVENT_VIRUS, 15, &verdict), 0);
	assert_int_equal(addr_parse("198.51.100.8", 12, &host), 0);
	assert_int_equal(judge_points(judge, 0, &host, INT64_C(1061724153016)), 15);
	assert_int_equal(judge_points(judge, 0, &host, INT64_C(1061724453001)), 14);
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

/* One offence of `peer` at `seconds`, to within a millisecond. */
static int offend_at(const struct addr *peer, int64_t seconds)
{
	static int64_t milli;
	struct event event = { .class = EVENT_VIRUS, .peer = *peer };
	struct verdict verdict;

	event.time = seconds * 1000 + milli++ % 1000;
	return judge_event(judge, &event, &verdict);
}

static void a_broken_timestamp_does_not_move_the_window(void **state)
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

static void a_time_that_two_events_confirm_is_accepted(void **state)
{
	const int64_t now = 1061724153, year = 365 * 86400;
	struct addr peer;

	(void)state;
	assert_int_equal(addr_parse("198.51.100.7", 12, &peer), 0);
	assert_int_equal(offend_at(&peer, now + year), -EAGAIN);
	assert_int_equal(offend_at(&peer, now), -EAGAIN); /* not accepted yet */
	for (int i = 0; i < 15; i++)
		assert_int_equal(offend_at(&peer, now), -EAGAIN);
	assert_int_equal(offend_at(&peer, now), 0);
}

/* The verdict on 16 viruses of `address`, from `seconds` on. */
static struct verdict storm(const char *address, int64_t seconds)
{
	struct event event = { .class = EVENT_VIRUS, .time = (1061724153 + seconds) * 1000 };
	struct verdict verdict = { 0 };

	assert_int_equal(addr_parse(address, strlen(address), &event.peer), 0);
	for (int i = 0; i < 15; i++)
		assert_int_equal(judge_event(judge, &event, &verdict), -EAGAIN);
	assert_int_equal(judge_event(judge, &event, &verdict), 0);
	return verdict;
}

static void a_block_is_twice_as_long_each_time_up_to_max(void **state)
{
	int64_t at = 0, hours[] = { 1, 2, 4, 8, 16, 32, 64, 128, 168, 168 };

	(void)state;
	for (unsigned int i = 0; i < sizeof(hours) / sizeof(hours[0]); i++) {
		struct verdict verdict;

		/* The first event after a leap of days is not accepted. */
		offend_at(&(struct addr){ { 0 } }, 1061724153 + at);
		verdict = storm("198.51.100.7", at);
		assert_int_equal(verdict.until - verdict.time, hours[i] * 3600 * 1000);
		assert_int_equal(verdict.repeats, i);
		at += hours[i] * 3600;
	}
	/* Its neighbour has no former blocks. */
	offend_at(&(struct addr){ { 0 } }, 1061724153 + at);
	assert_int_equal(storm("198.51.100.8", at).repeats, 0);
}

static void a_block_during_an_active_block_is_not_a_repetition(void **state)
{
	(void)state;
	assert_int_equal(storm("198.51.100.7", 0).repeats, 0);
	assert_int_equal(storm("198.51.100.7", 3599).repeats, 0);
	assert_int_equal(storm("198.51.100.7", 3599 + 3600).repeats, 1);
}

static void a_repetition_is_forgotten_after_the_rules_remember(void **state)
{
	const int64_t memory = 30 * 86400;

	(void)state;
	assert_int_equal(storm("198.51.100.7", 0).repeats, 0);
	/* The first event after a leap of days is not accepted. */
	offend_at(&(struct addr){ { 0 } }, 1061724153 + 3600 + memory - 1);
	assert_int_equal(storm("198.51.100.7", 3600 + memory - 1).repeats, 1);
	offend_at(&(struct addr){ { 0 } }, 1061724153 + 10800 + 2 * memory);
	assert_int_equal(storm("198.51.100.7", 10800 + 2 * memory).repeats, 0);
}

static void a_history_that_is_restored_counts(void **state)
{
	struct addr host;

	(void)state;
	assert_int_equal(addr_parse("198.51.100.7", 12, &host), 0);
	judge_remember(judge, &host, 3, 1061724153000 - 1000);
	assert_int_equal(storm("198.51.100.7", 0).repeats, 3);
	assert_int_equal(storm("198.51.100.8", 0).repeats, 0);
}

/* `count` messages of `address` are accepted. */
static void deliver(const char *address, int64_t seconds, int count)
{
	struct event event = { .class = EVENT_ARRIVAL, .time = (1061724153 + seconds) * 1000 };
	struct verdict verdict;

	assert_int_equal(addr_parse(address, strlen(address), &event.peer), 0);
	while (count--)
		assert_int_equal(judge_event(judge, &event, &verdict), -EAGAIN);
}

static uint32_t accepted_from(const char *address, int64_t seconds)
{
	struct standing_view view;
	struct addr host;

	assert_int_equal(addr_parse(address, strlen(address), &host), 0);
	standing_get(judge_standing(judge), &host, (1061724153 + seconds) * 1000, &view);
	return view.accepted;
}

/* A broken timestamp counts nothing; a gap that the next event confirms loses no message. */
static void the_first_message_after_a_gap_of_days_counts_once_the_next_one_confirms_it(void **state)
{
	const int64_t gap = 3 * 86400;

	(void)state;
	deliver("198.51.100.7", 0, 1);
	deliver("198.51.100.8", gap, 1);
	assert_int_equal(accepted_from("198.51.100.8", gap), 0);
	deliver("198.51.100.9", gap + 1, 1);
	assert_int_equal(accepted_from("198.51.100.8", gap), 1);
	assert_int_equal(accepted_from("198.51.100.9", gap), 1);
	/* Broken, and the clock has not moved. */
	deliver("198.51.100.10", 400 * gap, 1);
	deliver("198.51.100.11", gap + 2, 1);
	deliver("198.51.100.11", gap + 3, 1);
	assert_int_equal(accepted_from("198.51.100.10", gap), 0);
	assert_int_equal(accepted_from("198.51.100.11", gap), 2);
	assert_int_equal(accepted_from("198.51.100.8", gap), 1);
	/* Back by days, as a clock is set. */
	deliver("198.51.100.12", 0, 2);
	assert_int_equal(accepted_from("198.51.100.12", gap), 2);
}

/* Many senders that are known and do nothing wrong. */
static void open_office_hours(int64_t seconds)
{
	char address[ADDR_TEXT_SIZE];

	for (int i = 1; i < 100; i++) {
		snprintf(address, sizeof(address), "203.%d.113.1", i);
		deliver(address, seconds, 11);
	}
}

static void the_brake_makes_blocks_of_known_senders_a_dry_run_until_it_is_released(void **state)
{
	char address[] = "198.51.100.0";

	(void)state;
	open_office_hours(0);
	for (int i = 1; i <= 5; i++) {
		address[11] = '0' + i;
		deliver(address, 0, 10);
	}
	assert_false(storm("198.51.100.1", 0).dry_run);
	assert_false(storm("198.51.100.2", 10).dry_run);
	assert_false(storm("198.51.100.3", 59).dry_run);
	assert_true(storm("198.51.100.4", 59).braked);
	/* A stranger is blocked, as before. */
	assert_false(storm("192.0.2.4", 59).dry_run);
	/* A host that is already blocked does not count as new. */
	assert_false(storm("198.51.100.1", 60).dry_run);
	/* The brake stays engaged, even without new verdicts. */
	assert_true(storm("198.51.100.5", 3000).dry_run);
	assert_true(judge_state(judge).braked);
	assert_int_equal(judge_state(judge).rules[0].dry_runs, 2);
	judge_release(judge);
	assert_false(storm("198.51.100.4", 3000).dry_run);
}

static void strangers_never_engage_the_brake(void **state)
{
	char address[] = "198.51.100.0";

	(void)state;
	for (int i = 0; i < 10; i++) {
		address[11] = '0' + i;
		assert_false(storm(address, 1).dry_run);
	}
	assert_false(judge_state(judge).braked);
}

static void points_of_several_classes_add_up_and_a_dry_run_does_not_block(void **state)
{
	struct rules rules = { .count = 2,
			       .rules = { { .name = "score",
					    .weights = { [EVENT_SPAM] = 4, [EVENT_AUTH] = 1 },
					    .limit = 10,
					    .window = 60,
					    .block = 60,
					    .max = 60,
					    .mark = RULES_NO_MARK },
					  { .name = "shown",
					    .weights = { [EVENT_TLS] = 1 },
					    .limit = 1,
					    .window = 60,
					    .block = 60,
					    .max = 60,
					    .mark = RULES_NO_MARK,
					    .dry_run = true } } };
	struct verdict verdict;

	(void)state;
	judge_close(judge);
	assert_int_equal(judge_open(&rules, 1, &judge), 0);
	assert_int_equal(offend("198.51.100.7", EVENT_SPAM, 2, &verdict), 0);
	assert_int_equal(offend("198.51.100.7", EVENT_AUTH, 3, &verdict), 3);
	assert_string_equal(verdict.reason, "score: more than 10 points in 1m");
	assert_false(verdict.dry_run);
	assert_int_equal(offend("198.51.100.7", EVENT_TLS, 2, &verdict), 2);
	assert_true(verdict.dry_run);
	assert_int_equal(verdict.rule, 1);
}

static void only_lines_with_the_mark_count(void **state)
{
	struct rules rules = { .count = 1, .rules[0] = rules_default.rules[0] };
	struct event event = { .class = EVENT_VIRUS, .time = 1061724153000 };
	struct verdict verdict;

	(void)state;
	judge_close(judge);
	rules.rules[0].mark = 3;
	rules.rules[0].limit = 1;
	assert_int_equal(judge_open(&rules, 1, &judge), 0);
	assert_int_equal(addr_parse("198.51.100.7", 12, &event.peer), 0);
	event.marks = ~(1u << 3);
	for (int i = 0; i < 5; i++)
		assert_int_equal(judge_event(judge, &event, &verdict), -EAGAIN);
	event.marks = 1u << 3;
	assert_int_equal(judge_event(judge, &event, &verdict), -EAGAIN);
	assert_int_equal(judge_event(judge, &event, &verdict), 0);
}

static void an_allowed_host_is_not_judged_and_its_neighbour_is(void **state)
{
	struct addr_prefix network;
	struct prefix_set *allowed;
	struct verdict verdict;

	(void)state;
	assert_int_equal(prefix_set_new(&allowed), 0);
	assert_int_equal(addr_parse_prefix("198.51.100.0/25", &network), 0);
	assert_int_equal(prefix_set_add(allowed, &network, "test"), 0);
	prefix_set_seal(allowed);
	judge_allow(judge, allowed);
	assert_int_equal(offend("198.51.100.127", EVENT_VIRUS, 100, &verdict), 0);
	assert_int_equal(judge_state(judge).allowed_offences, 100);
	assert_int_equal(offend("198.51.100.128", EVENT_VIRUS, 100, &verdict), 16);
	judge_allow(judge, NULL);
	prefix_set_free(allowed);
}

static void another_judge_takes_over_counts_and_remembered_hosts(void **state)
{
	struct rules rules = { .count = 1, .rules[0] = rules_default.rules[0] };
	struct judge *next;
	struct verdict verdict;

	(void)state;
	assert_int_equal(storm("198.51.100.9", 0).repeats, 0);
	assert_int_equal(offend("198.51.100.7", EVENT_VIRUS, 15, &verdict), 0);
	assert_int_equal(judge_open(&rules, 2, &next), 0);
	judge_adopt(next, judge);
	judge_close(judge);
	judge = next;
	assert_int_equal(offend("198.51.100.7", EVENT_VIRUS, 1, &verdict), 1);
	assert_int_equal(storm("198.51.100.9", 3700).repeats, 1);
}

static int open_all(void **state)
{
	(void)state;
	return judge_open(&rules_default, 1, &judge);
}

static void watch(const char *address, enum event_class class, int seconds)
{
	struct event event = { .class = class, .time = 1061724153000 + seconds * INT64_C(1000) };
	struct verdict verdict;

	assert_int_equal(addr_parse(address, strlen(address), &event.peer), 0);
	assert_int_equal(judge_event(judge, &event, &verdict), -EAGAIN);
}

static void a_host_that_several_rules_count_is_watched_once(void **state)
{
	const int later = 7 * 3600;

	(void)state;
	/* worm-storm and strangers; then password-guessing as well. */
	watch("198.51.100.7", EVENT_DNSBL, 0);
	assert_int_equal(judge_state(judge).hosts, 1);
	watch("198.51.101.8", EVENT_VIRUS, 0);
	watch("198.51.100.7", EVENT_AUTH, 0);
	watch("2001:db8::1", EVENT_DNSBL, 0);
	watch("2001:db8::2", EVENT_RDNS, 0);
	assert_int_equal(judge_state(judge).hosts, 3);
	/* strangers forgets all of them when it counts another host; two rules still watch two. */
	watch("198.51.102.9", EVENT_RDNS, later);
	watch("198.51.102.9", EVENT_RDNS, later);
	assert_int_equal(judge_state(judge).hosts, 3);
	/* worm-storm forgets one of these. */
	watch("198.51.103.9", EVENT_VIRUS, later);
	assert_int_equal(judge_state(judge).hosts, 3);
	watch("198.51.103.9", EVENT_AUTH, later + 17 * 3600 + 60);
	assert_int_equal(judge_state(judge).hosts, 2);
}

static void after_a_reload_hosts_that_no_rule_took_over_are_not_watched(void **state)
{
	struct rules rules = rules_default;
	struct judge *next;

	(void)state;
	watch("198.51.100.7", EVENT_DNSBL, 0);
	watch("198.51.100.7", EVENT_AUTH, 0);
	watch("198.51.101.8", EVENT_POLICY, 0);
	assert_int_equal(judge_state(judge).hosts, 2);
	/* password-guessing forgets the first, and strangers does not. */
	for (size_t i = 0; i < rules.count; i++)
		if (rules.rules[i].weights[EVENT_POLICY] || rules.rules[i].weights[EVENT_AUTH])
			rules.rules[i].limit = 7;
	assert_int_equal(judge_open(&rules, 2, &next), 0);
	judge_adopt(next, judge);
	judge_close(judge);
	judge = next;
	assert_int_equal(judge_state(judge).hosts, 1);
	watch("198.51.100.7", EVENT_RDNS, 1);
	assert_int_equal(judge_state(judge).hosts, 1);
	watch("198.51.101.8", EVENT_POLICY, 1);
	assert_int_equal(judge_state(judge).hosts, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_host_that_several_rules_count_is_watched_once,
						open_all, close_judge),
		cmocka_unit_test_setup_teardown(
			after_a_reload_hosts_that_no_rule_took_over_are_not_watched, open_all,
			close_judge),
		cmocka_unit_test_setup_teardown(more_than_15_viruses_or_worms_block_for_an_hour,
						open_default, close_judge),
		cmocka_unit_test_setup_teardown(other_classes_do_not_count, open_default,
						close_judge),
		cmocka_unit_test_setup_teardown(an_ipv6_host_is_judged_by_its_64, open_default,
						close_judge),
		cmocka_unit_test_setup_teardown(loopback_is_never_judged, open_default,
						close_judge),
		cmocka_unit_test_setup_teardown(a_broken_timestamp_does_not_move_the_window,
						open_default, close_judge),
		cmocka_unit_test_setup_teardown(a_time_that_two_events_confirm_is_accepted,
						open_default, close_judge),
		cmocka_unit_test_setup_teardown(a_block_is_twice_as_long_each_time_up_to_max,
						open_default, close_judge),
		cmocka_unit_test_setup_teardown(a_block_during_an_active_block_is_not_a_repetition,
						open_default, close_judge),
		cmocka_unit_test_setup_teardown(a_repetition_is_forgotten_after_the_rules_remember,
						open_default, close_judge),
		cmocka_unit_test_setup_teardown(
			the_first_message_after_a_gap_of_days_counts_once_the_next_one_confirms_it,
			open_default, close_judge),
		cmocka_unit_test_setup_teardown(a_history_that_is_restored_counts, open_default,
						close_judge),
		cmocka_unit_test_setup_teardown(
			the_brake_makes_blocks_of_known_senders_a_dry_run_until_it_is_released,
			open_default, close_judge),
		cmocka_unit_test_setup_teardown(strangers_never_engage_the_brake, open_default,
						close_judge),
		cmocka_unit_test_setup_teardown(
			points_of_several_classes_add_up_and_a_dry_run_does_not_block, open_default,
			close_judge),
		cmocka_unit_test_setup_teardown(only_lines_with_the_mark_count, open_default,
						close_judge),
		cmocka_unit_test_setup_teardown(an_allowed_host_is_not_judged_and_its_neighbour_is,
						open_default, close_judge),
		cmocka_unit_test_setup_teardown(
			another_judge_takes_over_counts_and_remembered_hosts, open_default,
			close_judge),
	};

	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
