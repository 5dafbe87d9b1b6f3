/* SPDX-License-Identifier: GPL-2.0-only */
/* Hands the events of a replay to its sweep, with the standing of their hosts. */
#ifndef REPLAY_SWEEP_H
#define REPLAY_SWEEP_H

#include "replay/replay_result.h"

/*
 * Adds an event that the judge has not yet seen. Its host has the standing that it has under the
 * configured policy: in the sweep, other mail would be blocked, but this changes little of it.
 * `believed`: the judge will accept its time.
 */
void replay_sweep_add(struct replay_result *result, struct replay_host *host,
		      const struct event *event, bool believed);

#endif
