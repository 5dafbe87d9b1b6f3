// SPDX-License-Identifier: GPL-2.0-only
/* What the default rules and their brakes do to strangers, known senders and networks. */
#include "unit/suite.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "judge/judge.h"

#define START  INT64_C(1061769600000) /* midnight of 2003-08-25 */
#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static struct judge *judge;

/* The last verdict. */
static struct verdict verdict;

/* What judge_event() said in all, since open_default(). */
static struct {
	unsigned int blocks, dry_runs, known_blocks;
	unsigned int offices; /* blocked, each counted once */
	bool blocked[256];    /* of each office */
} sum;

static void open_rules(const struct rules *rules)
{
	judge_close(judge);
	memset(&sum, 0, sizeof(sum));
	assert_int_equal(judge_open(rules, 1, &judge), 0);
}

/* The default rules, which do not wait for days of log. */
static int open_default(void **state)
{
	struct rules rules = rules_default;

	(void)state;
	rules.learn = 0;
	open_rules(&rules);
	return 0;
}

static int close_judge(void **state)
{
	(void)state;
	judge_close(judge);
	judge = NULL;
	return 0;
}

static unsigned int rule(const char *name)
{
	const struct rule *found = rules_find(judge_rules(judge), name);

	assert_non_null(found);
	return found - judge_rules(judge)->rules;
}

/* True if it led to a block. */
static bool act_addr(const struct addr *addr, enum event_class class, int64_t time)
{
	const struct event event = { .class = class, .time = time, .peer = *addr };

	if (judge_event(judge, &event, &verdict))
		return false;
	sum.dry_runs += verdict.dry_run;
	sum.blocks += !verdict.dry_run;
	sum.known_blocks += !verdict.dry_run && verdict.known;
	if (!verdict.dry_run && verdict.known) {
		sum.offices += !sum.blocked[verdict.host.bytes[14]];
		sum.blocked[verdict.host.bytes[14]] = true;
	}
	return !verdict.dry_run;
}

static bool act(const char *text, enum event_class class, int64_t time)
{
	struct addr addr;

	assert_int_equal(addr_parse(text, strlen(text), &addr), 0);
	return act_addr(&addr, class, time);
}

/* The number of the offence that blocks; 0: none of `count`. */
static int offend(const char *text, enum event_class class, int count, int64_t time)
{
	for (int i = 1; i <= count; i++)
		if (act(text, class, time))
			return i;
	return 0;
}

static void deliver(const char *text, int count, int64_t time)
{
	while (count--)
		assert_false(act(text, EVENT_ARRIVAL, time));
}

static struct addr office(int number)
{
	return (struct addr){ .bytes = { [10] = 0xff,
					 [11] = 0xff,
					 [12] = 198,
					 [13] = 18,
					 [14] = number,
					 [15] = 25 } };
}

/* `count` offices that were known before `time`, and were clean for two days. */
static void open_offices(int count, int64_t time)
{
	for (int i = 0; i < count * 20; i++) {
		const struct addr addr = office(i % count);

		act_addr(&addr, EVENT_ARRIVAL, time - 3 * DAY + i / count * MINUTE);
	}
	for (int i = 0; i < count; i++) {
		const struct addr addr = office(i);

		act_addr(&addr, EVENT_ARRIVAL, time - MINUTE);
	}
}

static const char *target(void)
{
	static char text[ADDR_TEXT_SIZE];

	return addr_prefix_format(&verdict.target, text);
}

static void twenty_thousand_strangers_in_ten_minutes_are_all_blocked(void **state)
{
	static bool blocked[20000];
	unsigned int count = 0;

	(void)state;
	open_offices(20, START);
	for (int round = 0; round < 16; round++)
		for (uint32_t i = 0; i < 20000; i++) {
			/* Each in a network of its own. */
			const struct addr addr = { .bytes = { [10] = 0xff,
							      [11] = 0xff,
							      [12] = 11 + (i >> 16),
							      [13] = i >> 8,
							      [14] = i,
							      [15] = 1 } };

			blocked[i] |= act_addr(&addr, EVENT_VIRUS, START + round * 36000);
		}
	for (int i = 0; i < 20000; i++)
		count += blocked[i];
	assert_int_equal(count, 20000);
	assert_int_equal(sum.dry_runs, 0);
	assert_false(judge_state(judge).braked);
	assert_int_equal(judge_state(judge).off, 0);
}

