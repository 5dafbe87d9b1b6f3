// SPDX-License-Identifier: GPL-2.0-only
/* Makes the verdicts by the rules whose limits a host or its network exceeded. */
#include <stdio.h>
#include <string.h>

#include "common/duration.h"
#include "judge/judge_internal.h"

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

bool judge_subject_target(const struct rule *rule, const struct judge_subject *subject,
			  struct addr_prefix *out)
{
	if (subject->embedded && rule_is_network(rule))
		return false;
	return judge_target(rule, &subject->host, out);
}

struct addr judge_repeat_key(const struct rule *rule, const struct addr_prefix *target)
{
	struct addr key = target->addr;

	if (!rule_is_network(rule))
		return key;
	/* No host has such an address: IPv6 hosts end with 64 zero bits. */
	if (addr_is_ipv4(&key))
		key.bytes[10] = target->length;
	else
		key.bytes[15] = target->length;
	return key;
}

/* True if blocking one more known sender would be too many. */
static bool judge_brakes(struct judge *judge, const struct judge_subject *subject)
{
	if (!judge->brake || !subject->view.known ||
	    offenders_runs(judge->repeats, &subject->host, subject->time))
		return false;
	return brake_add(judge->brake, &subject->host, subject->time, subject->view.accepted,
			 standing_accepted(judge->standing));
}

static uint32_t judge_known_seconds(const struct rule *rule)
{
	return rule->block < rule_known_max(rule) ? rule->block : rule_known_max(rule);
}

/* Makes the verdict for a host that exceeded the limit of a rule. True if it is a block. */
static bool judge_decide_one(struct judge *judge, unsigned int number,
			     const struct judge_subject *subject, struct verdict *out)
{
	const struct rule *rule = &judge->rules.rules[number];
	uint32_t seconds = subject->view.known ? judge_known_seconds(rule) : rule->block;
	struct addr_prefix counted = { 0 };
	struct addr key;

	memset(out, 0, sizeof(*out));
	judge_target(rule, &subject->host, &counted);
	key = judge_repeat_key(rule, &counted);
	out->host = subject->host;
	out->target = subject->embedded ? subject->target : counted;
	out->time = subject->time;
	out->rule = number;
	out->closes = rule->closes;
	out->known = subject->view.known;
	out->dry_run = rule->dry_run;
	if (!out->dry_run && judge->state.learning && rule_needs_standing(rule))
		out->learning = out->dry_run = true;
	if (!out->dry_run && judge_brakes(judge, subject))
		out->braked = out->dry_run = judge->state.braked = true;
	/* A host from which mail is accepted, or from its network, is blocked for as long each
	 * time. */
	if (!out->dry_run && !subject->view.known && !subject->view.accepted)
		seconds = offenders_enter(judge->repeats, &key, subject->time, rule, &out->repeats);
	else if (!out->dry_run)
		offenders_run(judge->repeats, &key, subject->time + seconds * INT64_C(1000));
	out->until = subject->time + seconds * INT64_C(1000);
	judge_format_reason(rule, out->reason);
	if (out->dry_run)
		judge->state.rules[number].dry_runs++;
	else
		judge->state.rules[number].blocks++;
	return !out->dry_run;
}

/*
 * The counted offences have led to a verdict; later ones count from zero. A block of the host ends
 * its counts of all rules, a dry run and a block of a network only those of the rule. What known
 * senders did still counts for the rules that are for them: their blocks are short, and the next
 * offence after one leads to another.
 */
static void judge_restart(struct judge *judge, const struct judge_subject *subject,
			  const struct verdict *verdict)
{
	const struct rule *rule = &judge->rules.rules[verdict->rule];
	struct addr_prefix counted = { 0 };

	if (rule->who == RULE_KNOWN && !verdict->dry_run)
		return;
	judge_target(rule, &subject->host, &counted);
	window_forget(judge->windows[verdict->rule], &counted.addr);
	if (verdict->dry_run || rule_is_network(rule))
		return;
	for (size_t i = 0; i < judge->rules.count; i++)
		if (!rule_is_network(&judge->rules.rules[i]) &&
		    judge->rules.rules[i].who != RULE_KNOWN)
			window_forget(judge->windows[i], &subject->host);
}

/* A block is acted on rather than a dry run, and a dry run rather than what is only learned. */
static int judge_rank(const struct verdict *verdict)
{
	return !verdict->dry_run ? 2 : !verdict->learning;
}

/* Makes a verdict by each of the rules; *out is replaced by one of higher rank, or a longer one. */
static bool judge_decide_each(struct judge *judge, uint32_t which,
			      const struct judge_subject *subject, struct verdict *out)
{
	struct verdict verdict;
	bool blocked = false;
	uint8_t closes;

	for (; which; which &= which - 1) {
		unsigned int number = __builtin_ctz(which);

		/* A host that is blocked needs no dry-run verdict. */
		if (blocked && judge->rules.rules[number].dry_run)
			continue;
		blocked |= judge_decide_one(judge, number, subject, &verdict);
		judge_restart(judge, subject, &verdict);
		/* The host is blocked by all of them. */
		closes = verdict.closes;
		if (judge_rank(&verdict) == judge_rank(out))
			closes |= out->closes;
		else if (judge_rank(&verdict) < judge_rank(out))
			closes = out->closes;
		if (judge_rank(&verdict) > judge_rank(out) ||
		    (judge_rank(&verdict) == judge_rank(out) && verdict.until > out->until))
			*out = verdict;
		out->closes = closes;
	}
	return blocked;
}

void judge_decide(struct judge *judge, uint32_t exceeded, const struct judge_subject *subject,
		  struct verdict *out)
{
	uint32_t left = exceeded;

	memset(out, 0, sizeof(*out));
	out->dry_run = out->learning = true;
	/* One verdict acts. A blocked network contains the host, which stays over its own limits.
	 */
	for (; left; left &= left - 1) {
		const uint32_t bit = left & -left;

		if (!rule_is_network(&judge->rules.rules[__builtin_ctz(left)]))
			continue;
		exceeded &= ~bit;
		if (judge_decide_each(judge, bit, subject, out))
			return;
	}
	judge_decide_each(judge, exceeded, subject, out);
}
