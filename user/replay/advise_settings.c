// SPDX-License-Identifier: GPL-2.0-only
/* The settings that an advice tries: other limits and windows of the configured rules. */
#include "replay/advise_settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/duration.h"
#include "config/rule_ports.h"

/* A factor, as a fraction; of 0: the value stays as configured. */
struct advise_settings_factor {
	uint32_t times, over;
};

/* What is varied together, in all rules of one kind. */
struct advise_settings_dimension {
	bool (*has)(const struct rule *rule);
	bool windows; /* windows, not limits */
	struct advise_settings_factor factors[6];
};

static bool advise_settings_strangers(const struct rule *rule)
{
	return rule->who == RULE_STRANGERS && !rule_is_network(rule);
}

static bool advise_settings_known(const struct rule *rule)
{
	return rule->who == RULE_KNOWN && !rule_is_network(rule);
}

/*
 * Strangers' limits matter most, so they have the most steps. What matters little (hosts, share,
 * block) is not varied: each more dimension finds more by chance.
 */
static const struct advise_settings_dimension advise_settings_dimensions[] = {
	{ advise_settings_strangers, false, { { 0, 1 }, { 1, 2 }, { 1, 1 }, { 2, 1 }, { 4, 1 } } },
	{ advise_settings_strangers, true, { { 0, 1 }, { 1, 6 }, { 1, 1 }, { 4, 1 } } },
	{ advise_settings_known, false, { { 0, 1 }, { 1, 2 }, { 1, 1 }, { 2, 1 } } },
	{ rule_is_network, false, { { 0, 1 }, { 1, 2 }, { 1, 1 }, { 2, 1 } } },
};

#define ADVISE_SETTINGS_DIMENSIONS \
	(sizeof(advise_settings_dimensions) / sizeof(advise_settings_dimensions[0]))

/* The rule whose numbers are multiplied. */
static const struct rule *advise_settings_base(const struct rule *configured)
{
	const struct rule *base = rules_find(&rules_default, configured->name);

	return base ? base : configured;
}

static uint32_t advise_settings_scale(uint32_t value, const struct advise_settings_factor *factor,
				      uint32_t most)
{
	uint64_t scaled = ((uint64_t)value * factor->times + factor->over / 2) / factor->over;

	return scaled < 1 ? 1 : scaled > most ? most : scaled;
}

static void advise_settings_apply(const struct advise_settings_dimension *dimension,
				  const struct advise_settings_factor *factor, struct rules *rules)
{
	for (size_t i = 0; i < rules->count && factor->times; i++) {
		struct rule *rule = &rules->rules[i];
		const struct rule *base = advise_settings_base(rule);

		if (rule->dry_run || !dimension->has(rule))
			continue;
		if (dimension->windows)
			rule->window =
				advise_settings_scale(base->window, factor, RULES_WINDOW_MAX);
		else
			rule->limit = advise_settings_scale(base->limit, factor, RULES_LIMIT_MAX);
	}
}

bool advise_settings_differ(const struct rule *rule, const struct rule *configured)
{
	return rule->limit != configured->limit || rule->window != configured->window;
}

static bool advise_settings_equal(const struct rules *a, const struct rules *b)
{
	for (size_t i = 0; i < a->count; i++)
		if (advise_settings_differ(&a->rules[i], &b->rules[i]))
			return false;
	return true;
}

static uint64_t advise_settings_ratio(uint32_t a, uint32_t b)
{
	return UINT64_C(1000) * (a > b ? a : b) / (a > b ? b : a) - 1000;
}

static uint64_t advise_settings_distance(const struct rules *rules, const struct rules *configured)
{
	uint64_t distance = 0;

	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *base = advise_settings_base(&configured->rules[i]);

		distance += advise_settings_ratio(rules->rules[i].limit, base->limit) +
			    advise_settings_ratio(rules->rules[i].window, base->window);
	}
	return distance;
}

bool advise_settings_restore(struct advise_setting *setting, const struct rules *configured,
			     size_t number)
{
	const struct rule *base = advise_settings_base(&configured->rules[number]);
	struct rule *rule = &setting->rules.rules[number];

	if (!advise_settings_differ(rule, base) ||
	    !advise_settings_differ(rule, &configured->rules[number]))
		return false;
	rule->limit = base->limit;
	rule->window = base->window;
	setting->distance = advise_settings_distance(&setting->rules, configured);
	return true;
}

