// SPDX-License-Identifier: GPL-2.0-only
/* An advice is chosen on the first half of the days, and tested on the second. */
#include "unit/suite.h"

#include <stdlib.h>
#include <string.h>

#include "replay/advise.h"

#define PERCENT	 (ADVISE_PRICE_WHOLE / 100)
#define DAYS	 4
#define SETTINGS 5
#define ROUNDS	 20000
#define MANY	 12

/* Days alike in what happened: 10,000 offences and 2,000 messages each. */
static struct advise_day day(uint64_t avoided, uint64_t price)
{
	return (struct advise_day){
		.offences = 10000, .avoided = avoided, .arrivals = 2000, .price = price
	};
}

struct table {
	struct advise_day days[MANY][MANY];
	struct advise_candidate candidates[MANY];
};

/* A setting that does the same on each day of a half. */
static void put(struct table *table, size_t at, uint64_t distance, struct advise_day chosen,
		struct advise_day tested)
{
	for (size_t i = 0; i < DAYS; i++)
		table->days[at][i] = i < DAYS / 2 ? chosen : tested;
	table->candidates[at] =
		(struct advise_candidate){ .days = table->days[at], .distance = distance };
}

static struct advise_choice choose(const struct table *table, size_t count, uint32_t price)
{
	struct advise_choice choice;

	advise_choose(table->candidates, count, DAYS, price, &choice);
	return choice;
}

static void the_most_avoided_at_the_price_is_chosen(void **state)
{
	struct table table;
	struct advise_choice choice;

	(void)state;
	put(&table, 0, 0, day(5000, 0), day(5000, 0));
	put(&table, 1, 9, day(6000, 10), day(6000, 10));
	put(&table, 2, 9, day(7000, 20), day(7000, 20));
	put(&table, 3, 9, day(9000, 21), day(9000, 21));
	choice = choose(&table, 4, PERCENT);
	assert_int_equal(choice.best, 2);
	assert_int_equal(choice.outcome, ADVISE_CONFIRMED);
	assert_int_equal(choice.advised[0].avoided, 14000);
	assert_int_equal(choice.advised[1].price, 40);
	assert_int_equal(choice.configured[1].avoided, 10000);
	assert_int_equal(choice.days_as_good, 2);
	assert_int_equal(choose(&table, 4, PERCENT / 2).best, 1);
	assert_int_equal(choose(&table, 4, 2 * PERCENT).best, 3);
}

static void a_tie_prefers_the_setting_nearer_to_the_defaults(void **state)
{
	struct table table;

	(void)state;
	put(&table, 0, 0, day(5000, 0), day(5000, 0));
	put(&table, 1, 7, day(8000, 0), day(8000, 0));
	put(&table, 2, 3, day(7990, 9), day(7990, 9));
	put(&table, 3, 5, day(7990, 0), day(7990, 0));
	assert_int_equal(choose(&table, 4, PERCENT).best, 2);
	/* One offence less is more than a thousandth, so it is no tie. */
	table.days[2][0].avoided--;
	assert_int_equal(choose(&table, 4, PERCENT).best, 3);
	table.days[3][0].avoided--;
	assert_int_equal(choose(&table, 4, PERCENT).best, 1);
}

static void of_equally_near_ones_the_lower_price_wins_then_the_more_avoided(void **state)
{
	struct table table;

	(void)state;
	put(&table, 0, 0, day(5000, 0), day(5000, 0));
	put(&table, 1, 3, day(8000, 5), day(8000, 5));
	put(&table, 2, 3, day(7995, 4), day(7995, 4));
	put(&table, 3, 3, day(7996, 4), day(7996, 4));
	assert_int_equal(choose(&table, 4, PERCENT).best, 3);
}

static void what_is_configured_stays_if_it_is_as_good(void **state)
{
	struct table table;

	(void)state;
	/* It is far from the defaults and costs more than the others. */
	put(&table, 0, 99, day(7990, 20), day(1, 0));
	put(&table, 1, 0, day(8000, 0), day(9000, 0));
	assert_int_equal(choose(&table, 2, PERCENT).outcome, ADVISE_NOTHING_BETTER);
	assert_int_equal(choose(&table, 2, PERCENT).best, 0);
	table.days[0][0].avoided--;
	assert_int_equal(choose(&table, 2, PERCENT).outcome, ADVISE_CONFIRMED);
	/* Above the price it does not stay, however much it avoids. */
	put(&table, 0, 0, day(9999, 21), day(9999, 21));
	assert_int_equal(choose(&table, 2, PERCENT).best, 1);
	assert_int_equal(choose(&table, 2, PERCENT).outcome, ADVISE_CONFIRMED);
}

