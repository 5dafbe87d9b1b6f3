/* SPDX-License-Identifier: GPL-2.0-only */
/* Counts over time, in at most REPLAY_SERIES_MAX steps of equal width. */
#ifndef REPLAY_SERIES_H
#define REPLAY_SERIES_H

#include <stddef.h>
#include <stdint.h>

#define REPLAY_SERIES_MAX 300

enum replay_count {
	REPLAY_OFFENCES, /* all in the log */
	REPLAY_AVOIDED,	 /* those of them that a block would have prevented */
	REPLAY_ARRIVALS, /* messages accepted */
	REPLAY_PRICE,	 /* those of them that a block would have prevented */
	REPLAY_BLOCKS,	 /* new blocks */
	REPLAY_COUNTS,
};

struct replay_step {
	uint64_t counts[REPLAY_COUNTS];
};

/* Initialize to zero. */
struct replay_series {
	int64_t width; /* of a step, in seconds; 0: nothing counted yet */
	int64_t zone;  /* seconds to add to UTC, so that steps begin at whole hours and days */
	int64_t first; /* number of the first step, counted from 1970 */
	size_t count;
	/* The step of the last event, and its bounds: usually also that of the next event. */
	struct replay_step *recent;
	int64_t recent_from, recent_to;
	struct replay_step steps[REPLAY_SERIES_MAX];
};

/* Counts one event at `time` (milliseconds since 1970). */
void replay_series_add(struct replay_series *series, int64_t time, enum replay_count what);

/* The start of a step, in milliseconds since 1970. */
int64_t replay_series_start(const struct replay_series *series, size_t step);

#endif
