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

/* "off" is 0. */
static int config_rule_number_or_off(const char *text, uint32_t max, uint32_t *out)
{
	if (strcmp(text, "off"))
		return config_rule_number(text, max, out);
	*out = 0;
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

static int config_rule_for(struct config_rule *config, const char *text)
{
	for (enum rule_for who = RULE_EVERYONE; who <= RULE_KNOWN; who++) {
		if (strcmp(text, rule_for_name(who)))
			continue;
		config->rule.who = who;
		return 0;
	}
	return -EINVAL;
}

/* "70%" */
static int config_rule_share(struct config_rule *config, const char *text)
{
	const char *end;
	uint64_t number;

	if (number_parse(text, 0, 100, &end, &number) || strcmp(end, "%"))
		return -EINVAL;
	config->rule.share = number;
	return 0;
}

/* "no", or "/24, /48": a length of IPv4 networks, of IPv6 ones, or both. */
static int config_rule_network(struct config_rule *config, const char *text)
{
	uint8_t lengths[2] = { 0 };
	uint64_t length;
	const char *end = text;

	for (int i = 0; i < 2 && strcmp(text, "no"); i++) {
		if (*end != '/' || number_parse(end + 1, 1, 63, &end, &length))
			return -EINVAL;
		if (length >= RULES_NETWORK4_MIN && length <= RULES_NETWORK4_MAX && !lengths[0])
			lengths[0] = length;
		else if (length >= RULES_NETWORK6_MIN && !lengths[1])
			lengths[1] = length;
		else
			return -EINVAL;
		if (!*end)
			break;
		if (*end++ != ',' || i)
			return -EINVAL;
		end += strspn(end, " \t");
	}
	config->rule.network4 = lengths[0];
	config->rule.network6 = lengths[1];
	return 0;
}

static int config_rule_hosts(struct config_rule *config, const char *text)
{
	uint32_t number;

	if (config_rule_number(text, RULES_HOSTS_MAX, &number))
		return -EINVAL;
	config->rule.hosts = number;
	return 0;
}

static int config_rule_dry_run(struct config_rule *config, const char *text)
{
	return config_rule_flag(text, &config->rule.dry_run);
}

static int config_rule_enabled(struct config_rule *config, const char *text)
{
	return config_rule_flag(text, &config->enabled);
}

static int config_rule_match(struct config_rule *config, const char *value)
{
	char *match;

	if (!*value)
		return -EINVAL;
	match = strdup(value);
	if (!match)
		return -ENOMEM;
	free(config->match);
	config->match = match;
	return 0;
}

/* "25, 465", "all" */
static int config_rule_ports(struct config_rule *config, const char *value)
{
	struct rule *rule = &config->rule;
	bool all = !strcmp(value, "all");

	if (all)
		memset(rule->ports, 0, sizeof(rule->ports));
	else if (config_filter_ports(value, rule->ports))
		return -EINVAL;
	rule->all_ports = all;
	return 0;
}

/* How the value of a key is read, and which member it sets. */
struct config_rule_key {
	const char *name;
	int (*number)(const char *text, uint32_t max, uint32_t *out); /* into `member` */
	uint32_t max;
	int (*take)(struct config_rule *config, const char *text); /* if there is no `number` */
	size_t member;
	const char *form; /* what is expected */
};

#define CONFIG_RULE_MEMBER(name) offsetof(struct config_rule, name)

/* "memory" is the name of "remember" in version 0.1, accepted but not documented. */
static const struct config_rule_key config_rule_keys[] = {
	{ .name = "class" }, /* see config_rule_classes() */
	{ .name = "limit",
	  .number = config_rule_number,
	  .max = RULES_LIMIT_MAX,
	  .member = CONFIG_RULE_MEMBER(rule.limit),
	  .form = "a number from 1 to 1000" },
	{ .name = "window",
	  .number = config_rule_duration,
	  .max = RULES_WINDOW_MAX,
	  .member = CONFIG_RULE_MEMBER(rule.window),
	  .form = "a time from 1s to 7d, such as 90s or 5m" },
	{ .name = "block",
	  .number = config_rule_duration,
	  .max = DURATION_MAX_SECONDS,
	  .member = CONFIG_RULE_MEMBER(rule.block),
	  .form = "a time from 1s to 366d, such as 15m or 1h30m" },
	{ .name = "max",
	  .number = config_rule_duration,
	  .max = DURATION_MAX_SECONDS,
	  .member = CONFIG_RULE_MEMBER(rule.max),
	  .form = "a time from 1s to 366d, such as 1d or 7d" },
	{ .name = "remember",
	  .number = config_rule_duration,
	  .max = DURATION_MAX_SECONDS,
	  .member = CONFIG_RULE_MEMBER(rule.remember),
	  .form = "a time from 1s to 366d, such as 7d or 30d" },
	{ .name = "memory",
	  .number = config_rule_duration,
	  .max = DURATION_MAX_SECONDS,
	  .member = CONFIG_RULE_MEMBER(rule.remember),
	  .form = "a time from 1s to 366d, such as 7d or 30d" },
	{ .name = "match",
	  .take = config_rule_match,
	  .form = "a pattern; an empty pattern matches every text" },
	{ .name = "for", .take = config_rule_for, .form = "everyone, strangers or known-senders" },
	{ .name = "share",
	  .take = config_rule_share,
	  .form = "a share of offences from 0% to 100%" },
	{ .name = "again",
	  .number = config_rule_number_or_off,
	  .max = RULES_LIMIT_MAX,
	  .member = CONFIG_RULE_MEMBER(rule.again),
	  .form = "off, or a number of points from 1 to 1000" },
	{ .name = "known-max",
	  .number = config_rule_duration,
	  .max = RULES_KNOWN_MAX,
	  .member = CONFIG_RULE_MEMBER(rule.known_max),
	  .form = "a time from 1s to 1d: mail queues must outlive the block of a known sender" },
	{ .name = "network",
	  .take = config_rule_network,
	  .form = "no, or lengths such as /24, /48: from /16 to /31 for IPv4, from /32 to /63 for IPv6" },
	{ .name = "hosts",
	  .take = config_rule_hosts,
	  .form = "a number of offending hosts in the network from 1 to 16" },
	{ .name = "ports",
	  .take = config_rule_ports,
	  .form = "up to 8 ports, such as 25, 465, 587, or all (all protected ports)" },
	{ .name = "dry-run",
	  .take = config_rule_dry_run,
	  .form = "yes (a dry run: nothing is dropped) or no" },
	{ .name = "enabled",
	  .take = config_rule_enabled,
	  .form = "yes or no (the rule is disabled)" },
};

#define CONFIG_RULE_KEYS (sizeof(config_rule_keys) / sizeof(config_rule_keys[0]))

static const struct config_rule_key *config_rule_find(const char *name)
{
	for (size_t i = 0; i < CONFIG_RULE_KEYS; i++)
		if (!strcmp(config_rule_keys[i].name, name))
			return &config_rule_keys[i];
	return NULL;
}

static int config_rule_unknown(const char *key, char *why, size_t size)
{
	const char *names[CONFIG_RULE_KEYS + 1] = { NULL };
	char near[SUGGEST_TEXT_SIZE];

	for (size_t i = 0, count = 0; i < CONFIG_RULE_KEYS; i++)
		if (strcmp(config_rule_keys[i].name, "memory"))
			names[count++] = config_rule_keys[i].name;
	snprintf(why, size, "a rule has no key \"%s\"%s", key,
		 suggest_words(key, names, NULL, near));
	return -EINVAL;
}

int config_rule_take(struct config_rule *config, const char *name, const char *value, char *why,
		     size_t size)
{
	const struct config_rule_key *key = config_rule_find(name);
	uint32_t number;
	int err;

	if (!key)
		return config_rule_unknown(name, why, size);
	if (key->number) {
		err = key->number(value, key->max, &number);
		if (!err)
			memcpy((char *)config + key->member, &number, sizeof(number));
	} else if (key->take) {
		err = key->take(config, value);
	} else {
		err = config_rule_classes(&config->rule, value, why, size);
	}
	for (size_t i = 0; !err && i < CONFIG_RULE_NEEDED; i++)
		if (!strcmp(name, config_rule_needed[i]))
			config->given |= 1u << i;
	if (err == -EINVAL && key->form)
		snprintf(why, size, "%s = \"%s\": expected %s", name, value, key->form);
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
