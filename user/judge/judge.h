/* SPDX-License-Identifier: GPL-2.0-only */
/* Events to verdicts, by the policy; knows no clock but the events' own. */
#ifndef JUDGE_H
#define JUDGE_H

#include <stdint.h>

#include "common/event.h"
#include "common/prefix_set.h"
#include "config/rules.h"

struct judge;

/* -EINVAL: a rule is out of range; -ENOMEM. `seed` is struct window_options'. */
int judge_open(const struct rules *rules, uint64_t seed, struct judge **out);

/*
 * Hosts that are never blocked, and whose offences do not count: the caller's, and to be there
 * until others are named (or NULL: none).
 */
void judge_allow(struct judge *judge, const struct prefix_set *allowed);

/*
 * 0: *out is what the event leads to; -EAGAIN: nothing yet. An event more than a day (or a window)
 * off the last ones is not counted until the next one agrees with it. Where several rules have
 * had enough at once, *out is the block, if one is no trial, and the longest of them.
 */
int judge_event(struct judge *judge, const struct event *event, struct verdict *out);

/*
 * Counts an event that a former judge has judged already: nothing comes of it, but the windows are
 * as they were.
 */
void judge_recall(struct judge *judge, const struct event *event);

/* That the host was blocked `times` times before, the last time until `until` (ms since 1970). */
void judge_remember(struct judge *judge, const struct addr *host, unsigned int times,
		    int64_t until);

/*
 * Takes over what another has counted: whom it remembers, and the windows of rules that are the
 * same in both. To be called before the judge has judged anything; `from` is to be closed after
 * that.
 */
void judge_adopt(struct judge *judge, struct judge *from);

/* The brake is on, as it was when another judge ended. */
void judge_brake(struct judge *judge);

/* A human has looked: verdicts are no longer for show. */
void judge_release(struct judge *judge);

struct judge_rule_state {
	uint64_t counted;  /* offences */
	uint64_t blocks;   /* verdicts that are none for show */
	uint64_t dry_runs; /* and those that are */
};

struct judge_state {
	uint64_t hosts;		   /* watched, each once, however many rules count it */
	uint64_t dropped;	   /* how often a rule forgot one for want of memory */
	uint64_t allowed_offences; /* offences of hosts that are never blocked */
	uint64_t remembered;	   /* hosts that were blocked before */
	bool braked;
	struct judge_rule_state rules[SOBIG_RULES_MAX];
};

struct judge_state judge_state(const struct judge *judge);

const struct rules *judge_rules(const struct judge *judge);

/* Accepts NULL. */
void judge_close(struct judge *judge);

#endif