static void a_scanner_that_rejects_everybody_blocks_at_most_three_known_senders(void **state)
{
	/* All at once, in turn, or each with all that it has. */
	for (int kind = 0; kind < 2; kind++) {
		open_default(state);
		open_offices(30, START);
		for (int i = 0; i < 30 * 40; i++) {
			const struct addr addr = office(kind ? i / 40 : i % 30);

			act_addr(&addr, EVENT_VIRUS, START + i * 400);
		}
		assert_in_range(sum.offices, 0, 3);
		assert_int_equal(judge_state(judge).off, 1u << EVENT_VIRUS);
		assert_true(judge_state(judge).off_offences > 500);
		/* Another class counts, and a stranger that commits it is blocked. */
		assert_true(offend("192.0.2.1", EVENT_RELAY, 20, START + 10 * MINUTE) > 0);
		/* After an hour the class counts again. */
		assert_true(offend("192.0.2.2", EVENT_VIRUS, 20, START + 10 * MINUTE) == 0);
		assert_true(offend("192.0.2.3", EVENT_VIRUS, 20, START + 80 * MINUTE) > 0);
	}
}

static void the_brake_stops_the_fourth_where_known_senders_were_not_clean(void **state)
{
	(void)state;
	open_offices(30, START);
	for (int i = 0; i < 30; i++) {
		const struct addr addr = office(i);

		/* Yesterday, not all within ten minutes. */
		act_addr(&addr, EVENT_SPAM, START - DAY + i * 20 * MINUTE);
	}
	for (int i = 0; i < 30 * 20; i++) {
		const struct addr addr = office(i / 20);

		act_addr(&addr, EVENT_VIRUS, START + HOUR + i * 100);
	}
	assert_int_equal(sum.known_blocks, 3);
	assert_int_equal(sum.dry_runs, 27);
	assert_true(verdict.braked);
	assert_true(judge_state(judge).braked);
	/* A stranger is blocked none the less. */
	assert_true(offend("192.0.2.1", EVENT_VIRUS, 20, START + HOUR + MINUTE) > 0);
	/* The brake releases itself after an hour, at any line. */
	deliver("203.0.113.1", 1, START + 2 * HOUR - MINUTE);
	assert_true(judge_state(judge).braked);
	deliver("203.0.113.1", 1, START + 2 * HOUR + 2 * MINUTE);
	assert_false(judge_state(judge).braked);
}

static void a_storm_with_three_infected_offices_does_not_switch_the_class_off(void **state)
{
	(void)state;
	open_offices(20, START);
	for (int i = 0; i < 100 * 20; i++) {
		const struct addr stranger = {
			.bytes = { [10] = 0xff, [11] = 0xff, [12] = 11, [14] = i % 100, [15] = 1 }
		};
		const struct addr infected = office(i % 3), clean = office(3 + i % 17);

		act_addr(&stranger, EVENT_VIRUS, START + i * 100);
		act_addr(&clean, EVENT_ARRIVAL, START + i * 100);
		if (i % 20 == 0)
			act_addr(&infected, EVENT_VIRUS, START + i * 100);
	}
	assert_int_equal(judge_state(judge).off, 0);
	assert_true(sum.blocks >= 100);
	/* The offices are stopped as well: 33 viruses each. */
	assert_int_equal(sum.known_blocks, 6);
	assert_false(judge_state(judge).braked);
	assert_true(verdict.until - verdict.time <= DAY);
}

static void six_hundred_networks_of_one_ipv6_network_are_blocked_as_one(void **state)
{
	char text[ADDR_TEXT_SIZE];

	(void)state;
	open_offices(20, START);
	for (int i = 0; i < 600; i++) {
		snprintf(text, sizeof(text), "2001:db8:1:%x::1", i * 83);
		for (int j = 0; j < 5; j++)
			act(text, EVENT_UNKNOWN_USER, START + i * 1000);
	}
	assert_false(judge_state(judge).braked);
	assert_int_equal(sum.dry_runs, 0);
	assert_true(judge_state(judge).rules[rule("networks")].blocks > 0);
	/* Its neighbour is not blocked. */
	assert_int_equal(offend("2001:db8:2:1::1", EVENT_UNKNOWN_USER, 3, START + HOUR / 6), 0);
}

