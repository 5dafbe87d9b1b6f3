/* SPDX-License-Identifier: GPL-2.0-only */
/* Events to verdicts, by the policy; knows no clock but the events' own. */
#ifndef JUDGE_H
#define JUDGE_H

#include <stdint.h>

#include "common/event.h"
#include "judge/window.h"

/* "more than `limit` offences of `classes` within `window`: block for `block`" */
struct judge_policy {
	const char *rule; /* its name, as it stands in the reason for a block */
	uint32_t classes; /* bits 1 << enum event_class */
	uint32_t limit;
	uint32_t window; /* seconds */
	uint32_t block;	 /* seconds */
};

/*
 * The weblog of 2003-08-24 on mail.python.org: "more than N times in M minutes … 5 and 15 for
 * now"
 */
extern const struct judge_policy judge_default;

struct judge;

/* -EINVAL: the policy is out of range; -ENOMEM. `seed` is struct window_options'. */
int judge_open(const struct judge_policy *policy, uint64_t seed, struct judge **out);

/*
 * 0: *out is what the event leads to; -EAGAIN: nothing yet. An event more than a day (or a window)
 * off the last ones is not counted until the next one agrees with it.
 */
int judge_event(struct judge *judge, const struct event *event, struct verdict *out);

struct window_state judge_state(const struct judge *judge);

/* Accepts NULL. */
void judge_close(struct judge *judge);

#endif
