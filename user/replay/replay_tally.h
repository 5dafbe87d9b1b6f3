/* SPDX-License-Identifier: GPL-2.0-only */
/* What the policy would have come to, event by event: blocks, what they avoid, what they cost. */
#ifndef REPLAY_TALLY_H
#define REPLAY_TALLY_H

#include "common/lru.h"
#include "judge/clock_check.h"
#include "judge/judge.h"
#include "replay/replay_series.h"
#include "replay/sweep.h"

/* Hosts that offended, at most; one takes some 130 bytes, and 32 more for each of its blocks. */
#define REPLAY_TALLY_HOSTS_MAX (1u << 22)

#define REPLAY_TALLY_UNSWEPT UINT32_MAX

/* A host that has offended; addresses are those of addr_host(). Times are in milliseconds. */
struct replay_host {
	int64_t until;	       /* of its last block; INT64_MIN: none */
	int64_t dry_run_until; /* the same of verdicts that are for show */
	int64_t blocked;       /* when it first was; where `blocks` is not 0 */
	uint32_t offences;
	uint32_t avoided;
	uint32_t price; /* messages accepted that a block would have kept away */
	uint32_t ruled; /* bits of the rules that blocked it */
	uint32_t tried; /* the same for show */
	uint32_t blocks;
	uint32_t sweep;	      /* its number there */
	uint8_t rule;	      /* that blocked it last */
	uint8_t dry_run_rule; /* the same for show */
	uint8_t first_rule;
	bool allowed;
};

struct replay_verdict {
	int64_t time, until;
	const struct replay_host *host;
	uint32_t repeats;
	uint8_t rule;
	bool dry_run;
};

struct replay_sum {
	uint64_t verdicts;
	uint64_t hosts;
	uint64_t avoided;
	uint64_t price;
};

/* All zero at first, but for what is named here as the caller's. */
struct replay_tally {
	struct judge *judge;		  /* the caller's, its brake off */
	const struct prefix_set *allowed; /* the judge's, the caller's; may be NULL */
	struct sweep *sweep;		  /* the caller's; NULL: not wanted */
	const struct rule *swept;	  /* which rule it is of */

	struct lru *hosts; /* of struct replay_host */
	struct replay_series series;
	struct replay_verdict *verdicts;
	size_t verdicts_count, verdicts_room;
	uint64_t classes[EVENT_CLASSES];
	uint64_t avoided[EVENT_CLASSES]; /* of EVENT_ARRIVAL: the price */
	uint64_t allowed_offences;
	struct replay_sum blocks[SOBIG_RULES_MAX], dry_runs[SOBIG_RULES_MAX];
	struct clock_check clock;  /* of all events, for the picture */
	struct clock_check handed; /* of those that the judge is handed: what it believes */
	int64_t from, to;	   /* the times of all that were believed */
	uint64_t leaps;		   /* how many were not */
	int error;		   /* the first; nothing is counted after it */
	bool sweep_is_full;	   /* it has been given up */
};

/* 0 or -ENOMEM. The caller calls replay_tally_close(). */
int replay_tally_open(struct replay_tally *tally, uint64_t seed);

/* The next event of the log. */
void replay_tally_event(struct replay_tally *tally, const struct event *event);

void replay_tally_close(struct replay_tally *tally);

#endif
