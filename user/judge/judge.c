// SPDX-License-Identifier: GPL-2.0-only
/* Turns events into verdicts by the rules. Its only clock is the time of the events. */
#include "judge/judge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/duration.h"
#include "judge/judge_internal.h"

/* For the windows of all rules. */
#define JUDGE_MAX_BYTES (512u << 20)

/* The hosts and networks whose standing is remembered. */
#define JUDGE_STANDING_MOST (1u << 20)

/*
 * The classes that count against a host's share. A site's own rules, and what other servers do for
 * a forged sender, say nothing about the host.
 */
#define JUDGE_BAD(class)                                                                    \
	((class) != EVENT_POLICY && (class) != EVENT_BACKSCATTER && (class) != EVENT_TLS && \
	 (class) != EVENT_DISCONNECT)

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

bool judge_target(const struct rule *rule, const struct addr *host, struct addr_prefix *out)
{
	const uint8_t length = addr_is_ipv4(host) ? rule->network4 : rule->network6;

	if (!rule_is_network(rule)) {
		*out = addr_prefix_host(host);
		return true;
	}
	if (!length)
		return false;
	*out = (struct addr_prefix){ .addr = *host, .length = length };
	addr_mask(&out->addr, length);
	return true;
}

/* True if blocking one more known sender would be too many. */
static bool judge_brakes(struct judge *judge, const struct addr *host, int64_t time,
			 const struct standing_view *view)
{
	if (!judge->brake || !view->known || offenders_runs(judge->repeats, host, time))
		return false;
	return brake_add(judge->brake, host, time, view->accepted,
			 standing_accepted(judge->standing));
}

static uint32_t judge_known_seconds(const struct rule *rule)
{
	return rule->block < rule_known_max(rule) ? rule->block : rule_known_max(rule);
}

/* Makes the verdict for a host that exceeded the limit of a rule. True if it is a block. */
static bool judge_decide(struct judge *judge, unsigned int number, const struct addr *host,
			 const struct standing_view *view, int64_t time, struct verdict *out)
{
	const struct rule *rule = &judge->rules.rules[number];
	uint32_t seconds = view->known ? judge_known_seconds(rule) : rule->block;

	memset(out, 0, sizeof(*out));
	out->host = *host;
	judge_target(rule, host, &out->target);
	out->time = time;
	out->rule = number;
	out->known = view->known;
	out->dry_run = rule->dry_run;
	if (!out->dry_run && judge->state.learning && rule_needs_standing(rule))
		out->learning = out->dry_run = true;
	if (!out->dry_run && judge_brakes(judge, host, time, view))
		out->braked = out->dry_run = judge->state.braked = true;
	/* A host from which mail was accepted is blocked for as long each time. */
	if (!out->dry_run && !view->accepted)
		seconds = offenders_enter(judge->repeats, &out->target.addr, time, rule,
					  &out->repeats);
	else if (!out->dry_run)
		offenders_run(judge->repeats, host, time + seconds * INT64_C(1000));
	out->until = time + seconds * INT64_C(1000);
	judge_format_reason(rule, out->reason);
	if (out->dry_run)
		judge->state.rules[number].dry_runs++;
	else
		judge->state.rules[number].blocks++;
	return !out->dry_run;
}

/* True if enough of what the host or network did was bad, and enough hosts of it were. */
static bool judge_is_bad_enough(const struct judge *judge, const struct rule *rule,
				const struct addr *host, const struct standing_view *view,
				int64_t time, unsigned int offenders)
{
	struct standing_view network;

	if (!rule_is_network(rule))
		return standing_share(view) >= rule->share;
	standing_get_network(judge->standing, host, time, &network);
	return offenders >= rule->hosts && standing_share(&network) >= rule->share;
}

/*
 * True if the host was blocked before, nothing was ever accepted from it, and it offends again: it
 * needs fewer points then.
 */
static bool judge_is_again(const struct judge *judge, unsigned int number,
			   const struct addr *target, const struct standing_view *view,
			   int64_t time)
{
	const struct rule *rule = &judge->rules.rules[number];

	return rule->again && !view->accepted &&
	       offenders_times(judge->repeats, target, time, rule->remember) &&
	       window_points(judge->windows[number], target, time) >= rule->again;
}

