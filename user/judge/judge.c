// SPDX-License-Identifier: GPL-2.0-only
/* Turns events into verdicts by the rules. Its only clock is the time of the events. */
#include "judge/judge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

static bool judge_is_allowed(const struct judge *judge, const struct judge_subject *subject)
{
	const struct addr_prefix host = addr_prefix_host(&subject->host);

	if (addr_is_special(&subject->host))
		return true;
	return judge->allowed &&
	       (prefix_set_find(judge->allowed, &host, NULL) ||
		(subject->embedded && prefix_set_find(judge->allowed, &subject->target, NULL)));
}

/* True if enough of what the host or network did was bad, and enough hosts of it were. */
static bool judge_is_bad_enough(const struct judge *judge, const struct rule *rule,
				const struct judge_subject *subject, unsigned int offenders)
{
	struct standing_view network;

	if (!rule_is_network(rule))
		return standing_share(&subject->view) >= rule->share;
	standing_get_network(judge->standing, &subject->host, subject->time, &network);
	return offenders >= rule->hosts && standing_share(&network) >= rule->share;
}

/*
 * True if the host was blocked before, nothing was ever accepted from it, and it offends again: it
 * needs fewer points then. While it is blocked, what comes by its open connections is not news.
 */
static bool judge_is_again(const struct judge *judge, unsigned int number,
			   const struct addr_prefix *target, const struct judge_subject *subject)
{
	const struct rule *rule = &judge->rules.rules[number];
	struct addr key;

	if (!rule->again || subject->view.known || subject->view.accepted)
		return false;
	key = judge_repeat_key(rule, target);
	return offenders_offends_again(judge->repeats, &key, subject->time, rule->remember) &&
	       window_points(judge->windows[number], &target->addr, subject->time) >= rule->again;
}

/* True if the rule's count of known senders led to the block that is active: see judge_decide(). */
static bool judge_is_decided(const struct judge *judge, const struct rule *rule,
			     const struct judge_subject *subject)
{
	return rule->who == RULE_KNOWN &&
	       offenders_runs(judge->repeats, &subject->host, subject->time);
}

/* Counts the event for the rules in `which`. Returns the rules that it makes a verdict by. */
static uint32_t judge_count(struct judge *judge, uint32_t which,
			    const struct judge_subject *subject, const struct event *event,
			    bool again)
{
	uint32_t exceeded = 0;

	for (; which; which &= which - 1) {
		unsigned int number = __builtin_ctz(which), offenders = 1;
		const struct rule *rule = &judge->rules.rules[number];
		struct addr_prefix target;

		if (rule->mark != RULES_NO_MARK && !(event->marks & 1u << rule->mark))
			continue;
		if (!judge_subject_target(rule, subject, &target))
			continue;
		judge->state.rules[number].counted += !again;
		if (judge->offending[number])
			offenders = offending_add(judge->offending[number], &target.addr,
						  &subject->host, event->time);
		if ((window_add(judge->windows[number], &target.addr, event->time,
				rule->weights[event->class]) ||
		     judge_is_again(judge, number, &target, subject)) &&
		    judge_is_bad_enough(judge, rule, subject, offenders) &&
		    !judge_is_decided(judge, rule, subject))
			exceeded |= 1u << number;
	}
	return exceeded;
}

static struct judge_subject judge_subject(const struct event *event)
{
	struct judge_subject subject = { .host = addr_host(&event->peer),
					 .target = addr_target(&event->peer),
					 .time = event->time };

	subject.embedded = addr_is_ipv4(&subject.host) && !addr_is_ipv4(&event->peer);
	return subject;
}

/* What needs no rule: standing, and classes that do not count. False: it is not to be judged. */
static bool judge_note(struct judge *judge, const struct event *event,
		       struct judge_subject *subject)
{
	const bool bad = event->class < EVENT_OFFENCES && JUDGE_BAD(event->class);
	struct standing_view *view = &subject->view;
	bool off;

