// SPDX-License-Identifier: GPL-2.0-only
/* The settings that an advice tries differ from each other, and stay within bounds. */
#include "unit/suite.h"

#include <stdlib.h>
#include <string.h>

#include "replay/advise_settings.h"

static const struct rule *rule(const struct advise_setting *setting, const char *name)
{
	const struct rule *found = rules_find(&setting->rules, name);

	assert_non_null(found);
	return found;
}

static bool has(const struct advise_setting *settings, size_t count, const char *name,
		uint32_t limit, uint32_t window)
{
	for (size_t i = 0; i < count; i++)
		if (rule(&settings[i], name)->limit == limit &&
		    rule(&settings[i], name)->window == window)
			return true;
	return false;
}

static struct rule *change(struct rules *rules, const char *name)
{
	struct rule *found = (struct rule *)rules_find(rules, name);

	assert_non_null(found);
	return found;
}

static void the_first_setting_is_what_is_configured(void **state)
{
	struct rules configured = rules_default;
	struct advise_setting *settings;
	size_t count;

	(void)state;
	change(&configured, "strangers")->limit = 77;
	assert_int_equal(advise_settings(&configured, &settings, &count), 0);
	assert_memory_equal(&settings[0].rules, &configured, sizeof(configured));
	assert_true(settings[0].distance > 0);
	/* The default is among the others, and so is what is configured with other limits. */
	assert_true(has(settings, count, "strangers", 8, 6 * 3600));
	assert_true(has(settings, count, "strangers", 77, 24 * 3600));
	free(settings);
}

static void of_the_defaults_108_settings_are_tried_and_only_they_have_no_distance(void **state)
{
	struct advise_setting *settings;
	size_t count;

	(void)state;
	assert_int_equal(advise_settings(&rules_default, &settings, &count), 0);
	assert_int_equal(count, 4 * 3 * 3 * 3);
	assert_int_equal(settings[0].distance, 0);
	for (size_t i = 1; i < count; i++)
		assert_true(settings[i].distance > 0);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++)
			assert_memory_not_equal(&settings[i].rules, &settings[j].rules,
						sizeof(settings[i].rules));
	free(settings);
}

static void rules_for_everyone_and_dry_runs_stay(void **state)
{
	struct rules configured = rules_default;
	struct advise_setting *settings;
	size_t count;

	(void)state;
	change(&configured, "password-guessing")->dry_run = true;
	assert_int_equal(advise_settings(&configured, &settings, &count), 0);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(rule(&settings[i], "worm-storm")->limit, 15);
		assert_int_equal(rule(&settings[i], "worm-storm")->window, 300);
		assert_int_equal(rule(&settings[i], "backscatter")->limit, 20);
		assert_int_equal(rule(&settings[i], "password-guessing")->limit, 10);
		assert_int_equal(rule(&settings[i], "password-guessing")->window, 24 * 3600);
	}
	assert_true(has(settings, count, "strangers", 16, 3600));
	free(settings);
}

static void numbers_stay_within_their_bounds(void **state)
{
	struct rules configured = rules_default;
	struct advise_setting *settings;
	struct rule *own;
	size_t count;

	(void)state;
	/* A rule of the site has no default: its own numbers are multiplied. */
	own = change(&configured, "strangers");
	strcpy(own->name, "own");
	own->limit = 1;
	own->window = RULES_WINDOW_MAX;
	own = change(&configured, "password-guessing");
	strcpy(own->name, "short");
	own->window = 1;
	own = change(&configured, "known-senders");
	strcpy(own->name, "much");
	own->limit = RULES_LIMIT_MAX;
	assert_int_equal(advise_settings(&configured, &settings, &count), 0);
	for (size_t i = 0; i < count; i++) {
		for (size_t r = 0; r < settings[i].rules.count; r++) {
			assert_in_range(settings[i].rules.rules[r].limit, 1, RULES_LIMIT_MAX);
			assert_in_range(settings[i].rules.rules[r].window, 1, RULES_WINDOW_MAX);
		}
	}
	assert_true(has(settings, count, "own", 4, RULES_WINDOW_MAX / 6));
	assert_true(has(settings, count, "much", 500, 24 * 3600));
	free(settings);
}

static void only_what_was_varied_is_restored(void **state)
{
	struct rules configured = rules_default;
	struct advise_setting setting;

	(void)state;
	change(&configured, "worm-storm")->limit = 14;
	change(&configured, "strangers")->limit = 50;
	setting.rules = configured;
	for (size_t i = 0; i < configured.count; i++)
		assert_false(advise_settings_restore(&setting, &configured, i));
	change(&setting.rules, "strangers")->limit = 16;
	assert_true(advise_settings_restore(&setting, &configured, 1));
	assert_int_equal(rule(&setting, "strangers")->limit, 8);
	assert_int_equal(rule(&setting, "worm-storm")->limit, 14);
	assert_false(advise_settings_restore(&setting, &configured, 1));
}

static void without_rules_to_vary_there_is_one_setting(void **state)
{
	struct rules configured = { .rules = { rules_default.rules[0] }, .count = 1 };
	struct advise_setting *settings;
	size_t count;

	(void)state;
	assert_int_equal(advise_settings(&configured, &settings, &count), 0);
	assert_int_equal(count, 1);
	free(settings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_setting_is_what_is_configured),
		cmocka_unit_test(
			of_the_defaults_108_settings_are_tried_and_only_they_have_no_distance),
		cmocka_unit_test(rules_for_everyone_and_dry_runs_stay),
		cmocka_unit_test(numbers_stay_within_their_bounds),
		cmocka_unit_test(only_what_was_varied_is_restored),
		cmocka_unit_test(without_rules_to_vary_there_is_one_setting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
