// SPDX-License-Identifier: GPL-2.0-only
/* The rules: which offences count, the limit within a window, and the length of a block. */
#include "config/rules.h"

#include <string.h>

#define RULES_MINUTE 60u
#define RULES_HOUR   3600u
#define RULES_DAY    86400u

/* Values shared by most rules. */
#define RULES_USUAL .max = 7 * RULES_DAY, .remember = 30 * RULES_DAY, .mark = RULES_NO_MARK

const struct rules rules_default = {
	.brake = RULES_BRAKE_DEFAULT,
	.count = 10,
	.rules = {
		{ .name = "worm-storm",
		  .weights = { [EVENT_VIRUS] = 1, [EVENT_WORM] = 1 },
		  .limit = 15, .window = 5 * RULES_MINUTE, .block = RULES_HOUR, RULES_USUAL },
		{ .name = "password-guessing",
		  .weights = { [EVENT_AUTH] = 1 },
		  .limit = 30, .window = 10 * RULES_MINUTE, .block = RULES_HOUR, RULES_USUAL },
		{ .name = "address-harvesting",
		  .weights = { [EVENT_UNKNOWN_USER] = 1 },
		  .limit = 100, .window = 10 * RULES_MINUTE, .block = RULES_HOUR, RULES_USUAL },
		{ .name = "relay-probing",
		  .weights = { [EVENT_RELAY] = 1 },
		  .limit = 30, .window = 10 * RULES_MINUTE, .block = RULES_HOUR, RULES_USUAL },
		{ .name = "listed-host",
		  .weights = { [EVENT_DNSBL] = 1 },
		  .limit = 60, .window = 10 * RULES_MINUTE, .block = RULES_HOUR, RULES_USUAL },
		{ .name = "spam-run",
		  .weights = { [EVENT_SPAM] = 1 },
		  .limit = 100, .window = 10 * RULES_MINUTE, .block = 30 * RULES_MINUTE,
		  RULES_USUAL },
		{ .name = "no-mail-client",
		  .weights = { [EVENT_PROTOCOL] = 1, [EVENT_HELO] = 1 },
		  .limit = 100, .window = 10 * RULES_MINUTE, .block = RULES_HOUR, RULES_USUAL },
		{ .name = "hammering",
		  .weights = { [EVENT_FLOOD] = 1, [EVENT_RATELIMIT] = 1 },
		  .limit = 300, .window = 5 * RULES_MINUTE, .block = 15 * RULES_MINUTE,
		  RULES_USUAL },
		/* Weighs several classes of offences together. */
		{ .name = "probable-spammer",
		  .weights = { [EVENT_RELAY] = 5,
			       [EVENT_DNSBL] = 4,
			       [EVENT_AUTH] = 4,
			       [EVENT_SPAM] = 2,
			       [EVENT_HELO] = 2,
			       [EVENT_UNKNOWN_USER] = 2,
			       [EVENT_SENDER] = 2,
			       [EVENT_RDNS] = 1 },
		  .limit = 300, .window = 10 * RULES_MINUTE, .block = RULES_HOUR, RULES_USUAL },
		/* Legitimate hosts cause these offences, too: a dry run unless configured otherwise. */
		{ .name = "other-rejections",
		  .weights = { [EVENT_POLICY] = 1, [EVENT_BACKSCATTER] = 1, [EVENT_TLS] = 1,
			       [EVENT_DISCONNECT] = 1 },
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