static void
hosts_that_share_the_work_are_blocked_as_a_network_without_its_known_sender(void **state)
{
	char text[ADDR_TEXT_SIZE];
	bool blocked = false;

	(void)state;
	deliver("192.0.2.200", 10, START - 2 * DAY);
	deliver("192.0.2.200", 1, START - DAY);
	/* What the known sender does counts for no network. */
	for (int i = 0; i < 100; i++)
		act("192.0.2.200", EVENT_UNKNOWN_USER, START);
	assert_int_equal(sum.blocks, 0);
	for (int i = 1; i < 100 && !blocked; i++) {
		snprintf(text, sizeof(text), "192.0.2.%d", i);
		blocked = act(text, EVENT_UNKNOWN_USER, START + i * 1000);
	}
	assert_true(blocked);
	assert_string_equal(target(), "192.0.2.0/24");
	assert_false(verdict.known);
	assert_int_equal(verdict.until - verdict.time, 6 * HOUR);
	assert_string_equal(verdict.reason, "networks: more than 40 points in 1h");
	/* Four hosts are too few, whatever they do: each is blocked alone. */
	for (int i = 0; i < 400; i++) {
		snprintf(text, sizeof(text), "192.0.3.%d", i % 4);
		if (act(text, EVENT_UNKNOWN_USER, START + i * 1000))
			assert_true(verdict.target.length == 32);
	}
}

static void a_network_from_which_mail_is_accepted_is_not_blocked_for_a_few_bad_hosts(void **state)
{
	char text[ADDR_TEXT_SIZE];

	(void)state;
	/* Three messages of each of 100 customers; 60 of them send 2 bad ones. */
	for (int i = 0; i < 300; i++) {
		snprintf(text, sizeof(text), "192.0.2.%d", i % 100);
		deliver(text, 1, START);
	}
	for (int i = 0; i < 120; i++) {
		snprintf(text, sizeof(text), "192.0.2.%d", i % 60);
		assert_false(act(text, EVENT_UNKNOWN_USER, START + i * 1000));
	}
	assert_int_equal(sum.dry_runs, 0);
}

static void a_known_sender_is_never_blocked_for_longer_than_a_day(void **state)
{
	struct rules rules = { .count = 1,
			       .rules[0] = { .name = "strict",
					     .weights = { [EVENT_SPAM] = 1 },
					     .limit = 3,
					     .window = 600,
					     .block = 7 * 86400,
					     .max = 30 * 86400,
					     .remember = 30 * 86400,
					     .mark = RULES_NO_MARK } };

	(void)state;
	open_rules(&rules);
	for (int day = 0; day < 60; day++) {
		deliver("198.51.100.1", 5, START + day * DAY);
		if (!day)
			continue;
		assert_int_equal(offend("198.51.100.1", EVENT_SPAM, 4, START + day * DAY), 4);
		assert_true(verdict.known);
		assert_int_equal(verdict.until - verdict.time, DAY);
		/* Nor does each block become longer. */
		assert_int_equal(verdict.repeats, 0);
	}
	/* A stranger is. */
	assert_int_equal(offend("198.51.101.2", EVENT_SPAM, 4, START + 59 * DAY), 4);
	assert_int_equal(verdict.until - verdict.time, 7 * DAY);
	assert_int_equal(offend("198.51.101.2", EVENT_SPAM, 4, START + 59 * DAY), 4);
}

static void a_host_that_is_known_by_its_network_is_blocked_as_a_known_sender(void **state)
{
	char text[ADDR_TEXT_SIZE];

	(void)state;
	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "192.0.2.%d", i % 50);
		deliver(text, 1, START);
	}
	/* Nothing was ever accepted from it. */
	for (int hour = 0; hour < 2; hour++) {
		assert_true(offend("192.0.2.200", EVENT_VIRUS, 16, START + hour * HOUR) > 0);
		assert_true(verdict.known);
		assert_int_equal(verdict.until - verdict.time, 5 * MINUTE);
	}
	/* Its neighbour in another network is a stranger. */
	assert_true(offend("192.0.3.200", EVENT_VIRUS, 16, START) > 0);
	assert_int_equal(verdict.until - verdict.time, 12 * HOUR);
}

static void the_default_rules_block_no_known_sender_for_more_than_half_an_hour(void **state)
{
	(void)state;
	for (int class = 0; class < EVENT_OFFENCES; class ++) {
		open_default(state);
		open_offices(20, START);
		for (int i = 0; i < 3000; i++) {
			const struct addr addr = office(1);

			if (act_addr(&addr, class, START + i * 20))
				assert_in_range(verdict.until - verdict.time, 1, 30 * MINUTE);
		}
	}
}

static void a_stranger_that_was_blocked_needs_one_more_offence(void **state)
{
	int64_t end;
	int first;

	(void)state;
	first = offend("192.0.2.1", EVENT_UNKNOWN_USER, 100, START);
	assert_in_range(first, 2, 8);
	assert_int_equal(verdict.until - verdict.time, 12 * HOUR);
	end = verdict.until;
	/* While it is blocked, what comes by its open connections makes no verdict each time. */
	assert_int_equal(offend("192.0.2.1", EVENT_UNKNOWN_USER, first - 1, START + HOUR), 0);
	assert_true(act("192.0.2.1", EVENT_UNKNOWN_USER, end + HOUR));
	assert_int_equal(verdict.until - verdict.time, 24 * HOUR);
	assert_int_equal(verdict.repeats, 1);
	/* Its neighbour needs as many as at first. */
	assert_int_equal(offend("192.0.3.1", EVENT_UNKNOWN_USER, 100, end + HOUR), first);
	/* One from which a message is accepted is not held to its past. */
	end = verdict.until;
	deliver("192.0.3.1", 1, end);
	assert_false(act("192.0.3.1", EVENT_UNKNOWN_USER, end + HOUR));
}