/* Counts the event for the rules in `which`. Returns the rules that it makes a verdict by. */
static uint32_t judge_count(struct judge *judge, uint32_t which, const struct addr *host,
			    const struct standing_view *view, const struct event *event, bool again)
{
	uint32_t exceeded = 0;

	for (; which; which &= which - 1) {
		unsigned int number = __builtin_ctz(which), offenders = 1;
		const struct rule *rule = &judge->rules.rules[number];
		struct addr_prefix target;

		if (rule->mark != RULES_NO_MARK && !(event->marks & 1u << rule->mark))
			continue;
		if (!judge_target(rule, host, &target))
			continue;
		judge->state.rules[number].counted += !again;
		if (judge->offending[number])
			offenders = offending_add(judge->offending[number], &target.addr, host,
						  event->time);
		if ((window_add(judge->windows[number], &target.addr, event->time,
				rule->weights[event->class]) ||
		     judge_is_again(judge, number, &target.addr, view, event->time)) &&
		    judge_is_bad_enough(judge, rule, host, view, event->time, offenders))
			exceeded |= 1u << number;
	}
	return exceeded;
}

/*
 * The counted offences have led to a verdict; later ones count from zero. A block of the host ends
 * its counts of all rules, a dry run and a block of a network only those of the rule.
 */
static void judge_restart(struct judge *judge, const struct verdict *verdict)
{
	window_forget(judge->windows[verdict->rule], &verdict->target.addr);
	for (size_t i = 0; i < judge->rules.count && !verdict->dry_run; i++)
		if (!rule_is_network(&judge->rules.rules[i]))
			window_forget(judge->windows[i], &verdict->host);
}

/* Makes a verdict by each of the rules that the host exceeded; *out is the one to act on. */
static void judge_decide_all(struct judge *judge, uint32_t exceeded, const struct addr *host,
			     const struct standing_view *view, int64_t time, struct verdict *out)
{
	struct verdict verdict;
	bool blocked = false;

	memset(out, 0, sizeof(*out));
	out->dry_run = true;
	for (; exceeded; exceeded &= exceeded - 1) {
		unsigned int number = __builtin_ctz(exceeded);

		/* A host that is blocked needs no dry-run verdict. */
		if (blocked && judge->rules.rules[number].dry_run)
			continue;
		blocked |= judge_decide(judge, number, host, view, time, &verdict);
		judge_restart(judge, &verdict);
		if (out->dry_run > verdict.dry_run ||
		    (out->dry_run == verdict.dry_run && verdict.until > out->until))
			*out = verdict;
	}
}

/* What needs no rule: standing, and the classes that do not count. False: it is not to be judged.
 */
static bool judge_note(struct judge *judge, const struct event *event, const struct addr *host,
		       struct standing_view *view)
{
	const bool bad = event->class < EVENT_OFFENCES && JUDGE_BAD(event->class);
	bool off;

	memset(view, 0, sizeof(*view));
	if (judge->rules.no_standing)
		return event->class != EVENT_ARRIVAL;
	standing_get(judge->standing, host, event->time, view);
	if (view->known && view->clean && (bad || event->class == EVENT_ARRIVAL))
		class_brake_add(judge->class_brake, host, event->class, event->time);
	if (event->class == EVENT_ARRIVAL) {
		standing_accept(judge->standing, host, event->time);
		return false;
	}
	off = class_brake_is_off(judge->class_brake, event->class, event->time);
	judge->state.off_offences += off;
	if (bad && !off) {
		standing_offend(judge->standing, host, event->time);
		view->bad += view->accepted > 0;
	}
	return !off;
}

static bool judge_is_learning(const struct judge *judge)
{
	return !judge->rules.no_standing && judge->rules.learn &&
	       standing_span(judge->standing) <= judge->rules.learn;
}

int judge_event(struct judge *judge, const struct event *event, struct verdict *out)
{
	uint32_t which = judge->by_class[event->class], exceeded;
	const struct addr host = addr_host(&event->peer);
	struct standing_view view;
	bool counts;

	if (!clock_check_believe(&judge->clock, event->time) || addr_is_special(&host))
		return -EAGAIN;
	counts = judge_note(judge, event, &host, &view);
	if (!counts || !which)
		return -EAGAIN;
	if (judge_is_allowed(judge, &host)) {
		judge->state.allowed_offences++;
		return -EAGAIN;
	}
	judge->state.learning = judge_is_learning(judge);
	if (judge->state.braked)
		judge->state.braked = brake_is_full(judge->brake, event->time);
	exceeded =
		judge_count(judge, which & judge->by_who[view.known], &host, &view, event, false);
	if (!exceeded)
		return -EAGAIN;
	judge_decide_all(judge, exceeded, &host, &view, event->time, out);
	return 0;
}

