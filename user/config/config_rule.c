// SPDX-License-Identifier: GPL-2.0-only
/* The sections [rule NAME] of the configuration. */
#include "config/config_rule.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/duration.h"
#include "common/number.h"
#include "common/suggest.h"
#include "config/config_filter.h"
#include "config/rules.h"

/* The keys that a new rule needs; the order of the bits in config_rule.given. */
static const char *const config_rule_needed[] = { "class", "limit", "window", "block" };

#define CONFIG_RULE_NEEDED (sizeof(config_rule_needed) / sizeof(config_rule_needed[0]))

static int config_rule_number(const char *text, uint32_t max, uint32_t *out)
{
	uint64_t number;

	if (number_parse(text, 1, max, NULL, &number))
		return -EINVAL;
	*out = number;
	return 0;
}

static int config_rule_duration(const char *text, uint32_t most, uint32_t *out)
{
	uint32_t seconds;

	if (duration_parse(text, &seconds) || seconds > most)
		return -EINVAL;
	*out = seconds;
	return 0;
}

static int config_rule_flag(const char *text, bool *out)
{
	if (strcmp(text, "yes") && strcmp(text, "no"))
		return -EINVAL;
	*out = !strcmp(text, "yes");
	return 0;
}

/* "spam:4": the class and its points. */
static int config_rule_class(char *word, uint16_t weights[EVENT_OFFENCES], char *why, size_t size)
{
	const char *words[EVENT_OFFENCES + 1] = { NULL };
	char near[SUGGEST_TEXT_SIZE];
	char *colon = strchr(word, ':');
	enum event_class class;
	uint32_t points = 1;

	if (colon) {
		*colon = '\0';
		if (config_rule_number(colon + 1, RULES_WEIGHT_MAX, &points)) {
			snprintf(why, size, "class = \"%s:%s\": expected points from 1 to %d", word,
				 colon + 1, RULES_WEIGHT_MAX);
			return -EINVAL;
		}
	}
	if (event_class_parse(word, &class)) {
		for (int i = 0; i < EVENT_OFFENCES; i++)
			words[i] = event_class_name(i);
		snprintf(why, size, "unknown class \"%s\"%s", word,
			 suggest_words(word, words, "; sobig-xdp(8) lists the classes", near));
		return -EINVAL;
	}
	weights[class] = points;
	return 0;
}

static int config_rule_classes(struct rule *rule, const char *value, char *why, size_t size)
{
	uint16_t weights[EVENT_OFFENCES] = { 0 };
	char *copy = strdup(value), *rest = copy, *word;
	int err = copy ? 0 : -ENOMEM;

	while (!err && (word = strsep(&rest, ","))) {
		word += strspn(word, " \t");
		word[strcspn(word, " \t")] = '\0';
		err = config_rule_class(word, weights, why, size);
	}
	if (!err)
		memcpy(rule->weights, weights, sizeof(weights));
	free(copy);
	return err;
}

static int config_rule_match(struct config_rule *rule, const char *value)
{
	char *match;

	if (!*value)
		return -EINVAL;
	match = strdup(value);
	if (!match)
		return -ENOMEM;
	free(rule->match);
	rule->match = match;
	return 0;
}

/* "25, 465", "all" */
static int config_rule_ports(struct rule *rule, const char *value)
{
	bool all = !strcmp(value, "all");

	if (all)
		memset(rule->ports, 0, sizeof(rule->ports));
	else if (config_filter_ports(value, rule->ports))
		return -EINVAL;
	rule->all_ports = all;
	return 0;
}

static int config_rule_unknown(const char *key, char *why, size_t size)
{
	static const char *const keys[] = { "class",   "limit",	   "window", "block",
					    "max",     "remember", "match",  "dry-run",
					    "enabled", "ports",	   NULL };
	char near[SUGGEST_TEXT_SIZE];

	snprintf(why, size, "a rule has no key \"%s\"%s", key,
		 suggest_words(key, keys, NULL, near));
	return -EINVAL;
}

int config_rule_take(struct config_rule *config, const char *key, const char *value, char *why,
		     size_t size)
{
	struct rule *rule = &config->rule;
	const char *form;
	int err;

	if (!strcmp(key, "class")) {
		err = config_rule_classes(rule, value, why, size);
		form = NULL;
	} else if (!strcmp(key, "limit")) {
		err = config_rule_number(value, RULES_LIMIT_MAX, &rule->limit);
		form = "a number from 1 to 1000";
	} else if (!strcmp(key, "window")) {
		err = config_rule_duration(value, RULES_WINDOW_MAX, &rule->window);
		form = "a time from 1s to 7d, such as 90s or 5m";
	} else if (!strcmp(key, "block")) {
		err = config_rule_duration(value, DURATION_MAX_SECONDS, &rule->block);
		form = "a time from 1s to 366d, such as 15m or 1h30m";
	} else if (!strcmp(key, "max")) {
		err = config_rule_duration(value, DURATION_MAX_SECONDS, &rule->max);
		form = "a time from 1s to 366d, such as 1d or 7d";
	} else if (!strcmp(key, "remember") || !strcmp(key, "memory")) {
		/* "memory" is the key's name in version 0.1, accepted but not documented. */
		err = config_rule_duration(value, DURATION_MAX_SECONDS, &rule->remember);
		form = "a time from 1s to 366d, such as 7d or 30d";
	} else if (!strcmp(key, "match")) {
		err = config_rule_match(config, value);
		form = "a pattern; an empty pattern matches every text";
	} else if (!strcmp(key, "ports")) {
		err = config_rule_ports(rule, value);
		form = "up to 8 ports, such as 25, 465, 587, or all (all protected ports)";
	} else if (!strcmp(key, "dry-run")) {
		err = config_rule_flag(value, &rule->dry_run);
		form = "yes (a dry run: nothing is dropped) or no";
	} else if (!strcmp(key, "enabled")) {
		err = config_rule_flag(value, &config->enabled);
		form = "yes or no (the rule is disabled)";
	} else {
		return config_rule_unknown(key, why, size);
	}
	for (size_t i = 0; !err && i < CONFIG_RULE_NEEDED; i++)
		if (!strcmp(key, config_rule_needed[i]))
			config->given |= 1u << i;
	if (err == -EINVAL && form)
		snprintf(why, size, "%s = \"%s\": expected %s", key, value, form);
	else if (err == -ENOMEM)
		snprintf(why, size, "%s", strerror(ENOMEM));
	return err;
}

const char *config_rule_missing(const struct config_rule *rule)
{
	for (size_t i = 0; i < CONFIG_RULE_NEEDED; i++)
		if (!(rule->given & 1u << i))
			return config_rule_needed[i];
	return NULL;
}

int config_rule_check_name(const char *name)
{
	size_t length = strlen(name);

	if (!length || length >= SOBIG_RULE_SIZE)
		return -EINVAL;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && *name != '-')
			return -EINVAL;
	return 0;
}

void config_rule_free(struct config_rule *rule)
{
	free(rule->match);
	free(rule->file);
	memset(rule, 0, sizeof(*rule));
}
