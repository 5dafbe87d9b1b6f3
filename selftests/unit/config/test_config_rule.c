// SPDX-License-Identifier: GPL-2.0-only
/* The keys of a rule, of [brake] and of [standing]: accepted values and error messages. */
#include "unit/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"

static char why[256];
static struct config_rule config;

static int empty(void **state)
{
	(void)state;
	memset(&config, 0, sizeof(config));
	return 0;
}

static int free_rule(void **state)
{
	(void)state;
	config_rule_free(&config);
	return 0;
}

static int take(const char *key, const char *value)
{
	*why = '\0';
	return config_rule_take(&config, key, value, why, sizeof(why));
}

static void a_rule_is_for_everyone_strangers_or_known_senders(void **state)
{
	(void)state;
	assert_int_equal(take("for", "strangers"), 0);
	assert_int_equal(config.rule.who, RULE_STRANGERS);
	assert_int_equal(take("for", "known-senders"), 0);
	assert_int_equal(config.rule.who, RULE_KNOWN);
	assert_int_equal(take("for", "known"), -EINVAL);
	assert_string_equal(why, "for = \"known\": expected everyone, strangers or known-senders");
	assert_int_equal(config.rule.who, RULE_KNOWN);
	assert_int_equal(take("for", "everyone"), 0);
	assert_int_equal(config.rule.who, RULE_EVERYONE);
	for (int who = RULE_EVERYONE; who <= RULE_KNOWN; who++)
		assert_int_equal(take("for", rule_for_name(who)), 0);
}

static void a_share_is_in_percent(void **state)
{
	static const char *const wrong[] = { "70", "101%", "-1%", "70 %", "0.7", "%", "" };

	(void)state;
	assert_int_equal(take("share", "100%"), 0);
	assert_int_equal(config.rule.share, 100);
	assert_int_equal(take("share", "0%"), 0);
	assert_int_equal(config.rule.share, 0);
	assert_int_equal(take("share", "75%"), 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(take("share", wrong[i]), -EINVAL);
		assert_non_null(strstr(why, "expected a share of offences from 0% to 100%"));
	}
	assert_int_equal(config.rule.share, 75);
}

static void networks_are_by_a_length_of_ipv4_of_ipv6_or_both(void **state)
{
	static const struct {
		const char *text;
		int network4, network6;
	} right[] = {
		{ "/24", 24, 0 },	 { "/48", 0, 48 }, { "/24, /48", 24, 48 },
		{ "/48,/24", 24, 48 },	 { "no", 0, 0 },   { "/16,  /32", 16, 32 },
		{ "/31,\t/63", 31, 63 },
	};
	static const char *const wrong[] = { "",     "24",	  "/15",	   "/64",
					     "/24,", "/24 /48",	  "/24, /25",	   "/48, /56",
					     "/0",   "/24, /48,", "/24, /48, /56", "yes" };

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		assert_int_equal(take("network", right[i].text), 0);
		assert_int_equal(config.rule.network4, right[i].network4);
		assert_int_equal(config.rule.network6, right[i].network6);
		assert_int_equal(rule_is_network(&config.rule),
				 right[i].network4 || right[i].network6);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(take("network", wrong[i]), -EINVAL);
		assert_non_null(strstr(why, "expected no, or lengths such as /24, /48"));
	}
	assert_int_equal(config.rule.network4, 31);
	assert_int_equal(config.rule.network6, 63);
}

static void numbers_have_their_range(void **state)
{
	(void)state;
	assert_int_equal(take("again", "1"), 0);
	assert_int_equal(config.rule.again, 1);
	assert_int_equal(take("again", "1001"), -EINVAL);
	assert_string_equal(why,
			    "again = \"1001\": expected off, or a number of points from 1 to 1000");
	assert_int_equal(take("again", "0"), -EINVAL);
	assert_int_equal(config.rule.again, 1);
	assert_int_equal(take("again", "off"), 0);
	assert_int_equal(config.rule.again, 0);
	assert_int_equal(rule_hosts(&config.rule), 1);
	assert_int_equal(take("hosts", "16"), 0);
	assert_int_equal(rule_hosts(&config.rule), 16);
	assert_int_equal(take("hosts", "17"), -EINVAL);
	assert_string_equal(
		why,
		"hosts = \"17\": expected a number of offending hosts in the network from 1 to 16");
	assert_int_equal(take("hosts", "0"), -EINVAL);
	assert_int_equal(rule_hosts(&config.rule), 16);
}