/* Counts up through all combinations of factors, beginning with none. False: there are no more. */
static bool advise_settings_next(size_t at[ADVISE_SETTINGS_DIMENSIONS])
{
	for (size_t i = 0; i < ADVISE_SETTINGS_DIMENSIONS; i++) {
		if (advise_settings_dimensions[i].factors[++at[i]].over)
			return true;
		at[i] = 0;
	}
	return false;
}

int advise_settings(const struct rules *configured, struct advise_setting **out, size_t *count)
{
	size_t at[ADVISE_SETTINGS_DIMENSIONS] = { 0 }, most = 1, made = 0, same;
	struct advise_setting *settings;

	for (size_t i = 0, n; i < ADVISE_SETTINGS_DIMENSIONS; i++, most *= n)
		for (n = 0; advise_settings_dimensions[i].factors[n].over; n++)
			;
	settings = calloc(most, sizeof(*settings));
	if (!settings)
		return -ENOMEM;
	do {
		struct rules *rules = &settings[made].rules;

		*rules = *configured;
		for (size_t i = 0; i < ADVISE_SETTINGS_DIMENSIONS; i++)
			advise_settings_apply(&advise_settings_dimensions[i],
					      &advise_settings_dimensions[i].factors[at[i]], rules);
		for (same = 0; same < made && !advise_settings_equal(&settings[same].rules, rules);)
			same++;
		if (same < made)
			continue;
		settings[made].distance = advise_settings_distance(rules, configured);
		made++;
	} while (advise_settings_next(at));
	*out = settings;
	*count = made;
	return 0;
}

static void advise_settings_key(FILE *file, const char *key, uint32_t seconds)
{
	char text[DURATION_TEXT_SIZE];

	fprintf(file, "%s = %s\n", key, duration_format(seconds, text));
}

/* The keys of a rule that is no default one, except limit and window. */
static void advise_settings_write_rest(FILE *file, const struct config_rule *config)
{
	const struct rule *rule = &config->rule;
	char ports[RULE_PORTS_TEXT_SIZE];
	const char *comma = "";

	fprintf(file, "class = ");
	for (int class = 0; class < EVENT_OFFENCES; class ++) {
		if (!rule->weights[class])
			continue;
		fprintf(file, "%s%s:%u", comma, event_class_name(class), rule->weights[class]);
		comma = ", ";
	}
	fputc('\n', file);
	if (config->match)
		fprintf(file, "match = %s\n", config->match);
	advise_settings_key(file, "block", rule->block);
	advise_settings_key(file, "max", rule->max);
	advise_settings_key(file, "remember", rule->remember);
	if (rule->known_max)
		advise_settings_key(file, "known-max", rule->known_max);
	fprintf(file, "for = %s\nshare = %u%%\n", rule_for_name(rule->who), rule->share);
	if (rule->again)
		fprintf(file, "again = %u\n", rule->again);
	if (rule->network4 || rule->network6) {
		fprintf(file, "network = ");
		if (rule->network4)
			fprintf(file, "/%u%s", rule->network4, rule->network6 ? ", " : "\n");
		if (rule->network6)
			fprintf(file, "/%u\n", rule->network6);
		fprintf(file, "hosts = %u\n", rule_hosts(rule));
	}
	if (rule->all_ports || rule->ports[0])
		fprintf(file, "ports = %s\n",
			rule->all_ports ? "all" : rule_ports_format(rule->ports, ports));
}

void advise_settings_write(FILE *file, const struct config *config, const struct rules *rules)
{
	for (size_t i = 0; i < config->rules_count; i++) {
		const struct rule *configured = &config->rules[i].rule;
		const struct rule *rule = rules_find(rules, configured->name);
		const bool is_default = rules_find(&rules_default, configured->name) != NULL;

		if (!config->rules[i].enabled || !rule)
			continue;
		if (!advise_settings_differ(rule, configured) && rule->block == configured->block &&
		    rule->max == configured->max)
			continue;
		fprintf(file, "[rule %s]\n", rule->name);
		if (rule->limit != configured->limit || !is_default)
			fprintf(file, "limit = %u\n", rule->limit);
		if (rule->window != configured->window || !is_default)
			advise_settings_key(file, "window", rule->window);
		if (!is_default)
			advise_settings_write_rest(file, &config->rules[i]);
		if (is_default && rule->block != configured->block)
			advise_settings_key(file, "block", rule->block);
		if (is_default && rule->max != configured->max)
			advise_settings_key(file, "max", rule->max);
	}
}
