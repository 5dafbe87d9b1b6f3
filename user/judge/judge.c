// SPDX-License-Identifier: GPL-2.0-only
/* Turns events into verdicts by the rules. Its only clock is the time of the events. */
#include "judge/judge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/duration.h"
#include "judge/brake.h"
#include "judge/clock_check.h"
#include "judge/offenders.h"
#include "judge/window.h"

/* For the windows of all rules. */
#define JUDGE_MAX_BYTES (512u << 20)

/* judge.by_class has one bit for each rule. */
_Static_assert(SOBIG_RULES_MAX <= 32, "one bit for each rule");

struct judge {
	struct rules rules;
	uint32_t by_class[EVENT_CLASSES]; /* the rules that count the class, as bits */
	struct window *windows[SOBIG_RULES_MAX];
	struct window_group group; /* all windows */
	struct offenders *repeats;
	struct brake *brake;
	const struct prefix_set *allowed;
	struct judge_state state;
	struct clock_check clock;
};

static bool judge_is_allowed(const struct judge *judge, const struct addr *host)
{
	const struct addr_prefix target = addr_prefix_host(host);

	return addr_is_special(host) ||
	       (judge->allowed && prefix_set_find(judge->allowed, &target, NULL));
}

/* "RULE: more than 15 in 5m" */
static void judge_format_reason(const struct rule *rule, char reason[SOBIG_REASON_SIZE])
{
	char window[DURATION_TEXT_SIZE];
	bool points = false;

	for (int i = 0; i < EVENT_OFFENCES; i++)
		points |= rule->weights[i] > 1;
	snprintf(reason, SOBIG_REASON_SIZE, "%s: more than %u%s in %s", rule->name, rule->limit,
		 points ? " points" : "", duration_format(rule->window, window));
}

/* Makes the verdict for a host that exceeded the limit of a rule. True if it is a block. */
static bool judge_decide(struct judge *judge, unsigned int number, const struct addr *host,
			 int64_t time, struct verdict *out)
{
	const struct rule *rule = &judge->rules.rules[number];
	uint32_t seconds = rule->block;

	memset(out, 0, sizeof(*out));
	out->host = *host;
	out->time = time;
	out->rule = number;
	out->closes = rule->closes;
	out->dry_run = rule->dry_run;
	if (!out->dry_run && judge->brake && !offenders_runs(judge->repeats, host, time)) {
		judge->state.braked |= brake_add(judge->brake, time);
		out->braked = out->dry_run = judge->state.braked;
	}
	if (!out->dry_run)
		seconds = offenders_enter(judge->repeats, host, time, rule, &out->repeats);
	out->until = time + seconds * INT64_C(1000);
	judge_format_reason(rule, out->reason);
	if (out->dry_run)
		judge->state.rules[number].dry_runs++;
	else
		judge->state.rules[number].blocks++;
	return !out->dry_run;
}

/* Counts the event for the rules in `which`. Returns the rules whose limit it exceeds. */
static uint32_t judge_count(struct judge *judge, uint32_t which, const struct addr *host,
			    const struct event *event, bool again)
{
	uint32_t exceeded = 0;

	for (; which; which &= which - 1) {
		unsigned int number = __builtin_ctz(which);
		const struct rule *rule = &judge->rules.rules[number];

		if (rule->mark != RULES_NO_MARK && !(event->marks & 1u << rule->mark))
			continue;
		judge->state.rules[number].counted += !again;
		if (window_add(judge->windows[number], host, event->time,
			       rule->weights[event->class]))
			exceeded |= 1u << number;
	}
	return exceeded;
}

int judge_event(struct judge *judge, const struct event *event, struct verdict *out)
{
	uint32_t which = judge->by_class[event->class], exceeded;
	struct verdict verdict;
	bool blocked = false;
	struct addr host;
	uint8_t closes;

	if (!clock_check_believe(&judge->clock, event->time) || !which)
		return -EAGAIN;
	host = addr_host(&event->peer);
	if (judge_is_allowed(judge, &host)) {
		judge->state.allowed_offences++;
		return -EAGAIN;
	}
	exceeded = judge_count(judge, which, &host, event, false);
	if (!exceeded)
		return -EAGAIN;
	memset(out, 0, sizeof(*out));
	out->dry_run = true;
	for (; exceeded; exceeded &= exceeded - 1) {
		unsigned int number = __builtin_ctz(exceeded);

		/* A host that is blocked needs no dry-run verdict. */
		if (blocked && judge->rules.rules[number].dry_run)
			continue;
		blocked |= judge_decide(judge, number, &host, event->time, &verdict);
		/* The host is blocked by all of them. */
		closes = out->dry_run > verdict.dry_run	  ? verdict.closes
			 : out->dry_run < verdict.dry_run ? out->closes
							  : out->closes | verdict.closes;
		if (out->dry_run > verdict.dry_run ||
		    (out->dry_run == verdict.dry_run && verdict.until > out->until))
			*out = verdict;
		out->closes = closes;
	}
	/* The counted offences have led to a block; later ones count from zero. */
	for (size_t i = 0; i < judge->rules.count && blocked; i++)
		window_forget(judge->windows[i], &host);
	return 0;
}