static void the_second_half_can_refuse_an_advice(void **state)
{
	struct table table;

	(void)state;
	put(&table, 0, 0, day(5000, 0), day(5000, 0));
	put(&table, 1, 1, day(8000, 20), day(8000, 20));
	assert_int_equal(choose(&table, 2, PERCENT).outcome, ADVISE_CONFIRMED);
	put(&table, 1, 1, day(8000, 20), day(8000, 21));
	assert_int_equal(choose(&table, 2, PERCENT).outcome, ADVISE_NOT_CONFIRMED);
	put(&table, 1, 1, day(8000, 20), day(5000, 0));
	assert_int_equal(choose(&table, 2, PERCENT).outcome, ADVISE_NOT_CONFIRMED);
	put(&table, 1, 1, day(8000, 20), day(5001, 0));
	assert_int_equal(choose(&table, 2, PERCENT).outcome, ADVISE_CONFIRMED);
	/* Chosen for its price, it must cost less. */
	put(&table, 0, 0, day(9000, 30), day(9000, 10));
	put(&table, 1, 1, day(8000, 20), day(8000, 10));
	assert_int_equal(choose(&table, 2, PERCENT).outcome, ADVISE_NOT_CONFIRMED);
	put(&table, 1, 1, day(8000, 20), day(8000, 9));
	assert_int_equal(choose(&table, 2, PERCENT).outcome, ADVISE_CONFIRMED);
}

static void what_cannot_be_told_is_not_advised(void **state)
{
	struct table table;
	struct advise_choice choice;

	(void)state;
	put(&table, 0, 0, day(5000, 0), day(5000, 0));
	put(&table, 1, 0, day(8000, 0), day(8000, 0));
	assert_int_equal(choose(&table, 1, PERCENT).outcome, ADVISE_NO_SETTINGS);
	for (size_t days = 0; days < 2; days++) {
		advise_choose(table.candidates, 2, days, PERCENT, &choice);
		assert_int_equal(choice.outcome, ADVISE_TOO_FEW_DAYS);
	}
	advise_choose(table.candidates, 2, 2, PERCENT, &choice);
	assert_int_equal(choice.outcome, ADVISE_CONFIRMED);
	/* 4,000 messages in a half: one of them is 250 millionths. */
	assert_int_equal(choose(&table, 2, 250).outcome, ADVISE_CONFIRMED);
	assert_int_equal(choose(&table, 2, 249).outcome, ADVISE_TOO_FEW_MAILS);
	/* A price of 0 asks for no message delayed, which no number of messages makes finer. */
	assert_int_equal(choose(&table, 2, 0).outcome, ADVISE_CONFIRMED);
	for (size_t i = 0; i < 2; i++)
		put(&table, i, 0, day(5000, 0), (struct advise_day){ .arrivals = 2000 });
	assert_int_equal(choose(&table, 2, PERCENT).outcome, ADVISE_NO_OFFENCES);
	for (size_t i = 0; i < 2; i++)
		put(&table, i, 0, (struct advise_day){ .arrivals = 2000 }, day(5000, 0));
	assert_int_equal(choose(&table, 2, PERCENT).outcome, ADVISE_NO_OFFENCES);
}

static void without_an_affordable_setting_the_lowest_price_is_named(void **state)
{
	struct table table;
	struct advise_choice choice;

	(void)state;
	put(&table, 0, 0, day(5000, 50), day(5000, 0));
	put(&table, 1, 0, day(4000, 22), day(8000, 0));
	put(&table, 2, 0, day(9000, 90), day(8000, 0));
	choice = choose(&table, 3, PERCENT);
	assert_int_equal(choice.outcome, ADVISE_TOO_EXPENSIVE);
	assert_int_equal(choice.best, 1);
	assert_int_equal(choice.advised[0].price, 44);
}

