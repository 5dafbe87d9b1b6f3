// SPDX-License-Identifier: GPL-2.0-only
/* Options that override values of the first default rule: --limit, --window, --for. */
#include "config/overrides.h"

#include <errno.h>

#include "common/log.h"
#include "config/rules.h"

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
