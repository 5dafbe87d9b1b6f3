// SPDX-License-Identifier: GPL-2.0-only
/* Hands the events of a replay to its sweep, with the standing of their hosts. */
#include "replay/replay_sweep.h"

#include "config/rule_ports.h"

/* The event's points in the swept rule. */
static unsigned int replay_sweep_points(const struct rule *rule, const struct judge *judge,
					const struct event *event)
{
	if (event->class == EVENT_ARRIVAL)
		return SWEEP_ARRIVAL;
	if (rule->mark != RULES_NO_MARK && !(event->marks & 1u << rule->mark))
		return 0;
	if (judge_off_until(judge, event->class, event->time) != INT64_MIN)
		return 0;
	return rule->weights[event->class];
}

/* True while the rule would run dry because standing has too few days of log. */
static bool replay_sweep_is_learning(struct replay_sweep *to, const struct judge *judge)
{
	if (!to->has_learned)
		to->has_learned = !judge_state(judge).learning;
	return !to->has_learned && rule_needs_standing(to->rule);
}

/* The flags that tell the host's standing, with this event. */
static unsigned int replay_sweep_standing(struct replay_sweep *to, const struct judge *judge,
					  const struct addr *host, const struct event *event)
{
	struct standing_view view;
	unsigned int flags = 0;

	standing_get(judge_standing(judge), host, event->time, &view);
	if (view.accepted && event->class != EVENT_ARRIVAL)
		view.bad++;
	flags |= view.known ? SWEEP_KNOWN : 0;
	flags |= view.accepted ? SWEEP_ACCEPTED : 0;
	flags |= standing_share(&view) < to->rule->share ? SWEEP_SPARED : 0;
	flags |= replay_sweep_is_learning(to, judge) ? SWEEP_LEARNING : 0;
	return flags;
}

void replay_sweep_add(struct replay_sweep *to, const struct judge *judge, const struct addr *host,
		      uint32_t *number, const struct event *event, bool believed)
{
	unsigned int points = believed ? replay_sweep_points(to->rule, judge, event) : 0;
	bool open = !rule_ports_closes(judge_rules(judge), to->rule->closes, event->port);
	int err = 0;

	if (to->is_full)
		return;
	/* Blocks would not have prevented it: it only counts, if it has points. */
	if (open && (!points || points == SWEEP_ARRIVAL))
		return;
	if (*number == REPLAY_SWEEP_NONE) {
		if (!points || points == SWEEP_ARRIVAL)
			return;
		err = sweep_host(to->sweep, number);
	}
	if (!err)
		err = sweep_add(to->sweep, *number, event->time,
				points | (open ? SWEEP_OPEN : 0) |
					replay_sweep_standing(to, judge, host, event));
	if (err)
		to->is_full = true;
}
