// SPDX-License-Identifier: GPL-2.0-only
/* Finds configuration mistakes: rules that can never fire, allow-list entries that are too wide. */
#include "config/lint.h"

#include <stdio.h>

#include "config/rule_ports.h"

/* A shorter prefix than this is reported as too wide. */
#define LINT_WIDEST4 8
#define LINT_WIDEST6 20

struct lint {
	const struct config *config;
	lint_finding *finding;
	void *context;
};

/* True if `other` always fires no later than `rule` and blocks for at least as long. */
static bool lint_is_shadowed(const struct rule *rule, const struct config_rule *other)
{
	const struct rule *by = &other->rule;
	bool sooner = by->window > rule->window;

	if (by->who != RULE_EVERYONE && by->who != rule->who)
		return false;
	if (by->share > rule->share || rule_is_network(by) || rule_is_network(rule))
		return false;
	if (by->window < rule->window || by->dry_run > rule->dry_run || other->match ||
	    !rule_ports_cover(by, rule))
		return false;
	for (int i = 0; i < EVENT_OFFENCES; i++) {
		uint64_t own = (uint64_t)rule->weights[i] * (by->limit + 1);
		uint64_t others = (uint64_t)by->weights[i] * (rule->limit + 1);

		if (others < own)
			return false;
		sooner |= others > own;
	}
	/* If both fire at the same offence, the longer block takes effect. */
	return sooner || by->block >= rule->block;
}

/* Failed logins come by the ports on which mail programs log in. */
static void lint_ports(const struct lint *review, const struct config_rule *rule,
		       const struct rules *rules)
{
	static const uint16_t logins[] = { 465, 587 };
	const struct rule *own = rules_find(rules, rule->rule.name);
	char text[200];

	for (int i = 0; i < EVENT_OFFENCES; i++)
		if (!rule->rule.weights[i] != (i != EVENT_AUTH))
			return;
	for (size_t i = 0; own && i < sizeof(logins) / sizeof(logins[0]); i++) {
		if (rule_ports_closes(rules, own->closes, logins[i]) ||
		    !rule_ports_closes(rules, RULES_ALL_PORTS, logins[i]))
			continue;
		snprintf(
			text, sizeof(text),
			"it counts failed logins, which clients also try on port %u, but its blocks leave port %u open: add it to ports",
			logins[i], logins[i]);
		review->finding(review->context, rule, text);
	}
}

/* Lines of some classes contain no ACL text, unless a pattern of the site assigns the class. */
static bool lint_has_text(const struct config *config, enum event_class class)
{
	if (class != EVENT_TLS && class != EVENT_DISCONNECT && class != EVENT_FLOOD)
		return true;
	for (size_t i = 0; i < config->patterns_count; i++)
		if (config->patterns[i].class == class)
			return true;
	return false;
}

static void lint_match(const struct lint *review, const struct config_rule *rule)
{
	for (int i = 0; i < EVENT_OFFENCES; i++)
		if (rule->rule.weights[i] && lint_has_text(review->config, i))
			return;
	review->finding(
		review->context, rule,
		"it can never block a host: it has a match, but log lines of its classes contain no ACL text");
}

static void lint_rule(const struct lint *review, size_t number)
{
	const struct config *config = review->config;
	const struct config_rule *rule = &config->rules[number];
	char text[200];

	if (rule->match)
		lint_match(review, rule);
	if (rule_is_network(&rule->rule) && rule->rule.who == RULE_KNOWN)
		review->finding(
			review->context, rule,
			"it can never block a network: networks are judged only by their strangers; use for = strangers");
	if (rule->rule.hosts > 1 && !rule_is_network(&rule->rule))
		review->finding(review->context, rule, "hosts has no effect without network");
	for (size_t i = 0; i < config->rules_count; i++) {
		const struct config_rule *other = &config->rules[i];

		if (i == number || !other->enabled || !lint_is_shadowed(&rule->rule, other))
			continue;
		/* Of two equivalent rules, only the later one is reported. */
		if (i > number && !rule->match && lint_is_shadowed(&other->rule, rule))
			continue;
		snprintf(text, sizeof(text),
			 "it has no effect: [rule %s] is at least as strict in every respect",
			 other->rule.name);
		review->finding(review->context, rule, text);
		return;
	}
}

static void lint_allow(const struct lint *review)
{
	const struct config_allow *allow = &review->config->allow;
	char text[200], address[ADDR_TEXT_SIZE];

	for (size_t i = 0; i < allow->addresses_count; i++) {
		const struct addr_prefix *entry = &allow->addresses[i];
		bool ipv4 = addr_is_ipv4(&entry->addr);

		addr_prefix_format(entry, address);
		if (!entry->length)
			snprintf(text, sizeof(text),
				 "[allow] %s covers every address: no %s host is ever blocked",
				 address, ipv4 ? "IPv4" : "IPv6");
		else if (entry->length < (ipv4 ? LINT_WIDEST4 : LINT_WIDEST6))
			snprintf(text, sizeof(text),
				 "[allow] %s is very wide: it allows a large part of the internet",
				 address);
		else
			continue;
		review->finding(review->context, NULL, text);
	}
}

void lint_config(const struct config *config, lint_finding *finding, void *context)
{
	const struct lint review = { config, finding, context };
	const struct config_rule *matches[RULES_MARKS_MAX];
	size_t enabled = 0, dry_runs = 0, count;
	struct rules rules;

	config_rules(config, &rules, matches, &count);
	for (size_t i = 0; i < config->rules_count; i++) {
		const struct config_rule *rule = &config->rules[i];

		enabled += rule->enabled;
		dry_runs += rule->enabled && rule->rule.dry_run;
		if (rule->enabled) {
			lint_rule(&review, i);
			lint_ports(&review, rule, &rules);
		} else if (rule->former)
			finding(context, rule,
				"it has no effect: it was a default rule of version 0.1; now the rules strangers and known-senders count its offences; remove it, or add the missing keys");
	}
	if (config->standing.former_brake)
		finding(context, NULL,
			"[brake] blocks is a key of version 0.1 and has no effect; use known-senders = 3/h instead");
	if (!enabled)
		finding(context, NULL, "all rules are disabled: no host is ever blocked");
	else if (dry_runs == enabled)
		finding(context, NULL,
			"all rules are a dry run (dry-run = yes): no host is ever blocked");
	lint_allow(&review);
}