static void a_known_sender_that_offends_on_is_blocked_again_and_one_that_stops_is_not(void **state)
{
	const struct addr good = office(1), bad = office(2);
	int64_t end;

	(void)state;
	open_offices(20, START);
	for (int i = 0; i < 251; i++) {
		assert_int_equal(act_addr(&bad, EVENT_SPAM, START + i), i == 250);
		assert_int_equal(act_addr(&good, EVENT_SPAM, START + i), i == 250);
	}
	end = verdict.until;
	assert_int_equal(verdict.rule, rule("known-senders"));
	assert_int_equal(end - verdict.time, 30 * MINUTE);
	/* What comes by open connections while it is blocked makes no verdict each time. */
	for (int i = 0; i < 300; i++)
		assert_false(act_addr(&bad, EVENT_SPAM, START + i * 1000));
	assert_true(act_addr(&bad, EVENT_SPAM, end));
	assert_int_equal(verdict.until - verdict.time, 30 * MINUTE);
	/* Its neighbour sends good mail again: the share is below 95 %. */
	for (int i = 0; i < 30; i++)
		assert_false(act_addr(&good, EVENT_ARRIVAL, end + i));
	assert_false(act_addr(&good, EVENT_SPAM, end + MINUTE));
	/* A day later, the other one has no points left either. */
	assert_false(act_addr(&bad, EVENT_SPAM, end + 25 * HOUR));
}

/*
 * The offences of a day that come through, of a host that offends every `interval`, tries again
 * when it is not blocked, and gets each `accepted`-th message accepted; 0: none.
 */
static unsigned int come_through(const char *text, enum event_class class, int64_t interval,
				 int accepted, int day, int64_t *until)
{
	unsigned int count = 0;

	for (int64_t at = 0; at < DAY; at += interval) {
		const int64_t time = START + day * DAY + at;
		const bool good = accepted && (at / interval) % accepted == 0;

		if (time < *until)
			continue;
		count += !good;
		if (act(text, good ? EVENT_ARRIVAL : class, time))
			*until = verdict.until;
	}
	return count;
}

/* The figures of sobig-xdp(8), STANDING. */
static void what_an_adversary_gets_is_what_the_manual_says(void **state)
{
	int64_t stranger = 0, known = 0, infected = 0, earner = 0, spare = 0;
	unsigned int sum_of_days = 0, sum_of_spam = 0, sum_of_viruses = 0, count = 0;

	(void)state;
	/* A stranger: some attempts at first, then about one each two days. */
	assert_in_range(come_through("192.0.2.1", EVENT_SPAM, MINUTE, 0, 0, &stranger), 5, 7);
	for (int day = 1; day <= 20; day++)
		sum_of_days += come_through("192.0.2.1", EVENT_SPAM, MINUTE, 0, day, &stranger);
	assert_in_range(sum_of_days, 10, 20);
	/* Known senders from which nothing more is accepted. */
	open_default(state);
	for (int day = -5; day < 0; day++) {
		deliver("192.0.2.1", 50, START + day * DAY);
		deliver("198.51.100.1", 50, START + day * DAY);
	}
	for (int day = 0; day < 22; day++) {
		const unsigned int spam =
			come_through("192.0.2.1", EVENT_SPAM, MINUTE / 6, 0, day, &known);
		const unsigned int viruses =
			come_through("198.51.100.1", EVENT_VIRUS, MINUTE / 6, 0, day, &infected);

		/* What was accepted before must fade first. */
		sum_of_spam += day < 2 ? 0 : spam;
		sum_of_viruses += day < 2 ? 0 : viruses;
	}
	assert_in_range(sum_of_spam, 20 * 250, 20 * 300);
	assert_in_range(sum_of_viruses, 20 * 50, 20 * 150);
	/* Some time after its last good day, it is a stranger. */
	for (int day = 22; day < 32; day++)
		spare = come_through("192.0.2.1", EVENT_SPAM, MINUTE / 6, 0, day, &known);
	assert_in_range(spare, 0, 10);
	/* One that gets a tenth of its spam accepted is not blocked for spam. */
	open_default(state);
	deliver("192.0.2.1", 50, START - DAY);
	for (int day = 0; day < 20; day++)
		count = come_through("192.0.2.1", EVENT_SPAM, MINUTE / 6, 10, day, &earner);
	assert_int_equal(count, 8640 - 864);
	assert_int_equal(sum.blocks, 0);
}

