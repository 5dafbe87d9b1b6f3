// SPDX-License-Identifier: GPL-2.0-only
/* A sweep gives the results of the judge for each limit and window. */
#include "unit/suite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "judge/judge.h"
#include "replay/sweep.h"

#define HOSTS	  40
#define EVENTS	  60000
#define ROUNDS	  60
#define SECOND	  1000
#define DAY	  (24 * INT64_C(3600000))
#define UNKNOWN	  UINT32_MAX
#define ONE_HOUR  INT64_C(3600000)
#define SET_BACK  (EVENTS * 2 / 3) /* the event before which the clock is set back by an hour */
#define DISORDER  55000		   /* ms by which an event may be late */
#define MIDNIGHT  INT64_C(1061683200000)
#define NO_BLOCK  INT64_MIN
#define SOME_SEED 7

static const struct rule swept = {
	.name = "swept",
	.weights = { [EVENT_VIRUS] = 1, [EVENT_WORM] = 3 },
	.limit = 9,
	.window = 300,
	.block = 600,
	.max = 4000,
	.remember = 3600,
	.mark = RULES_NO_MARK,
};

static const struct sweep_grid wide = {
	.limits = { 1, 4, 9, 15, 40 },
	.limits_count = 5,
	.windows = { 60, 300, 1800, 86400 },
	.windows_count = 4,
};

struct incident {
	uint32_t host;
	struct event event;
};

/* In a network of its own: what its neighbours do has no part in its standing. */
static struct addr address(uint32_t host)
{
	return (struct addr){ { [10] = 0xff, 0xff, 198, host, 100, 7 } };
}

/* Random events of many hosts, with `disorder` in a log whose lines are not quite in order. */
static struct incident *incidents(bool disorder)
{
	static const enum event_class classes[] = { EVENT_VIRUS, EVENT_VIRUS, EVENT_VIRUS,
						    EVENT_WORM,	 EVENT_SPAM,  EVENT_ARRIVAL };
	struct incident *all = calloc(EVENTS, sizeof(*all));
	int64_t time = MIDNIGHT;

	assert_non_null(all);
	srandom(2003);
	for (int i = 0; i < EVENTS; i++) {
		uint32_t host = random() % HOSTS;

		host = random() % HOSTS < host ? host : random() % HOSTS; /* some more often */
		time += random() % (2 * DAY / EVENTS);
		if (disorder && i == SET_BACK)
			time -= ONE_HOUR;
		all[i].host = host;
		all[i].event = (struct event){
			.time = time,
			.class = classes[random() % 6],
			.peer = address(host),
		};
		if (disorder && random() % 8 == 0)
			all[i].event.time -= random() % DISORDER;
	}
	return all;
}

/*
 * Events of one host, in whole seconds, so that many are exactly at the edge of a window, and
 * some are later than a window tolerates.
 */
static struct incident *storm(unsigned int seed)
{
	static const int late[] = { 1, 5, 59, 60, 61, 90 };
	struct incident *all = calloc(EVENTS, sizeof(*all));
	int64_t time = MIDNIGHT;

	assert_non_null(all);
	srandom(seed);
	for (int i = 0; i < EVENTS; i++) {
		time += random() % 40 ? random() % 9 * SECOND : random() % 900 * SECOND;
		all[i].event = (struct event){
			.time = time,
			.class = random() % 3	? EVENT_VIRUS
				 : random() % 2 ? EVENT_WORM
						: EVENT_ARRIVAL,
			.peer = address(0),
		};
		if (random() % 10 == 0)
			all[i].event.time -= late[random() % 6] * SECOND;
	}
	return all;
}

/*
 * The day before: two hosts send much good mail, as more known senders that offend would look like
 * a broken scanner; of the others, every second sends a little.
 */
static void learn(struct judge *judge)
{
	struct event event = { .class = EVENT_ARRIVAL };

	for (uint32_t host = 0; host < HOSTS; host++) {
		for (uint32_t i = 0; i < (host < 2 ? 40 : host % 2 * 2); i++) {
			event.time = MIDNIGHT - DAY + (host * 100 + i) * SECOND;
			event.peer = address(host);
			judge_learn(judge, &event);
		}
	}
}

