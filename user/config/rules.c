// SPDX-License-Identifier: GPL-2.0-only
/* The rules: which offences count, the limit within a window, and the length of a block. */
#include "config/rules.h"

#include <string.h>

#define RULES_MINUTE 60u
#define RULES_HOUR   3600u
#define RULES_DAY    86400u

/* Values shared by most rules. */
#define RULES_USUAL .max = 7 * RULES_DAY, .remember = 30 * RULES_DAY, .mark = RULES_NO_MARK
#define RULES_FIXED .remember = RULES_HOUR, .mark = RULES_NO_MARK

/* The points of what a stranger does. Only offences that a site's own faults rarely cause. */
#define RULES_POINTS                                                                      \
	[EVENT_VIRUS] = 5, [EVENT_WORM] = 5, [EVENT_RELAY] = 5, [EVENT_DNSBL] = 4,        \
	[EVENT_SPAM] = 2, [EVENT_UNKNOWN_USER] = 2, [EVENT_HELO] = 2, [EVENT_SENDER] = 2, \
	[EVENT_RDNS] = 1, [EVENT_PROTOCOL] = 1

const struct rules rules_default = {
	.brake = RULES_BRAKE_DEFAULT,
	.learn = RULES_LEARN_DEFAULT,
	.count = 10,
	.rules = {
		{ .name = "worm-storm",
		  .weights = { [EVENT_VIRUS] = 1, [EVENT_WORM] = 1 },
		  .limit = 15, .window = 5 * RULES_MINUTE, .block = RULES_HOUR,
		  .known_max = 5 * RULES_MINUTE, RULES_USUAL },
		{ .name = "strangers", .who = RULE_STRANGERS, .share = 85,
		  .weights = { RULES_POINTS },
		  .limit = 8, .again = 1, .window = 6 * RULES_HOUR,
		  .block = 12 * RULES_HOUR, .max = 2 * RULES_DAY,
		  .remember = 7 * RULES_DAY, .mark = RULES_NO_MARK },
		{ .name = "known-senders", .who = RULE_KNOWN, .share = 95,
		  .weights = { RULES_POINTS },
		  .limit = 500, .window = 24 * RULES_HOUR,
		  .block = 30 * RULES_MINUTE, .max = 30 * RULES_MINUTE, RULES_FIXED },
		{ .name = "password-guessing", .who = RULE_STRANGERS, .share = 70,
		  .weights = { [EVENT_AUTH] = 1 },
		  .limit = 10, .window = 24 * RULES_HOUR,
		  .block = 12 * RULES_HOUR, .max = 12 * RULES_HOUR, RULES_FIXED },
		{ .name = "known-guessing", .who = RULE_KNOWN,
		  .weights = { [EVENT_AUTH] = 1 },
		  .limit = 100, .window = 10 * RULES_MINUTE,
		  .block = 30 * RULES_MINUTE, .max = 30 * RULES_MINUTE, RULES_FIXED },
		{ .name = "networks", .who = RULE_STRANGERS, .share = 60, .hosts = 5,
		  .network4 = 24, .network6 = 48,
		  .weights = { RULES_POINTS },
		  .limit = 40, .window = RULES_HOUR,
		  .block = 6 * RULES_HOUR, .max = 6 * RULES_HOUR, RULES_FIXED },
		{ .name = "small-networks", .who = RULE_STRANGERS, .share = 60, .hosts = 3,
		  .network6 = 56,
		  .weights = { RULES_POINTS },
		  .limit = 20, .window = RULES_HOUR,
		  .block = 6 * RULES_HOUR, .max = 6 * RULES_HOUR, RULES_FIXED },
		/* Bounces to forged senders come from good servers: short, and never for long. */
		{ .name = "backscatter",
		  .weights = { [EVENT_BACKSCATTER] = 1 },
		  .limit = 20, .window = 10 * RULES_MINUTE, .block = 30 * RULES_MINUTE,
		  .max = 30 * RULES_MINUTE, .known_max = 5 * RULES_MINUTE, RULES_FIXED },
		{ .name = "hammering",
		  .weights = { [EVENT_FLOOD] = 1, [EVENT_RATELIMIT] = 1 },
		  .limit = 300, .window = 5 * RULES_MINUTE, .block = 15 * RULES_MINUTE,
		  .known_max = 5 * RULES_MINUTE, RULES_USUAL },
		/* Legitimate hosts cause these offences, too: a dry run unless configured otherwise. */
		{ .name = "other-rejections",
		  .weights = { [EVENT_POLICY] = 1, [EVENT_TLS] = 1, [EVENT_DISCONNECT] = 1 },
		  .limit = 300, .window = 10 * RULES_MINUTE, .block = 15 * RULES_MINUTE,
		  RULES_USUAL, .dry_run = true },
	},
};

const struct rule *rules_find(const struct rules *rules, const char *name)
{
	for (size_t i = 0; i < rules->count; i++)
		if (!strcmp(rules->rules[i].name, name))
			return &rules->rules[i];
	return NULL;
}

const char *rule_for_name(enum rule_for who)
{
	static const char *const names[] = { [RULE_EVERYONE] = "everyone",
					     [RULE_STRANGERS] = "strangers",
					     [RULE_KNOWN] = "known-senders" };

	return names[who];
}

bool rules_is_former(const char *name)
{
	static const char *const names[] = { "address-harvesting", "relay-probing",
					     "listed-host",	   "spam-run",
					     "no-mail-client",	   "probable-spammer" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}