static void what_a_host_does_counts_by_its_share_of_offences(void **state)
{
	(void)state;
	/* Two messages among the first twelve are enough. */
	deliver("192.0.2.1", 3, START);
	assert_int_equal(offend("192.0.2.1", EVENT_UNKNOWN_USER, 10, START), 0);
	assert_true(offend("192.0.2.1", EVENT_UNKNOWN_USER, 100, START) > 0);
	assert_true(offend("192.0.3.1", EVENT_UNKNOWN_USER, 10, START) > 0);
}

static void a_rule_that_learns_takes_nothing_from_a_rule_that_blocks(void **state)
{
	int at;

	(void)state;
	open_rules(&rules_default);
	assert_true(judge_state(judge).learning);
	for (at = 1; !act("192.0.2.1", EVENT_VIRUS, START + at * 1000); at++)
		assert_in_range(at, 1, 15);
	/* Dry runs on the way did not restart the rule of 2003. */
	assert_int_equal(at, 16);
	assert_int_equal(verdict.rule, rule("worm-storm"));
	assert_true(judge_state(judge).rules[rule("strangers")].dry_runs >= 3);
	assert_int_equal(judge_state(judge).rules[rule("strangers")].blocks, 0);
	/* With three days of log it is over. */
	deliver("203.0.113.1", 1, START + 2 * DAY);
	act("192.0.2.9", EVENT_VIRUS, START + 2 * DAY);
	assert_true(judge_state(judge).learning);
	deliver("203.0.113.1", 1, START + 3 * DAY);
	assert_false(judge_state(judge).learning);
	assert_in_range(offend("192.0.3.1", EVENT_VIRUS, 15, START + 3 * DAY), 1, 4);
	assert_int_equal(judge_state(judge).learned, 4);
}

static void a_rule_in_dry_run_takes_nothing_from_another(void **state)
{
	struct rules rules = { .count = 2, .rules = { rules_default.rules[0] } };

	(void)state;
	rules.rules[1] = rules.rules[0];
	strcpy(rules.rules[1].name, "strict");
	rules.rules[1].limit = 3;
	rules.rules[1].dry_run = true;
	open_rules(&rules);
	assert_int_equal(offend("192.0.2.1", EVENT_VIRUS, 16, START), 16);
	assert_int_equal(sum.dry_runs, 3);
	/* A block ends all counts of the host. */
	sum.dry_runs = 0;
	assert_int_equal(offend("192.0.2.1", EVENT_VIRUS, 3, START), 0);
	assert_int_equal(sum.dry_runs, 0);
}

static void a_dry_run_is_the_verdict_rather_than_a_longer_one_that_is_only_learned(void **state)
{
	struct rules rules = rules_default;

	(void)state;
	rules.rules[0].limit = 1;
	rules.rules[0].dry_run = true;
	open_rules(&rules);
	/* Two viruses exceed both limits at once. */
	assert_int_equal(offend("192.0.2.1", EVENT_VIRUS, 2, START), 0);
	assert_int_equal(sum.dry_runs, 1);
	assert_int_equal(verdict.rule, rule("worm-storm"));
	assert_false(verdict.learning);
	assert_int_equal(judge_state(judge).rules[rule("strangers")].dry_runs, 1);
	/* Two hits on a DNS list exceed none, and three only one. */
	assert_int_equal(offend("192.0.3.1", EVENT_DNSBL, 3, START), 0);
	assert_int_equal(verdict.rule, rule("strangers"));
	assert_true(verdict.learning);
}

static void with_no_days_to_learn_it_never_learns(void **state)
{
	(void)state;
	assert_false(judge_state(judge).learning);
	act("192.0.2.1", EVENT_POLICY, START);
	assert_false(judge_state(judge).learning);
	assert_true(offend("192.0.2.1", EVENT_VIRUS, 10, START) > 0);
}

