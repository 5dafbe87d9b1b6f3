// SPDX-License-Identifier: GPL-2.0-only
/* The ports that the blocks of rules close, and those that the filter protects for them. */
#include "config/rule_ports.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint16_t rule_ports_mail[SOBIG_PORTS_MAX] = { SOBIG_DEFAULT_PORT };

/* Mail programs log in on these ports, and so do those who guess passwords. */
static const uint16_t rule_ports_logins[SOBIG_PORTS_MAX] = { SOBIG_DEFAULT_PORT, 465, 587 };

static bool rule_ports_counts_only_logins(const struct rule *rule)
{
	for (int i = 0; i < EVENT_OFFENCES; i++)
		if (!rule->weights[i] != (i != EVENT_AUTH))
			return false;
	return true;
}

void rule_ports_wanted(const struct rule *rule, uint16_t out[SOBIG_PORTS_MAX])
{
	static const uint16_t all[SOBIG_PORTS_MAX] = { 0 };
	const uint16_t *ports = rule->ports;

	if (rule->all_ports)
		ports = all;
	else if (!ports[0])
		ports = rule_ports_counts_only_logins(rule) ? rule_ports_logins : rule_ports_mail;
	memcpy(out, ports, sizeof(all));
}

/* The index of a port in a list, or -1. */
static int rule_ports_find(const uint16_t ports[SOBIG_PORTS_MAX], uint16_t port)
{
	for (int i = 0; i < SOBIG_PORTS_MAX && ports[i]; i++)
		if (ports[i] == port)
			return i;
	return -1;
}

bool rule_ports_cover(const struct rule *by, const struct rule *rule)
{
	uint16_t all[SOBIG_PORTS_MAX], some[SOBIG_PORTS_MAX];

	rule_ports_wanted(by, all);
	rule_ports_wanted(rule, some);
	for (int i = 0; i < SOBIG_PORTS_MAX && some[i] && all[0]; i++)
		if (rule_ports_find(all, some[i]) < 0)
			return false;
	return some[0] || !all[0];
}

static int rule_ports_compare(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

/* The ports of all rules, in ascending order. 0 or -E2BIG. */
static int rule_ports_unite(const struct rules *rules, uint16_t out[SOBIG_PORTS_MAX])
{
	uint16_t wanted[SOBIG_PORTS_MAX], all[SOBIG_PORTS_MAX] = { 0 };
	int count = 0;

	for (size_t i = 0; i < rules->count; i++) {
		rule_ports_wanted(&rules->rules[i], wanted);
		for (int j = 0; j < SOBIG_PORTS_MAX && wanted[j]; j++) {
			if (rule_ports_find(all, wanted[j]) >= 0)
				continue;
			if (count == SOBIG_PORTS_MAX)
				return -E2BIG;
			all[count++] = wanted[j];
		}
	}
	if (!count)
		all[count++] = SOBIG_DEFAULT_PORT;
	qsort(all, count, sizeof(all[0]), rule_ports_compare);
	memcpy(out, all, sizeof(all));
	return 0;
}

int rule_ports_set(struct rules *rules, const uint16_t given[SOBIG_PORTS_MAX])
{
	uint16_t ports[SOBIG_PORTS_MAX], wanted[SOBIG_PORTS_MAX];
	int err = 0, at;

	if (given[0])
		memcpy(ports, given, sizeof(ports));
	else
		err = rule_ports_unite(rules, ports);
	if (err)
		return err;
	memcpy(rules->ports, ports, sizeof(ports));
	for (size_t i = 0; i < rules->count; i++) {
		struct rule *rule = &rules->rules[i];

		rule_ports_wanted(rule, wanted);
		rule->closes = 0;
		for (int j = 0; j < SOBIG_PORTS_MAX && wanted[j]; j++) {
			at = rule_ports_find(ports, wanted[j]);
			rule->closes |= at < 0 ? 0 : 1u << at;
		}
		if (!rule->closes)
			rule->closes = RULES_ALL_PORTS;
	}
	return 0;
}

void rule_ports_closed(const struct rules *rules, uint8_t closes, uint16_t out[SOBIG_PORTS_MAX])
{
	int count = 0;

	memset(out, 0, SOBIG_PORTS_MAX * sizeof(*out));
	for (int i = 0; i < SOBIG_PORTS_MAX && rules->ports[i] && closes != RULES_ALL_PORTS; i++)
		if (closes & 1u << i)
			out[count++] = rules->ports[i];
}

bool rule_ports_closes(const struct rules *rules, uint8_t closes, uint16_t port)
{
	int at = rule_ports_find(rules->ports, port);

	return !port || (at >= 0 && closes & 1u << at);
}

const char *rule_ports_format(const uint16_t ports[SOBIG_PORTS_MAX],
			      char text[RULE_PORTS_TEXT_SIZE])
{
	size_t used = 0;

	if (!ports[0])
		snprintf(text, RULE_PORTS_TEXT_SIZE, "all ports");
	for (int i = 0; i < SOBIG_PORTS_MAX && ports[i]; i++)
		used += snprintf(text + used, RULE_PORTS_TEXT_SIZE - used, "%s%u", i ? ", " : "",
				 ports[i]);
	return text;
}
