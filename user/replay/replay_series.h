/* SPDX-License-Identifier: GPL-2.0-only */
/* What was counted over time, in at most so many steps of even width, however long it took. */
#ifndef REPLAY_SERIES_H
#define REPLAY_SERIES_H

#include <stddef.h>
#include <stdint.h>

#define REPLAY_SERIES_MAX 300

enum replay_count {
	REPLAY_OFFENCES, /* all that the log has */
	REPLAY_AVOIDED,	 /* of those, the ones that a block would have kept away */
	REPLAY_ARRIVALS, /* messages accepted */
	REPLAY_PRICE,	 /* of those, the ones that a block would have kept away */
	REPLAY_BLOCKS,	 /* new ones */
	REPLAY_COUNTS,
};

struct replay_step {
	uint64_t counts[REPLAY_COUNTS];
};

/* All zero at first. */
struct replay_series {
	int64_t width; /* of a step, in seconds; 0: nothing was counted yet */
	int64_t zone;  /* seconds to add to UTC, so that steps begin at whole hours and days */
	int64_t first; /* the first step's number, counted from 1970 on */
	size_t count;
	/* The step that was counted in last, and its bounds: the next event is mostly of it, too.
	 */
	struct replay_step *recent;
	int64_t recent_from, recent_to;
	struct replay_step steps[REPLAY_SERIES_MAX];
};

/* One more at `time` (milliseconds since 1970). */
void replay_series_add(struct replay_series *series, int64_t time, enum replay_count what);

/* When a step begins, in milliseconds since 1970. */
int64_t replay_series_start(const struct replay_series *series, size_t step);

#endif