void judge_recall(struct judge *judge, const struct event *event)
{
	uint32_t which = judge->by_class[event->class];
	struct addr host = addr_host(&event->peer);

	if (clock_check_believe(&judge->clock, event->time) && which &&
	    !judge_is_allowed(judge, &host))
		judge_count(judge, which, &host, event, true);
}

void judge_allow(struct judge *judge, const struct prefix_set *allowed)
{
	judge->allowed = allowed;
}

void judge_remember(struct judge *judge, const struct addr *host, unsigned int times, int64_t until)
{
	offenders_set(judge->repeats, host, &(struct offender){ .until = until, .times = times });
}

void judge_brake(struct judge *judge)
{
	judge->state.braked = judge->brake != NULL;
}

void judge_release(struct judge *judge)
{
	judge->state.braked = false;
	if (judge->brake)
		brake_reset(judge->brake);
}

/* Each configuration numbers its marks differently, so rules with a mark are never the same. */
static bool judge_same_rule(const struct rule *a, const struct rule *b)
{
	return !strcmp(a->name, b->name) && a->limit == b->limit && a->window == b->window &&
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

	judge->windows[i] = from->windows[j];
	from->windows[j] = window;
	window_join(judge->windows[i], &judge->group);
	window_join(window, &from->group);
}

void judge_adopt(struct judge *judge, struct judge *from)
{
	struct offenders *repeats = judge->repeats;
	size_t same[SOBIG_RULES_MAX] = { 0 };
	uint32_t adopted = 0;

	judge->repeats = from->repeats;
	from->repeats = repeats;
	judge->clock.has_time = from->clock.has_time;
	judge->clock.time = from->clock.time;
	judge->allowed = from->allowed;
	judge->state.allowed_offences = from->state.allowed_offences;
	judge->state.braked = judge->brake && from->state.braked;
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
}

static int judge_open_rule(struct judge *judge, unsigned int number, uint64_t seed)
{
	const struct rule *rule = &judge->rules.rules[number];
	const struct window_options options = {
		.limit = rule->limit,
		.seconds = rule->window,
		.max_bytes = JUDGE_MAX_BYTES / judge->rules.count,
		.seed = seed,
	};
	int err;

	if (!rule->block || rule->max < rule->block)
		return -EINVAL;
	for (int class = 0; class < EVENT_OFFENCES; class ++)
		if (rule->weights[class])
			judge->by_class[class] |= 1u << number;
	err = window_open(&options, &judge->windows[number]);
	if (!err)
		window_join(judge->windows[number], &judge->group);
	return err;
}

int judge_open(const struct rules *rules, uint64_t seed, struct judge **out)
{
	struct judge *judge = calloc(1, sizeof(*judge));
	int err;

	if (!judge)
		return -ENOMEM;
	judge->rules = *rules;
	judge->clock.most = clock_check_most(rules);
	err = offenders_open(seed, &judge->repeats);
	if (!err && rules->brake)
		err = brake_open(rules->brake, &judge->brake);
	judge->group.members = judge->windows;
	judge->group.count = rules->count;
	for (size_t i = 0; i < rules->count && !err; i++)
		err = judge_open_rule(judge, i, seed);
	if (err)
		judge_close(judge);
	else
		*out = judge;
	return err;
}

struct judge_state judge_state(const struct judge *judge)
{
	struct judge_state state = judge->state;

	state.hosts = judge->group.hosts;
	for (size_t i = 0; i < judge->rules.count; i++)
		state.dropped += window_state(judge->windows[i]).dropped;
	state.remembered = offenders_count(judge->repeats);
	return state;
}

const struct rules *judge_rules(const struct judge *judge)
{
	return &judge->rules;
}

void judge_close(struct judge *judge)
{
	if (!judge)
		return;
	for (size_t i = 0; i < judge->rules.count; i++)
		window_close(judge->windows[i]);
	offenders_close(judge->repeats);
	brake_close(judge->brake);
	free(judge);
}
