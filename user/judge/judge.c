// SPDX-License-Identifier: GPL-2.0-only
/* Events to verdicts, by the policy; knows no clock but the events' own. */
#include "judge.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/duration.h"

#define JUDGE_MEMORY (128u << 20)

struct judge {
	struct judge_policy policy;
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

int judge_event(struct judge *judge, const struct event *event, struct verdict *out)
{
	struct addr host;

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