static void count_by_judge(const struct rule *rule, const struct incident *all, size_t count,
			   uint32_t limit, uint32_t window, struct sweep_cell *out)
{
	struct rules rules = { .rules = { *rule }, .count = 1 };
	uint64_t price[HOSTS] = { 0 };
	bool blocked[HOSTS] = { 0 }, known[HOSTS] = { 0 };
	int64_t until[HOSTS];
	struct verdict verdict;
	struct judge *judge;

	memset(out, 0, sizeof(*out));
	rules.rules[0].limit = limit;
	rules.rules[0].window = window;
	assert_int_equal(judge_open(&rules, SOME_SEED, &judge), 0);
	if (rule != &swept)
		learn(judge);
	for (int h = 0; h < HOSTS; h++)
		until[h] = NO_BLOCK;
	for (size_t i = 0; i < count; i++) {
		uint32_t host = all[i].host;
		bool arrival = all[i].event.class == EVENT_ARRIVAL;
		const struct addr addr = address(host);
		struct standing_view view;

		standing_get(judge_standing(judge), &addr, all[i].event.time, &view);
		if (all[i].event.time < until[host]) {
			out->avoided += !arrival;
			price[host] += arrival;
			out->known_avoided += !arrival && view.known;
			out->known_price += arrival && view.known;
		} else if (!arrival && !judge_event(judge, &all[i].event, &verdict)) {
			until[host] = verdict.until;
			blocked[host] = true;
			known[host] |= view.known;
			out->blocks++;
		}
	}
	for (int h = 0; h < HOSTS; h++) {
		out->hosts += blocked[h];
		out->price += price[h];
		out->paying += price[h] > 0;
		out->known_hosts += known[h];
	}
	judge_close(judge);
}

/* What sweep_add() is told of a host: no offence of the tests takes its standing away. */
static unsigned int standing_flags(struct judge *judge, const struct event *event)
{
	struct standing_view view;

	if (!judge)
		return 0;
	standing_get(judge_standing(judge), &event->peer, event->time, &view);
	return (view.known ? SWEEP_KNOWN : 0) | (view.accepted ? SWEEP_ACCEPTED : 0);
}

static void sweep_all(const struct rule *rule, const struct incident *all, size_t count,
		      const struct sweep_grid *grid, struct sweep_cell *cells)
{
	const struct rules rules = { .rules = { *rule }, .count = 1 };
	struct judge *judge = NULL;
	uint32_t numbers[HOSTS];
	struct sweep *sweep;

	for (int h = 0; h < HOSTS; h++)
		numbers[h] = UNKNOWN;
	if (rule != &swept) {
		assert_int_equal(judge_open(&rules, SOME_SEED, &judge), 0);
		learn(judge);
	}
	assert_int_equal(sweep_open(rule, &sweep), 0);
	for (size_t i = 0; i < count; i++) {
		const struct event *event = &all[i].event;
		unsigned int points = event->class == EVENT_ARRIVAL ? SWEEP_ARRIVAL
								    : swept.weights[event->class];
		uint32_t *number = &numbers[all[i].host];

		/* Events before the first point may be omitted. */
		if (*number == UNKNOWN && (!points || points == SWEEP_ARRIVAL))
			continue;
		if (*number == UNKNOWN)
			assert_int_equal(sweep_host(sweep, number), 0);
		assert_int_equal(sweep_add(sweep, *number, event->time,
					   points | standing_flags(judge, event)),
				 0);
	}
	judge_close(judge);
	assert_int_equal(sweep_run(sweep, grid, cells), 0);
	sweep_close(sweep);
}

/* Returns the number of blocks in all cells. */
static uint64_t compare_rule(const struct rule *rule, const struct incident *all, size_t count,
			     const struct sweep_grid *grid)
{
	struct sweep_cell cells[SWEEP_LIMITS_MAX * SWEEP_WINDOWS_MAX], right;
	uint64_t blocks = 0;

	sweep_all(rule, all, count, grid, cells);
	for (size_t w = 0; w < grid->windows_count; w++) {
		for (size_t l = 0; l < grid->limits_count; l++) {
			const struct sweep_cell *cell = &cells[w * grid->limits_count + l];

			count_by_judge(rule, all, count, grid->limits[l], grid->windows[w], &right);
			assert_int_equal(cell->blocks, right.blocks);
			assert_int_equal(cell->hosts, right.hosts);
			assert_int_equal(cell->avoided, right.avoided);
			assert_int_equal(cell->price, right.price);
			assert_int_equal(cell->paying, right.paying);
			assert_int_equal(cell->known_hosts, right.known_hosts);
			assert_int_equal(cell->known_avoided, right.known_avoided);
			assert_int_equal(cell->known_price, right.known_price);
			blocks += right.blocks;
		}
	}
	return blocks;
}

static uint64_t compare(const struct incident *all, size_t count, const struct sweep_grid *grid)
{
	return compare_rule(&swept, all, count, grid);
}

static void all_cells_equal_the_judges_results(void **state)
{
	struct incident *all = incidents(false);

	(void)state;
	assert_true(compare(all, EVENTS, &wide) > 1000);
	free(all);
}

