/* SPDX-License-Identifier: GPL-2.0-only */
/* Applies the policy event by event and counts blocks, avoided offences and delayed messages. */
#ifndef REPLAY_RESULT_H
#define REPLAY_RESULT_H

#include "common/lru.h"
#include "judge/clock_check.h"
#include "judge/judge.h"
#include "replay/replay_series.h"
#include "replay/replay_sweep.h"

/* Maximum number of hosts; each needs about 130 bytes, and 32 for each of its blocks. */
#define REPLAY_RESULT_HOSTS_MAX (1u << 24)

/* Maximum number of networks that are blocked at a time. */
#define REPLAY_RESULT_NETWORKS_MAX (1u << 18)

/* For how long mail servers try to send a message again: 4 days, in ms (RFC 5321, 4.5.4.1). */
#define REPLAY_RESULT_QUEUE (4 * 24 * INT64_C(3600000))

/* A host with offences; its address is that of addr_host(). Times are in ms since 1970. */
struct replay_host {
	/* What each event asks for is in one line of the CPU's cache, with the address. */
	int64_t until;	       /* end of its last block; INT64_MIN: none */
	int64_t dry_run_until; /* the same for dry runs */
	uint32_t offences;
	uint32_t sweep;		/* its number in the sweep, or REPLAY_SWEEP_NONE */
	uint8_t rule;		/* rule of its last block */
	uint8_t dry_run_rule;	/* the same for dry runs */
	uint8_t closes;		/* ports that its last block closes, as in struct rule */
	uint8_t dry_run_closes; /* the same for dry runs */
	bool allowed;
	uint8_t first_rule;
	uint32_t avoided;
	uint32_t price;	 /* accepted messages that a block would have dropped */
	uint32_t lost;	 /* those of them that it would have dropped for REPLAY_RESULT_QUEUE */
	uint32_t ruled;	 /* bit mask of the rules that blocked it */
	uint32_t tried;	 /* the same for dry runs */
	uint32_t blocks; /* of the host itself, not of its network */
	int64_t blocked; /* time of its first block; valid if `blocks` is not 0 */
};

/* A network that a rule for networks blocked, or would have blocked if it were no dry run. */
struct replay_blocked_network {
	int64_t until;	       /* end of its last block; INT64_MIN: none */
	int64_t dry_run_until; /* the same for dry runs */
	uint32_t ruled;	       /* bit mask of the rules that blocked it */
	uint32_t tried;	       /* the same for dry runs */
	uint8_t rule;
	uint8_t dry_run_rule;
	uint8_t closes; /* the ports, as in struct rule */
	uint8_t dry_run_closes;
};

struct replay_verdict {
	int64_t time, until;
	const struct replay_host *host; /* that caused it */
	struct addr_prefix target;	/* the host, or a network */
	uint32_t repeats;
	uint8_t rule;
	bool dry_run;
	bool braked;
	bool learning;
};

struct replay_sum {
	uint64_t verdicts;
	uint64_t hosts; /* or networks, if the rule judges networks */
	uint64_t avoided;
	uint64_t price;
	uint64_t lost;
};

/* A time in which a class did not count; see judge/class_brake.h. */
struct replay_off {
	int64_t from, until; /* of the first offence that did not count; ms since 1970 */
	uint64_t offences;   /* that did not count */
	enum event_class class;
};

/* Initialize to zero, except the members that the caller owns. */
struct replay_result {
	struct judge *judge; /* owned by the caller */
	const struct prefix_set
		*allowed;	   /* allow list of the judge, owned by the caller; may be NULL */
	bool only_figures;	   /* no verdicts, no series: sums only */
	struct replay_sweep sweep; /* if its sweep is not NULL */

	struct lru *hosts;    /* of struct replay_host */
	struct lru *networks; /* of struct replay_blocked_network */
	struct replay_series series;
	struct replay_verdict *verdicts;
	size_t verdicts_count;
	uint64_t classes[EVENT_CLASSES];
	uint64_t avoided[EVENT_CLASSES]; /* [EVENT_ARRIVAL]: the price */
	uint64_t lost;			 /* of the price: still dropped after REPLAY_RESULT_QUEUE */
	struct replay_off *off;
	size_t off_count;
	uint64_t allowed_offences;
	uint64_t blocked_networks; /* each counted once */
	struct replay_sum blocks[SOBIG_RULES_MAX], dry_runs[SOBIG_RULES_MAX];
	struct clock_check clock;  /* of all events, for the chart */
	struct clock_check handed; /* of the events passed to the judge: which times it accepts */
	int64_t now;		   /* accepted time of the last event, ms since 1970 */
	int64_t from, to;	   /* first and last accepted time, ms since 1970 */
	uint64_t leaps;		   /* number of times not accepted */
	int error;		   /* first error; nothing is counted after it */
};

/* 0 or -ENOMEM. The caller calls replay_result_close(). */
int replay_result_open(struct replay_result *result, uint64_t seed);

/* Counts the next event of the log. Errors are in result->error. */
void replay_result_event(struct replay_result *result, const struct event *event);

/* Has the memory that the event needs fetched: it will be counted soon. */
void replay_result_prefetch(const struct replay_result *result, const struct event *event);

void replay_result_close(struct replay_result *result);

#endif