static void a_known_sender_is_blocked_for_a_day_at_most(void **state)
{
	(void)state;
	assert_int_equal(rule_known_max(&config.rule), 86400);
	assert_int_equal(take("known-max", "5m"), 0);
	assert_int_equal(rule_known_max(&config.rule), 300);
	assert_int_equal(take("known-max", "1d"), 0);
	assert_int_equal(rule_known_max(&config.rule), 86400);
	assert_int_equal(take("known-max", "25h"), -EINVAL);
	assert_string_equal(
		why,
		"known-max = \"25h\": expected a time from 1s to 1d: mail queues must outlive the block of a known sender");
	assert_int_equal(take("known-max", "0s"), -EINVAL);
	config.rule.known_max = UINT32_MAX;
	assert_int_equal(rule_known_max(&config.rule), 86400);
}

static void the_keys_of_version_0_1_are_as_before(void **state)
{
	(void)state;
	assert_string_equal(config_rule_missing(&config), "class");
	assert_int_equal(take("class", "spam:4, unknown-user"), 0);
	assert_int_equal(config.rule.weights[EVENT_SPAM], 4);
	assert_int_equal(config.rule.weights[EVENT_UNKNOWN_USER], 1);
	assert_int_equal(take("limit", "50"), 0);
	assert_int_equal(take("window", "1h"), 0);
	assert_string_equal(config_rule_missing(&config), "block");
	assert_int_equal(take("block", "15m"), 0);
	assert_null(config_rule_missing(&config));
	assert_int_equal(take("max", "1d"), 0);
	assert_int_equal(take("remember", "7d"), 0);
	assert_int_equal(take("memory", "8d"), 0);
	assert_int_equal(take("match", "a"), 0);
	assert_int_equal(take("match", "offer"), 0);
	assert_int_equal(take("dry-run", "yes"), 0);
	assert_int_equal(take("enabled", "no"), 0);
	assert_int_equal(config.rule.limit, 50);
	assert_int_equal(config.rule.window, 3600);
	assert_int_equal(config.rule.block, 900);
	assert_int_equal(config.rule.max, 86400);
	assert_int_equal(config.rule.remember, 8 * 86400);
	assert_string_equal(config.match, "offer");
	assert_true(config.rule.dry_run);
	assert_false(config.enabled);
	assert_int_equal(take("sharre", "1"), -EINVAL);
	assert_string_equal(why, "a rule has no key \"sharre\"; did you mean \"share\"?");
	/* A name that is only accepted is not suggested. */
	assert_int_equal(take("memry", "1d"), -EINVAL);
	assert_null(strstr(why, "\"memory\""));
}

/* Loads a configuration. 0, or -EINVAL with the error in *error. */
static int load(const char *text, struct config *out, struct config_error *error)
{
	char path[] = "/tmp/sobig-config.XXXXXX";
	int fd = mkstemp(path), err;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	err = config_load(path, out, error);
	unlink(path);
	return err;
}

static void the_brake_counts_known_senders_an_hour(void **state)
{
	static const char *const wrong[] = { "0/h", "1001/h", "3", "3/m", "3/hour", "no", "" };
	struct config_error error;
	struct config loaded;
	char text[100];

	(void)state;
	assert_int_equal(load("", &loaded, &error), 0);
	assert_int_equal(loaded.standing.brake, RULES_BRAKE_DEFAULT);
	config_free(&loaded);
	assert_int_equal(load("[brake]\nknown-senders = 1000/h\n", &loaded, &error), 0);
	assert_int_equal(loaded.standing.brake, 1000);
	config_free(&loaded);
	assert_int_equal(load("[brake]\nknown-senders = off\n", &loaded, &error), 0);
	assert_int_equal(loaded.standing.brake, 0);
	config_free(&loaded);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(text, sizeof(text), "[brake]\nknown-senders = %s\n", wrong[i]);
		assert_int_equal(load(text, &loaded, &error), -EINVAL);
		assert_non_null(strstr(error.text, "from 1/h to 1000/h"));
	}
	assert_int_equal(load("[brake]\nknown = 3/h\n", &loaded, &error), -EINVAL);
	assert_non_null(strstr(error.text, "[brake] has no key \"known\""));
}

