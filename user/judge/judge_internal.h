/* SPDX-License-Identifier: GPL-2.0-only */
/* What judge.c, judge_verdict.c and judge_adopt.c share. */
#ifndef JUDGE_INTERNAL_H
#define JUDGE_INTERNAL_H

#include "judge/brake.h"
#include "judge/class_brake.h"
#include "judge/clock_check.h"
#include "judge/judge.h"
#include "judge/offenders.h"
#include "judge/offending.h"
#include "judge/window.h"

/* judge.by_class has one bit for each rule. */
_Static_assert(SOBIG_RULES_MAX <= 32, "one bit for each rule");

struct judge {
	struct rules rules;
	uint32_t by_class[EVENT_CLASSES]; /* the rules that count the class, as bits */
	uint32_t by_who[2];		  /* the rules for strangers and for known senders */
	struct window *windows[SOBIG_RULES_MAX];
	struct offending *offending[SOBIG_RULES_MAX]; /* of rules for networks */
	struct window *hosts[SOBIG_RULES_MAX];	      /* the windows of rules for hosts */
	struct window_group group;		      /* the same */
	struct offenders *repeats;
	struct standing *standing;
	struct brake *brake;
	struct class_brake *class_brake;
	const struct prefix_set *allowed;
	struct judge_state state;
	struct clock_check clock;
	struct event leapt; /* the last one that `clock` did not believe */
};

/* Who committed an offence. */
struct judge_subject {
	struct addr host;	   /* as of addr_host() */
	struct addr_prefix target; /* what is blocked for it, as of addr_target() */
	bool embedded;		   /* `host` is an IPv4 address embedded in the target */
	struct standing_view view; /* what is known of it, with this offence */
	int64_t time;
};

/*
 * What a rule counts for a host: the host, or its network; false: not this host. A host with an
 * embedded IPv4 address is not counted by networks, because its packets come from elsewhere.
 */
bool judge_subject_target(const struct rule *rule, const struct judge_subject *subject,
			  struct addr_prefix *out);

/* The key in judge.repeats of what a rule counts: a network's is not that of its first host. */
struct addr judge_repeat_key(const struct rule *rule, const struct addr_prefix *target);

/* Makes verdicts by the rules that were exceeded, as bits; *out is the one to act on. */
void judge_decide(struct judge *judge, uint32_t exceeded, const struct judge_subject *subject,
		  struct verdict *out);

/* Counts watched hosts in the windows of the rules for hosts. */
void judge_group(struct judge *judge);

#endif