static void a_block_of_a_network_does_not_make_its_first_address_a_repeat_offender(void **state)
{
	char text[ADDR_TEXT_SIZE];
	bool blocked = false;

	(void)state;
	for (int i = 1; i < 100 && !blocked; i++) {
		snprintf(text, sizeof(text), "192.0.2.%d", i);
		blocked = act(text, EVENT_UNKNOWN_USER, START);
	}
	assert_string_equal(target(), "192.0.2.0/24");
	assert_true(offend("192.0.2.0", EVENT_UNKNOWN_USER, 1, START + 7 * HOUR) == 0);
	assert_true(offend("192.0.2.0", EVENT_UNKNOWN_USER, 10, START + 7 * HOUR) > 1);
	assert_int_equal(verdict.repeats, 0);
	blocked = false;
	for (int i = 0; i < 100 && !blocked; i++) {
		snprintf(text, sizeof(text), "2001:db8:1:%x::1", 0x1000 + i * 256);
		blocked = act(text, EVENT_UNKNOWN_USER, START);
	}
	assert_string_equal(target(), "2001:db8:1::/48");
	assert_true(offend("2001:db8:1::1", EVENT_UNKNOWN_USER, 1, START + 7 * HOUR) == 0);
}

static void a_network_is_blocked_though_its_last_host_is_over_its_own_limit_too(void **state)
{
	char text[ADDR_TEXT_SIZE];

	(void)state;
	/* The last host has as many points as it may have, and the network is just below. */
	for (int i = 1; i <= 16; i++) {
		snprintf(text, sizeof(text), "192.0.2.%d", i);
		assert_false(act(text, EVENT_UNKNOWN_USER, START));
	}
	for (int i = 0; i < 4; i++)
		assert_false(act("192.0.2.77", EVENT_UNKNOWN_USER, START));
	assert_true(act("192.0.2.77", EVENT_VIRUS, START));
	assert_string_equal(target(), "192.0.2.0/24");
}

static struct rules only_worms(void)
{
	struct rules rules = { .count = 1, .brake = 3, .rules[0] = rules_default.rules[0] };

	return rules;
}

static void a_host_behind_nat64_is_judged_and_blocked_alone(void **state)
{
	struct rules rules = only_worms();
	char text[ADDR_TEXT_SIZE];

	(void)state;
	open_rules(&rules);
	assert_int_equal(offend("64:ff9b::192.0.2.1", EVENT_VIRUS, 8, START), 0);
	assert_int_equal(offend("64:ff9b::192.0.2.2", EVENT_VIRUS, 15, START), 0);
	/* The same host without NAT64 counts together with it. */
	assert_int_equal(offend("192.0.2.1", EVENT_VIRUS, 7, START), 0);
	assert_true(act("64:ff9b::192.0.2.1", EVENT_VIRUS, START));
	assert_string_equal(target(), "64:ff9b::c000:201/128");
	assert_string_equal(addr_format(&verdict.host, text), "192.0.2.1");
	/* Its other address is blocked when it offends again. */
	assert_int_equal(offend("192.0.2.1", EVENT_VIRUS, 16, START), 16);
	assert_string_equal(target(), "192.0.2.1");
	/* A loopback address in it is no host. */
	assert_int_equal(offend("64:ff9b::127.0.0.1", EVENT_VIRUS, 100, START), 0);
	/* Any other IPv6 host is judged by its /64. */
	assert_int_equal(offend("64:ff9c::192.0.2.1", EVENT_VIRUS, 16, START), 16);
	assert_string_equal(target(), "64:ff9c::/64");
}

static void a_teredo_client_is_judged_by_its_ipv4_address(void **state)
{
	struct rules rules = only_worms();
	char text[ADDR_TEXT_SIZE];

	(void)state;
	open_rules(&rules);
	/* RFC 4380: 192.0.2.45, inverted; its port changes. */
	assert_int_equal(offend("2001:0:4136:e378:8000:63bf:3fff:fdd2", EVENT_VIRUS, 8, START), 0);
	assert_int_equal(offend("2001:0:4136:e378:8000:63bf:3fff:fdd3", EVENT_VIRUS, 15, START), 0);
	assert_int_equal(offend("2001:0:4136:e378:8000:1111:3fff:fdd2", EVENT_VIRUS, 8, START), 8);
	assert_string_equal(target(), "2001:0:4136:e378:8000:1111:3fff:fdd2/128");
	assert_string_equal(addr_format(&verdict.host, text), "192.0.2.45");
	assert_int_equal(offend("2001:1:4136:e378::1", EVENT_VIRUS, 16, START), 16);
	assert_string_equal(target(), "2001:1:4136:e378::/64");
}

static void nat64_never_gets_a_shared_network_blocked(void **state)
{
	char text[ADDR_TEXT_SIZE];

	(void)state;
	for (int i = 0; i < 5000; i++) {
		snprintf(text, sizeof(text), "64:ff9b::192.0.2.%d", i % 250);
		if (act(text, i % 2 ? EVENT_UNKNOWN_USER : EVENT_AUTH, START + i * 100))
			assert_int_equal(verdict.target.length, 128);
		snprintf(text, sizeof(text), "2001:0:4136:e378:8000:63bf:3fff:%x", i % 250);
		if (act(text, EVENT_VIRUS, START + i * 100))
			assert_int_equal(verdict.target.length, 128);
	}
	assert_true(sum.blocks > 100);
}

