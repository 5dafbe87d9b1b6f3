/* SPDX-License-Identifier: GPL-2.0-only */
/* Turns events into verdicts by the rules. Its only clock is the time of the events. */
#ifndef JUDGE_H
#define JUDGE_H

#include <stdint.h>

#include "common/event.h"
#include "common/prefix_set.h"
#include "config/rules.h"
#include "judge/standing.h"

struct judge;

/* 0; -EINVAL: a rule is out of range; -ENOMEM. `seed`: see struct window_options. */
int judge_open(const struct rules *rules, uint64_t seed, struct judge **out);

/*
 * Sets the allow list: hosts that are not blocked and whose offences are not counted. It is owned
 * by the caller and must exist until another is set. NULL: none.
 */
void judge_allow(struct judge *judge, const struct prefix_set *allowed);

/*
 * Counts an event; accepted mail gives its host a standing. 0: *out is the verdict; -EAGAIN: no
 * verdict. An event more than a day (or the longest window) apart from the last ones is counted
 * only if the next one confirms its time. If the event exceeds the limits of several rules, *out is
 * the longest block, or the longest dry run if there is no block.
 */
int judge_event(struct judge *judge, const struct event *event, struct verdict *out);

/* Has the memory that judging the event needs fetched: it will be judged soon. */
void judge_prefetch(const struct judge *judge, const struct event *event);

/* Counts an event of an old log for standing only: it restores no window and makes no verdict. */
void judge_learn(struct judge *judge, const struct event *event);

/*
 * Counts an event that a previous judge has already judged. It restores the windows and makes no
 * verdict.
 */
void judge_recall(struct judge *judge, const struct event *event);

/* Records that the host was blocked `times` times, the last time until `until` (ms since 1970). */
void judge_remember(struct judge *judge, const struct addr *host, unsigned int times,
		    int64_t until);

/*
 * Takes over the state of another judge: the remembered hosts, and the windows of rules that are
 * the same in both. Must be called before the first event; the caller then closes `from`.
 */
void judge_adopt(struct judge *judge, struct judge *from);

/* Standing, to be read, saved and restored; it is owned by the judge. */
struct standing *judge_standing(const struct judge *judge);

/* Forgets the standing of all hosts. */
void judge_forget_standing(struct judge *judge);

/* The points of a host, or of its network, that the rule counts at `time` (ms since 1970). */
unsigned int judge_points(const struct judge *judge, unsigned int rule, const struct addr *host,
			  int64_t time);

/* What a rule judges if `host` offends: the host itself, or its network; false: not this host. */
bool judge_target(const struct rule *rule, const struct addr *host, struct addr_prefix *out);

/*
 * When a class counts again that is off at `time` (ms since 1970), unless it stays off for longer;
 * INT64_MIN: it counts. See class_brake.h.
 */
int64_t judge_off_until(const struct judge *judge, enum event_class class, int64_t time);

/* Engages the brake, as it was when a previous judge ended. */
void judge_brake(struct judge *judge);

/* Releases the brake: verdicts block again. */
void judge_release(struct judge *judge);

struct judge_rule_state {
	uint64_t counted;  /* offences */
	uint64_t blocks;   /* verdicts that block */
	uint64_t dry_runs; /* verdicts that are a dry run, by the rule or by the brake */
};

struct judge_state {
	uint64_t hosts;		   /* watched hosts, each counted once */
	uint64_t dropped;	   /* hosts that a rule forgot because memory was used up */
	uint64_t allowed_offences; /* offences of allowed hosts */
	uint64_t remembered;	   /* hosts that were blocked before */
	uint64_t off_offences;	   /* offences of a class that did not count */
	uint32_t off;		   /* classes that do not count now, as bits; see class_brake.h */
	bool braked;		   /* known senders are not blocked */
	bool learning;		   /* rules that need standing run dry */
	unsigned int learned;	   /* days of log that standing has */
	struct judge_rule_state rules[SOBIG_RULES_MAX];
};

struct judge_state judge_state(const struct judge *judge);

const struct rules *judge_rules(const struct judge *judge);

/* Accepts NULL. */
void judge_close(struct judge *judge);

#endif