static void lines_out_of_order_and_a_clock_set_back_are_counted_alike(void **state)
{
	struct incident *all = incidents(true);

	(void)state;
	assert_true(compare(all, EVENTS, &wide) > 1000);
	free(all);
}

static void events_at_the_edge_of_a_window_are_counted_alike(void **state)
{
	static const struct sweep_grid close = {
		.limits = { 1, 2, 3, 5, 8, 11, 13, 16, 19, 22, 25, 28, 31, 34, 37, 40 },
		.limits_count = 16,
		.windows = { 7, 30, 60 },
		.windows_count = 3,
	};

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct incident *all = storm(round);

		assert_true(compare(all, 1 + round * 10, &close) > 0 || round < 2);
		free(all);
	}
}

static void strangers_and_known_senders_are_counted_as_the_judge_counts_them(void **state)
{
	const struct {
		enum rule_for who;
		uint32_t again, known_max;
	} kinds[] = {
		{ RULE_EVERYONE, 0, 120 }, { RULE_EVERYONE, 2, 0 }, { RULE_STRANGERS, 0, 0 },
		{ RULE_STRANGERS, 1, 0 },  { RULE_KNOWN, 0, 60 },
	};
	struct incident *all = incidents(false);

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct rule rule = swept;

		rule.who = kinds[i].who;
		rule.again = kinds[i].again;
		rule.known_max = kinds[i].known_max;
		assert_true(compare_rule(&rule, all, EVENTS, &wide) > 300);
	}
	free(all);
}

static void a_host_whose_share_is_too_small_is_not_blocked_and_its_count_goes_on(void **state)
{
	const struct sweep_grid grid = { { 3 }, { 300 }, 1, 1 };
	struct sweep_cell cell;
	struct sweep *sweep;
	uint32_t host;

	(void)state;
	assert_int_equal(sweep_open(&swept, &sweep), 0);
	assert_int_equal(sweep_host(sweep, &host), 0);
	for (int i = 0; i < 10; i++)
		assert_int_equal(sweep_add(sweep, host, MIDNIGHT + i * SECOND, 1 | SWEEP_SPARED),
				 0);
	/* One more is too many; the next is avoided. */
	assert_int_equal(sweep_add(sweep, host, MIDNIGHT + 20 * SECOND, 1), 0);
	assert_int_equal(sweep_add(sweep, host, MIDNIGHT + 21 * SECOND, 1), 0);
	assert_int_equal(sweep_run(sweep, &grid, &cell), 0);
	assert_int_equal(cell.blocks, 1);
	assert_int_equal(cell.avoided, 1);
	sweep_close(sweep);
}

static void a_dry_run_while_standing_is_learned_restarts_the_count(void **state)
{
	const struct sweep_grid grid = { { 3 }, { 300 }, 1, 1 };
	struct sweep_cell cell;
	struct sweep *sweep;
	uint32_t host;

	(void)state;
	assert_int_equal(sweep_open(&swept, &sweep), 0);
	assert_int_equal(sweep_host(sweep, &host), 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(sweep_add(sweep, host, MIDNIGHT + i * SECOND, 1 | SWEEP_LEARNING),
				 0);
	for (int i = 10; i < 15; i++)
		assert_int_equal(sweep_add(sweep, host, MIDNIGHT + i * SECOND, 1), 0);
	assert_int_equal(sweep_run(sweep, &grid, &cell), 0);
	assert_int_equal(cell.blocks, 1);
	assert_int_equal(cell.avoided, 1);
	sweep_close(sweep);
}

static void a_sweep_without_events_has_no_results(void **state)
{
	struct sweep_cell cells[SWEEP_LIMITS_MAX * SWEEP_WINDOWS_MAX];
	struct sweep *sweep;

	(void)state;
	assert_int_equal(sweep_open(&swept, &sweep), 0);
	assert_int_equal(sweep_run(sweep, &wide, cells), 0);
	for (size_t i = 0; i < wide.limits_count * wide.windows_count; i++)
		assert_int_equal(cells[i].blocks + cells[i].avoided + cells[i].price, 0);
	sweep_close(sweep);
	sweep_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_cells_equal_the_judges_results),
		cmocka_unit_test(lines_out_of_order_and_a_clock_set_back_are_counted_alike),
		cmocka_unit_test(events_at_the_edge_of_a_window_are_counted_alike),
		cmocka_unit_test(strangers_and_known_senders_are_counted_as_the_judge_counts_them),
		cmocka_unit_test(
			a_host_whose_share_is_too_small_is_not_blocked_and_its_count_goes_on),
		cmocka_unit_test(a_dry_run_while_standing_is_learned_restarts_the_count),
		cmocka_unit_test(a_sweep_without_events_has_no_results),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