static void an_allowed_address_is_allowed_behind_nat64_and_so_is_the_nat64(void **state)
{
	static const char *const entries[] = { "192.0.2.0/25", "64:ff9b::c000:280/128" };
	struct rules rules = only_worms();
	struct prefix_set *allowed;
	struct addr_prefix entry;

	(void)state;
	open_rules(&rules);
	assert_int_equal(prefix_set_new(&allowed), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(addr_parse_prefix(entries[i], &entry), 0);
		assert_int_equal(prefix_set_add(allowed, &entry, "test"), 0);
	}
	prefix_set_seal(allowed);
	judge_allow(judge, allowed);
	assert_int_equal(offend("64:ff9b::192.0.2.1", EVENT_VIRUS, 20, START), 0);
	assert_int_equal(offend("64:ff9b::192.0.2.128", EVENT_VIRUS, 20, START), 0);
	assert_int_equal(offend("64:ff9b::192.0.2.129", EVENT_VIRUS, 20, START), 16);
	judge_allow(judge, NULL);
	prefix_set_free(allowed);
}

static void standing_is_that_of_the_embedded_address(void **state)
{
	(void)state;
	deliver("64:ff9b::192.0.2.1", 10, START);
	assert_int_equal(offend("192.0.2.1", EVENT_UNKNOWN_USER, 60, START), 0);
	assert_true(offend("64:ff9b::192.0.3.2", EVENT_UNKNOWN_USER, 60, START) > 0);
}

/* Another judge takes over; only its limit for worms is another one. */
static void reload(const struct rules *rules)
{
	struct judge *next;

	assert_int_equal(judge_open(rules, 99, &next), 0);
	judge_adopt(next, judge);
	judge_close(judge);
	judge = next;
}

static void after_a_reload_standing_counts_networks_and_history_are_kept(void **state)
{
	struct rules rules = rules_default;
	char text[ADDR_TEXT_SIZE];
	bool blocked = false;
	int first;

	(void)state;
	rules.learn = 0;
	open_offices(20, START);
	first = offend("192.0.3.1", EVENT_UNKNOWN_USER, 100, START);
	assert_int_equal(offend("192.0.4.1", EVENT_UNKNOWN_USER, first - 1, START), 0);
	for (int i = 1; i <= 20; i++) {
		snprintf(text, sizeof(text), "192.0.2.%d", i);
		assert_false(act(text, EVENT_UNKNOWN_USER, START));
	}
	rules.rules[0].limit = 5;
	rules.rules[5].share = 50;
	reload(&rules);
	/* A window. */
	assert_true(act("192.0.4.1", EVENT_UNKNOWN_USER, START));
	/* The history. */
	assert_true(act("192.0.3.1", EVENT_UNKNOWN_USER, START + 13 * HOUR));
	assert_int_equal(verdict.repeats, 1);
	/* The network's points and its hosts. */
	reload(&rules);
	assert_int_equal(judge_state(judge).rules[rule("strangers")].blocks, 3);
	assert_true(judge_state(judge).learned > 3);
	for (int i = 1; i <= 20; i++) {
		snprintf(text, sizeof(text), "192.0.5.%d", i);
		assert_false(act(text, EVENT_UNKNOWN_USER, START + 14 * HOUR));
	}
	reload(&rules);
	for (int i = 0; i < 2 && !blocked; i++)
		blocked = act("192.0.5.1", EVENT_UNKNOWN_USER, START + 14 * HOUR);
	assert_string_equal(target(), "192.0.5.0/24");
	/* Standing. */
	for (int i = 0; i < 5; i++) {
		const struct addr addr = office(7);

		assert_false(act_addr(&addr, EVENT_VIRUS, START + 14 * HOUR));
	}
}

static void deliver_office(int number, int64_t time)
{
	const struct addr addr = office(number);

	for (int i = 0; i < 10; i++)
		act_addr(&addr, EVENT_ARRIVAL, time);
}

/* It is not clean, and then sends worms. */
static void block_office(int number)
{
	const struct addr addr = office(number);

	act_addr(&addr, EVENT_PROTOCOL, START);
	for (int i = 0; i < 16; i++)
		act_addr(&addr, EVENT_WORM, START);
}