static void randomize(struct table *table)
{
	for (size_t i = 0; i < SETTINGS; i++) {
		for (size_t d = 0; d < DAYS; d++)
			table->days[i][d] = day(5000 + random() % 40, random() % 30);
		table->candidates[i] = (struct advise_candidate){ .days = table->days[i],
								  .distance = random() % 3 };
	}
}

static uint64_t chosen_price(const struct table *table, size_t at)
{
	return table->days[at][0].price + table->days[at][1].price;
}

static uint64_t chosen_avoided(const struct table *table, size_t at)
{
	return table->days[at][0].avoided + table->days[at][1].avoided;
}

static void no_advice_exceeds_the_price_or_is_beaten_by_more_than_a_tie(void **state)
{
	size_t advised = 0;

	(void)state;
	srandom(13);
	for (int round = 0; round < ROUNDS; round++) {
		struct advise_choice choice;
		struct table table;

		randomize(&table);
		choice = choose(&table, SETTINGS, PERCENT);
		if (choice.outcome == ADVISE_TOO_EXPENSIVE) {
			for (size_t i = 0; i < SETTINGS; i++) {
				assert_true(chosen_price(&table, i) > 40);
				assert_true(chosen_price(&table, i) >=
					    chosen_price(&table, choice.best));
			}
			continue;
		}
		advised += choice.best > 0;
		assert_true(chosen_price(&table, choice.best) <= 40);
		for (size_t i = 0; i < SETTINGS; i++)
			assert_true(chosen_price(&table, i) > 40 ||
				    chosen_avoided(&table, i) <=
					    chosen_avoided(&table, choice.best) + 20);
	}
	assert_true(advised > ROUNDS / 3);
}

static void days_that_test_have_no_part_in_the_choice(void **state)
{
	size_t outcomes[ADVISE_OUTCOMES] = { 0 };

	(void)state;
	srandom(7);
	for (int round = 0; round < ROUNDS; round++) {
		struct table table, other;
		struct advise_choice before, after;

		randomize(&table);
		randomize(&other);
		before = choose(&table, SETTINGS, PERCENT);
		for (size_t i = 0; i < SETTINGS; i++)
			memcpy(&table.days[i][DAYS / 2], &other.days[i][DAYS / 2],
			       DAYS / 2 * sizeof(struct advise_day));
		after = choose(&table, SETTINGS, PERCENT);
		assert_int_equal(before.best, after.best);
		assert_int_equal(before.advised[0].avoided, after.advised[0].avoided);
		outcomes[before.outcome]++;
	}
	assert_true(outcomes[ADVISE_CONFIRMED] && outcomes[ADVISE_NOT_CONFIRMED]);
	assert_true(outcomes[ADVISE_NOTHING_BETTER] && outcomes[ADVISE_TOO_EXPENSIVE]);
}

static void of_an_odd_number_of_days_the_middle_one_chooses(void **state)
{
	struct table table;
	struct advise_choice choice;

	(void)state;
	put(&table, 0, 0, day(1, 0), day(100, 0));
	put(&table, 1, 0, day(1, 0), day(100, 0));
	advise_choose(table.candidates, 2, 3, PERCENT, &choice);
	assert_int_equal(choice.split, 2);
	assert_int_equal(choice.configured[0].avoided, 2);
	assert_int_equal(choice.configured[1].avoided, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_most_avoided_at_the_price_is_chosen),
		cmocka_unit_test(a_tie_prefers_the_setting_nearer_to_the_defaults),
		cmocka_unit_test(of_equally_near_ones_the_lower_price_wins_then_the_more_avoided),
		cmocka_unit_test(what_is_configured_stays_if_it_is_as_good),
		cmocka_unit_test(the_second_half_can_refuse_an_advice),
		cmocka_unit_test(what_cannot_be_told_is_not_advised),
		cmocka_unit_test(without_an_affordable_setting_the_lowest_price_is_named),
		cmocka_unit_test(no_advice_exceeds_the_price_or_is_beaten_by_more_than_a_tie),
		cmocka_unit_test(days_that_test_have_no_part_in_the_choice),
		cmocka_unit_test(of_an_odd_number_of_days_the_middle_one_chooses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
