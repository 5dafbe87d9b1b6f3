/* SPDX-License-Identifier: GPL-2.0-only */
/* What judge.c and judge_adopt.c share. */
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
};

/* Counts watched hosts in the windows of the rules for hosts. */
void judge_group(struct judge *judge);

#endif