static void days_to_learn_are_from_0_to_30(void **state)
{
	static const char *const wrong[] = { "3", "31d", "-1d", "3h", "never", "" };
	struct config_error error;
	struct config loaded;
	char text[100];

	(void)state;
	for (unsigned int days = 0; days <= RULES_LEARN_MAX; days += 10) {
		snprintf(text, sizeof(text), "[standing]\nlearn = %ud\n", days);
		assert_int_equal(load(text, &loaded, &error), 0);
		assert_int_equal(loaded.standing.learn, days);
		config_free(&loaded);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(text, sizeof(text), "[standing]\nlearn = %s\n", wrong[i]);
		assert_int_equal(load(text, &loaded, &error), -EINVAL);
		assert_non_null(strstr(error.text, "expected a number of days from 0d to 30d"));
	}
	assert_int_equal(load("[standing]\nlern = 3d\n", &loaded, &error), -EINVAL);
	assert_non_null(strstr(error.text, "did you mean \"learn\"?"));
}

static void the_judge_gets_what_was_configured(void **state)
{
	static const char text[] =
		"[rule mine]\nclass = spam\nlimit = 5\nwindow = 1m\nblock = 1h\nfor = strangers\n"
		"share = 60%\nagain = 2\nnetwork = /24, /48\nhosts = 4\n"
		"[rule strangers]\nenabled = no\n[brake]\nknown-senders = 7/h\n[standing]\nlearn = 0d\n";
	const struct config_rule *matches[RULES_MARKS_MAX];
	struct config_error error;
	struct config loaded;
	const struct rule *mine;
	struct rules rules;
	size_t count;

	(void)state;
	assert_int_equal(load(text, &loaded, &error), 0);
	config_rules(&loaded, &rules, matches, &count);
	assert_int_equal(rules.brake, 7);
	assert_int_equal(rules.learn, 0);
	assert_null(rules_find(&rules, "strangers"));
	assert_int_equal(rules.count, rules_default.count);
	mine = rules_find(&rules, "mine");
	assert_non_null(mine);
	assert_int_equal(mine->who, RULE_STRANGERS);
	assert_int_equal(mine->share, 60);
	assert_int_equal(mine->again, 2);
	assert_int_equal(mine->network4, 24);
	assert_int_equal(mine->network6, 48);
	assert_int_equal(mine->hosts, 4);
	/* As the rule of 2003: minutes for a known sender. */
	assert_int_equal(rule_known_max(mine), 300);
	config_free(&loaded);
}

int main(void)
{
#define RULE_TEST(name) cmocka_unit_test_setup_teardown(name, empty, free_rule)
	const struct CMUnitTest tests[] = {
		RULE_TEST(a_rule_is_for_everyone_strangers_or_known_senders),
		RULE_TEST(a_share_is_in_percent),
		RULE_TEST(networks_are_by_a_length_of_ipv4_of_ipv6_or_both),
		RULE_TEST(numbers_have_their_range),
		RULE_TEST(a_known_sender_is_blocked_for_a_day_at_most),
		RULE_TEST(the_keys_of_version_0_1_are_as_before),
		RULE_TEST(the_brake_counts_known_senders_an_hour),
		RULE_TEST(days_to_learn_are_from_0_to_30),
		RULE_TEST(the_judge_gets_what_was_configured),
	};

	return cmocka_run_group_tests_name("config_rule", tests, NULL, NULL);
}
