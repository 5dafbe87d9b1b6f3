// SPDX-License-Identifier: GPL-2.0-only
/* Events to verdicts, by the policy; knows no clock but the events' own. */
#include "judge.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/duration.h"

#define JUDGE_MEMORY (128u << 20)

/* A time further from the last one than this, or than the window, needs a second witness. */
#define JUDGE_LEAP (24 * 3600)

struct judge {
	struct judge_policy policy;
	bool has_time;
	int64_t time; /* of the latest event that was believed */
	bool has_leapt;
	int64_t leap; /* the time of the last one that was not */
	struct window *window;
	char reason[SOBIG_REASON_SIZE];
};

const struct judge_policy judge_default = {
	.rule = "worm-storm",
	.classes = 1u << EVENT_VIRUS | 1u << EVENT_WORM,
	.limit = 15,
	.window = 5 * 60,
	.block = 60 * 60,
};

/*
 * One broken stamp shall not move the clock by which all windows close. After a silence of days,
 * the first event is the one that is not believed; a limit is at least one, so no block hangs on
 * it.
 */
static bool judge_believes(struct judge *judge, int64_t time)
{
	uint32_t window = judge->policy.window;
	int64_t most = (window > JUDGE_LEAP ? window : JUDGE_LEAP) * INT64_C(1000);

	if (judge->has_time && llabs(time - judge->time) > most &&
	    !(judge->has_leapt && llabs(time - judge->leap) <= most)) {
		judge->has_leapt = true;
		judge->leap = time;
		return false;
	}
	if (!judge->has_time || judge->has_leapt || time > judge->time)
		judge->time = time;
	judge->has_time = true;
	judge->has_leapt = false;
	return true;
}

int judge_event(struct judge *judge, const struct event *event, struct verdict *out)
{
	struct addr host;

	if (!judge_believes(judge, event->time))
		return -EAGAIN;
	if (!(judge->policy.classes & 1u << event->class) || addr_is_special(&event->peer))
		return -EAGAIN;
	host = addr_host(&event->peer);
	if (!window_add(judge->window, &host, event->time))
		return -EAGAIN;
	out->host = host;
	out->time = event->time;
	out->until = event->time + judge->policy.block * INT64_C(1000);
	snprintf(out->reason, sizeof(out->reason), "%s", judge->reason);
	return 0;
}

int judge_open(const struct judge_policy *policy, uint64_t seed, struct judge **out)
{
	const struct window_options options = {
		.limit = policy->limit,
		.seconds = policy->window,
		.memory = JUDGE_MEMORY,
		.seed = seed,
	};
	char window[DURATION_TEXT_SIZE];
	struct judge *judge;
	int err;

	if (!policy->block)
		return -EINVAL;
	judge = calloc(1, sizeof(*judge));
	if (!judge)
		return -ENOMEM;
	judge->policy = *policy;
	snprintf(judge->reason, sizeof(judge->reason), "%s: more than %u in %s", policy->rule,
		 policy->limit, duration_format(policy->window, window));
	err = window_open(&options, &judge->window);
	if (err) {
		judge_close(judge);
		return err;
	}
	*out = judge;
	return 0;
}

struct window_state judge_state(const struct judge *judge)
{
	return window_state(judge->window);
}

void judge_close(struct judge *judge)
{
	if (!judge)
		return;
	window_close(judge->window);
	free(judge);
}