static void after_a_reload_both_brakes_are_kept(void **state)
{
	struct rules rules = rules_default;

	(void)state;
	rules.learn = 0;
	open_offices(5, START);
	deliver("203.0.113.1", 2000, START - DAY);
	for (int i = 0; i < 3; i++) {
		const struct addr addr = office(i);

		act_addr(&addr, EVENT_SPAM, START);
	}
	assert_int_equal(judge_state(judge).off, 1u << EVENT_SPAM);
	/* The three are not clean any more, so that they can be blocked for something else. */
	for (int i = 0; i < 3 * 16; i++) {
		const struct addr addr = office(i / 16);

		act_addr(&addr, EVENT_PROTOCOL, START);
		act_addr(&addr, EVENT_WORM, START);
	}
	assert_int_equal(sum.known_blocks, 3);
	rules.rules[1].limit = 4;
	reload(&rules);
	assert_int_equal(judge_state(judge).off, 1u << EVENT_SPAM);
	for (int i = 3; i < 5; i++) {
		const struct addr addr = office(i);

		act_addr(&addr, EVENT_PROTOCOL, START);
		for (int j = 0; j < 16; j++)
			act_addr(&addr, EVENT_WORM, START);
	}
	assert_int_equal(sum.known_blocks, 3);
	assert_true(verdict.braked);
	/* With another limit, those that were blocked within the hour still count. */
	judge_release(judge);
	for (int i = 5; i < 7; i++) {
		deliver_office(i, START);
		block_office(i);
	}
	assert_int_equal(sum.known_blocks, 5);
	rules.brake = 2;
	reload(&rules);
	deliver_office(7, START);
	block_office(7);
	assert_int_equal(sum.known_blocks, 5);
	assert_true(verdict.braked);
	/* An engaged brake stays engaged, whatever its new limit is. */
	rules.brake = 50;
	reload(&rules);
	assert_true(judge_state(judge).braked);
	judge_release(judge);
	assert_false(judge_state(judge).braked);
	assert_int_equal(judge_state(judge).off, 0);
}

int main(void)
{
#define POLICY_TEST(name) cmocka_unit_test_setup_teardown(name, open_default, close_judge)
	const struct CMUnitTest tests[] = {
		POLICY_TEST(twenty_thousand_strangers_in_ten_minutes_are_all_blocked),
		POLICY_TEST(a_scanner_that_rejects_everybody_blocks_at_most_three_known_senders),
		POLICY_TEST(the_brake_stops_the_fourth_where_known_senders_were_not_clean),
		POLICY_TEST(a_storm_with_three_infected_offices_does_not_switch_the_class_off),
		POLICY_TEST(six_hundred_networks_of_one_ipv6_network_are_blocked_as_one),
		POLICY_TEST(
			hosts_that_share_the_work_are_blocked_as_a_network_without_its_known_sender),
		POLICY_TEST(
			a_network_from_which_mail_is_accepted_is_not_blocked_for_a_few_bad_hosts),
		POLICY_TEST(a_known_sender_is_never_blocked_for_longer_than_a_day),
		POLICY_TEST(a_host_that_is_known_by_its_network_is_blocked_as_a_known_sender),
		POLICY_TEST(the_default_rules_block_no_known_sender_for_more_than_half_an_hour),
		POLICY_TEST(a_stranger_that_was_blocked_needs_one_more_offence),
		POLICY_TEST(
			a_known_sender_that_offends_on_is_blocked_again_and_one_that_stops_is_not),
		POLICY_TEST(what_an_adversary_gets_is_what_the_manual_says),
		POLICY_TEST(what_a_host_does_counts_by_its_share_of_offences),
		POLICY_TEST(a_rule_that_learns_takes_nothing_from_a_rule_that_blocks),
		POLICY_TEST(a_rule_in_dry_run_takes_nothing_from_another),
		POLICY_TEST(a_dry_run_is_the_verdict_rather_than_a_longer_one_that_is_only_learned),
		POLICY_TEST(with_no_days_to_learn_it_never_learns),
		POLICY_TEST(a_block_of_a_network_does_not_make_its_first_address_a_repeat_offender),
		POLICY_TEST(a_network_is_blocked_though_its_last_host_is_over_its_own_limit_too),
		POLICY_TEST(a_host_behind_nat64_is_judged_and_blocked_alone),
		POLICY_TEST(a_teredo_client_is_judged_by_its_ipv4_address),
		POLICY_TEST(nat64_never_gets_a_shared_network_blocked),
		POLICY_TEST(an_allowed_address_is_allowed_behind_nat64_and_so_is_the_nat64),
		POLICY_TEST(standing_is_that_of_the_embedded_address),
		POLICY_TEST(after_a_reload_standing_counts_networks_and_history_are_kept),
		POLICY_TEST(after_a_reload_both_brakes_are_kept),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