void judge_learn(struct judge *judge, const struct event *event)
{
	const struct addr host = addr_host(&event->peer);

	if (!clock_check_believe(&judge->clock, event->time) || addr_is_special(&host))
		return;
	if (event->class == EVENT_ARRIVAL)
		standing_accept(judge->standing, &host, event->time);
	else if (JUDGE_BAD(event->class))
		standing_offend(judge->standing, &host, event->time);
}

void judge_recall(struct judge *judge, const struct event *event)
{
	uint32_t which = judge->by_class[event->class];
	struct addr host = addr_host(&event->peer);
	struct standing_view view;

	if (!clock_check_believe(&judge->clock, event->time) || !which ||
	    judge_is_allowed(judge, &host))
		return;
	standing_get(judge->standing, &host, event->time, &view);
	judge_count(judge, which & judge->by_who[view.known], &host, &view, event, true);
}

struct standing *judge_standing(const struct judge *judge)
{
	return judge->standing;
}

void judge_forget_standing(struct judge *judge)
{
	standing_forget_all(judge->standing);
}

unsigned int judge_points(const struct judge *judge, unsigned int rule, const struct addr *host,
			  int64_t time)
{
	struct addr_prefix target;

	if (!judge_target(&judge->rules.rules[rule], host, &target))
		return 0;
	return window_points(judge->windows[rule], &target.addr, time);
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
	if (judge->brake)
		brake_engage(judge->brake);
}

void judge_release(struct judge *judge)
{
	judge->state.braked = false;
	if (judge->brake)
		brake_reset(judge->brake);
	class_brake_reset(judge->class_brake);
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
	judge->by_who[false] |= (rule->who != RULE_KNOWN) << number;
	judge->by_who[true] |= (rule->who != RULE_STRANGERS && !rule_is_network(rule)) << number;
	err = window_open(&options, &judge->windows[number]);
	if (!err && rule_is_network(rule))
		err = offending_open(rule->window, seed, &judge->offending[number]);
	return err;
}

void judge_group(struct judge *judge)
{
	judge->group.members = judge->hosts;
	judge->group.count = 0;
	for (size_t i = 0; i < judge->rules.count; i++) {
		if (rule_is_network(&judge->rules.rules[i])) {
			window_join(judge->windows[i], NULL);
			continue;
		}
		judge->hosts[judge->group.count++] = judge->windows[i];
		window_join(judge->windows[i], &judge->group);
	}
}

int judge_open(const struct rules *rules, uint64_t seed, struct judge **out)
{
	const struct standing_options of_standing = { .most = JUDGE_STANDING_MOST, .seed = seed };
	struct judge *judge = calloc(1, sizeof(*judge));
	int err;

	if (!judge)
		return -ENOMEM;
	judge->rules = *rules;
	judge->clock.most = clock_check_most(rules);
	err = offenders_open(seed, &judge->repeats);
	if (!err)
		err = standing_open(&of_standing, &judge->standing);
	if (!err)
		err = class_brake_open(&judge->class_brake);
	if (!err && rules->brake)
		err = brake_open(rules->brake, &judge->brake);
	for (size_t i = 0; i < rules->count && !err; i++)
		err = judge_open_rule(judge, i, seed);
	if (err) {
		judge_close(judge);
		return err;
	}
	judge_group(judge);
	*out = judge;
	return 0;
}

struct judge_state judge_state(const struct judge *judge)
{
	struct judge_state state = judge->state;

	state.hosts = judge->group.hosts;
	for (size_t i = 0; i < judge->rules.count; i++)
		state.dropped += window_state(judge->windows[i]).dropped;
	state.remembered = offenders_count(judge->repeats);
	state.off = class_brake_off(judge->class_brake, judge->clock.time);
	state.learned = standing_span(judge->standing);
	state.learning = judge_is_learning(judge);
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
	for (size_t i = 0; i < judge->rules.count; i++) {
		window_close(judge->windows[i]);
		offending_close(judge->offending[i]);
	}
	offenders_close(judge->repeats);
	standing_close(judge->standing);
	brake_close(judge->brake);
	class_brake_close(judge->class_brake);
	free(judge);
}
