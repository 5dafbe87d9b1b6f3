// SPDX-License-Identifier: GPL-2.0-only
/* Options that override values of the first default rule: --limit, --window, --for. */
#include "config/overrides.h"

#include <errno.h>

#include "common/duration.h"
#include "common/log.h"
#include "common/number.h"
#include "config/rules.h"

int overrides_take(enum overrides_key key, const char *value, struct overrides *overrides)
{
	uint64_t number;

	switch (key) {
	case OVERRIDES_LIMIT:
		if (number_parse(value, 1, RULES_LIMIT_MAX, NULL, &number)) {
			log_error("--limit = \"%s\": expected a number from 1 to %u", value,
				  RULES_LIMIT_MAX);
			return -EINVAL;
		}
		overrides->limit = number;
		return 0;
	case OVERRIDES_WINDOW:
		if (duration_parse(value, &overrides->window) ||
		    overrides->window > RULES_WINDOW_MAX) {
			log_error(
				"--window = \"%s\": expected a time from 1s to 7d, such as 90s or 5m",
				value);
			return -EINVAL;
		}
		return 0;
	case OVERRIDES_FOR:
		if (duration_parse(value, &overrides->block)) {
			log_error(
				"--for = \"%s\": expected a time from 1s to 366d, such as 90s or 1h30m",
				value);
			return -EINVAL;
		}
		return 0;
	}
	return -EINVAL;
}

int overrides_apply(const struct overrides *overrides, struct rules *rules)
{
	struct rule *rule = (struct rule *)rules_find(rules, rules_default.rules[0].name);

	if (!rule && (overrides->limit || overrides->window || overrides->block)) {
		log_error(
			"--limit, --window and --for apply to the rule %s, which the configuration disables",
			rules_default.rules[0].name);
		return -EINVAL;
	}
	if (!rule)
		return 0;
	rule->limit = overrides->limit ? overrides->limit : rule->limit;
	rule->window = overrides->window ? overrides->window : rule->window;
	rule->block = overrides->block ? overrides->block : rule->block;
	if (rule->max < rule->block)
		rule->max = rule->block;
	return 0;
}