	memset(view, 0, sizeof(*view));
	if (judge->rules.no_standing)
		return event->class != EVENT_ARRIVAL;
	standing_get(judge->standing, &subject->host, event->time, view);
	if (view->known && view->clean && (bad || event->class == EVENT_ARRIVAL))
		class_brake_add(judge->class_brake, &subject->host, event->class, event->time);
	if (event->class == EVENT_ARRIVAL) {
		standing_accept(judge->standing, &subject->host, event->time);
		return false;
	}
	off = class_brake_is_off(judge->class_brake, event->class, event->time);
	judge->state.off_offences += off;
	if (bad && !off) {
		standing_offend(judge->standing, &subject->host, event->time);
		view->bad += view->accepted > 0;
	}
	return !off;
}

/* True while rules that need standing run dry. */
static bool judge_is_learning(const struct judge *judge)
{
	return !judge->rules.no_standing && judge->rules.learn &&
	       standing_span(judge->standing) <= judge->rules.learn;
}

/* Counts for standing only. */
static void judge_count_standing(struct judge *judge, const struct event *event)
{
	const struct addr host = addr_host(&event->peer);

	if (addr_is_special(&host) || judge->rules.no_standing)
		return;
	if (event->class == EVENT_ARRIVAL)
		standing_accept(judge->standing, &host, event->time);
	else if (JUDGE_BAD(event->class))
		standing_offend(judge->standing, &host, event->time);
}

/*
 * True if the event is to be counted. The first one after a gap of days is not; if the next one
 * confirms the gap, both count for standing, so that each message does.
 */
static bool judge_believes(struct judge *judge, const struct event *event)
{
	struct clock_check *clock = &judge->clock;
	const bool leaps = clock->has_time && llabs(event->time - clock->time) > clock->most;

	if (!clock_check_believe(clock, event->time)) {
		judge->leapt = *event;
		return false;
	}
	if (leaps && judge->leapt.time)
		judge_count_standing(judge, &judge->leapt);
	judge->leapt.time = 0;
	return true;
}

int judge_event(struct judge *judge, const struct event *event, struct verdict *out)
{
	uint32_t which = judge->by_class[event->class], exceeded;
	struct judge_subject subject = judge_subject(event);

	if (!judge_believes(judge, event) || addr_is_special(&subject.host))
		return -EAGAIN;
	if (judge->state.braked)
		judge->state.braked = brake_is_full(judge->brake, event->time);
	if (!judge_note(judge, event, &subject) || !which)
		return -EAGAIN;
	if (judge_is_allowed(judge, &subject)) {
		judge->state.allowed_offences++;
		return -EAGAIN;
	}
	judge->state.learning = judge_is_learning(judge);
	exceeded = judge_count(judge, which & judge->by_who[subject.view.known], &subject, event,
			       false);
	if (!exceeded)
		return -EAGAIN;
	judge_decide(judge, exceeded, &subject, out);
	return 0;
}

void judge_prefetch(const struct judge *judge, const struct event *event)
{
	uint32_t which = judge->by_class[event->class];
	const struct addr host = addr_host(&event->peer);
	struct addr_prefix target;

	standing_prefetch(judge->standing, &host);
	for (; which; which &= which - 1) {
		const unsigned int number = __builtin_ctz(which);

		if (!judge_target(&judge->rules.rules[number], &host, &target))
			continue;
		window_prefetch(judge->windows[number], &target.addr);
		if (judge->offending[number])
			offending_prefetch(judge->offending[number], &target.addr);
	}
}

void judge_learn(struct judge *judge, const struct event *event)
{
	if (judge_believes(judge, event))
		judge_count_standing(judge, event);
}

void judge_recall(struct judge *judge, const struct event *event)
{
	uint32_t which = judge->by_class[event->class];
	struct judge_subject subject = judge_subject(event);

	if (!clock_check_believe(&judge->clock, event->time) || !which ||
	    judge_is_allowed(judge, &subject))
		return;
	standing_get(judge->standing, &subject.host, event->time, &subject.view);
	judge_count(judge, which & judge->by_who[subject.view.known], &subject, event, true);
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

int64_t judge_off_until(const struct judge *judge, enum event_class class, int64_t time)
{
	return class_brake_off_until(judge->class_brake, class, time);
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
	if (rule->who != RULE_KNOWN)
		judge->by_who[false] |= 1u << number;
	if (rule->who != RULE_STRANGERS && !rule_is_network(rule))
		judge->by_who[true] |= 1u << number;
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
