// SPDX-License-Identifier: GPL-2.0-only
/* A new judge takes over what the one before has counted, when the configuration is read again. */
#include <string.h>

#include "judge/judge_internal.h"

/* Each configuration numbers its marks differently, so rules with a mark are never the same. */
static bool judge_same_rule(const struct rule *a, const struct rule *b)
{
	return !strcmp(a->name, b->name) && a->who == b->who && a->network4 == b->network4 &&
	       a->network6 == b->network6 && a->limit == b->limit && a->window == b->window &&
	       a->mark == RULES_NO_MARK && b->mark == RULES_NO_MARK &&
	       !memcmp(a->weights, b->weights, sizeof(a->weights));
}

/* Empties the windows that are not adopted, so that the group's count is correct. */
static void judge_adopt_hosts(struct judge *judge, struct judge *from, uint32_t adopted)
{
	for (size_t j = 0; j < from->rules.count; j++)
		if (!(adopted & 1u << j))
			window_empty(from->windows[j]);
	judge->group.hosts = from->group.hosts;
	from->group.hosts = 0;
}

/* Exchanges the windows of a rule that is the same in both. */
static void judge_adopt_window(struct judge *judge, size_t i, struct judge *from, size_t j)
{
	struct window *window = judge->windows[i];
	struct offending *offending = judge->offending[i];

	judge->windows[i] = from->windows[j];
	from->windows[j] = window;
	judge->offending[i] = from->offending[j];
	from->offending[j] = offending;
}

/* Exchanges what does not depend on a rule. */
static void judge_adopt_rest(struct judge *judge, struct judge *from)
{
	struct class_brake *class_brake = judge->class_brake;
	struct offenders *repeats = judge->repeats;
	struct standing *standing = judge->standing;
	struct brake *brake = judge->brake;

	judge->repeats = from->repeats;
	from->repeats = repeats;
	judge->standing = from->standing;
	from->standing = standing;
	judge->class_brake = from->class_brake;
	from->class_brake = class_brake;
	if (judge->rules.brake != from->rules.brake) {
		if (judge->brake && from->brake)
			brake_adopt(judge->brake, from->brake);
		return;
	}
	judge->brake = from->brake;
	from->brake = brake;
}

void judge_adopt(struct judge *judge, struct judge *from)
{
	size_t same[SOBIG_RULES_MAX] = { 0 };
	uint32_t adopted = 0;

	judge_adopt_rest(judge, from);
	judge->clock.has_time = from->clock.has_time;
	judge->clock.time = from->clock.time;
	judge->clock.has_leapt = from->clock.has_leapt;
	judge->clock.leap = from->clock.leap;
	judge->leapt = from->leapt;
	judge->allowed = from->allowed;
	judge->state.allowed_offences = from->state.allowed_offences;
	judge->state.off_offences = from->state.off_offences;
	judge->state.braked = judge->brake && from->state.braked;
	if (judge->state.braked && judge->rules.brake != from->rules.brake)
		brake_engage(judge->brake);
	for (size_t i = 0; i < judge->rules.count; i++) {
		const struct rule *rule = &judge->rules.rules[i];
		const struct rule *old = rules_find(&from->rules, rule->name);
		size_t j = old ? (size_t)(old - from->rules.rules) : 0;

		same[i] = SOBIG_RULES_MAX;
		if (!old)
			continue;
		judge->state.rules[i] = from->state.rules[j];
		if (!judge_same_rule(rule, old))
			continue;
		same[i] = j;
		adopted |= 1u << j;
	}
	judge_adopt_hosts(judge, from, adopted);
	for (size_t i = 0; i < judge->rules.count; i++)
		if (same[i] < SOBIG_RULES_MAX)
			judge_adopt_window(judge, i, from, same[i]);
	judge_group(judge);
	judge_group(from);
}
