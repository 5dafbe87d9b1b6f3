// SPDX-License-Identifier: GPL-2.0-only
/* What a command line may say of the rule of 2003: --limit, --window, --for. */
#include "cli/storm.h"

#include <errno.h>
#include <stdlib.h>

#include "common/duration.h"
#include "common/log.h"
#include "judge/window.h"

static int storm_number(const char *text, uint32_t *out)
{
	unsigned long number;
	char *end;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || !number || number > WINDOW_LIMIT_MAX)
		return -EINVAL;
	*out = number;
	return 0;
}

int storm_take(const struct cli_common *common, enum storm_key key, const char *value,
	       struct storm_orders *orders)
{
	switch (key) {
	case STORM_LIMIT:
		if (!storm_number(value, &orders->limit))
			return CLI_DONE;
		return cli_usage(common, "--limit takes 1 to %u, not \"%s\"", WINDOW_LIMIT_MAX,
				 value);
	case STORM_WINDOW:
		if (!duration_parse(value, &orders->window) && orders->window <= WINDOW_SECONDS_MAX)
			return CLI_DONE;
		return cli_usage(common, "--window takes 1s to 7d, as 90s or 5m, not \"%s\"",
				 value);
	case STORM_FOR:
		if (!duration_parse(value, &orders->block))
			return CLI_DONE;
		return cli_usage(common, "--for takes 1s to 366d, as 90s or 1h30m, not \"%s\"",
				 value);
	}
	return CLI_USAGE;
}

int storm_apply(const struct storm_orders *orders, struct rules *rules)
{
	struct rule *rule = (struct rule *)rules_find(rules, rules_default.rules[0].name);

	if (!rule && (orders->limit || orders->window || orders->block)) {
		log_error("--limit, --window and --for are of the rule %s, and the configuration "
			  "switches that off",
			  rules_default.rules[0].name);
		return CLI_FAILED;
	}
	if (!rule)
		return CLI_DONE;
	rule->limit = orders->limit ? orders->limit : rule->limit;
	rule->window = orders->window ? orders->window : rule->window;
	rule->block = orders->block ? orders->block : rule->block;
	if (rule->max < rule->block)
		rule->max = rule->block;
	return CLI_DONE;
}
