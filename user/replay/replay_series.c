// SPDX-License-Identifier: GPL-2.0-only
/* Counts over time, in at most REPLAY_SERIES_MAX steps of equal width. */
#include "replay/replay_series.h"

#include <string.h>
#include <time.h>

/* Each is a multiple of the one before, so that steps can be merged. */
static const int64_t replay_series_widths[] = { 60, 300, 900, 3600, 10800, 21600, 43200, 86400 };

#define REPLAY_SERIES_WIDTHS (int)(sizeof(replay_series_widths) / sizeof(replay_series_widths[0]))

static int64_t replay_series_floor(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int64_t replay_series_wider(int64_t width)
{
	for (int i = 0; i < REPLAY_SERIES_WIDTHS; i++)
		if (replay_series_widths[i] > width)
			return replay_series_widths[i];
	return width * 2;
}

static void replay_series_start_at(struct replay_series *series, int64_t second)
{
	time_t time = second;
	struct tm local;

	series->zone = localtime_r(&time, &local) ? local.tm_gmtoff : 0;
	series->width = replay_series_widths[0];
	series->first = replay_series_floor(second + series->zone, series->width);
	series->count = 1;
}

static void replay_series_widen(struct replay_series *series)
{
	int64_t width = replay_series_wider(series->width), ratio = width / series->width;
	int64_t first = replay_series_floor(series->first, ratio);
	size_t to = 0;

	for (size_t i = 0; i < series->count; i++) {
		struct replay_step step = series->steps[i];

		to = replay_series_floor(series->first + (int64_t)i, ratio) - first;
		memset(&series->steps[i], 0, sizeof(step));
		for (int what = 0; what < REPLAY_COUNTS; what++)
			series->steps[to].counts[what] += step.counts[what];
	}
	series->count = to + 1;
	series->first = first;
	series->width = width;
}

void replay_series_add(struct replay_series *series, int64_t time, enum replay_count what)
{
	int64_t second, at, before;

	if (series->recent && time >= series->recent_from && time < series->recent_to) {
		series->recent->counts[what]++;
		return;
	}
	second = replay_series_floor(time, 1000);
	if (!series->width)
		replay_series_start_at(series, second);
	for (;;) {
		at = replay_series_floor(second + series->zone, series->width) - series->first;
		before = at < 0 ? -at : 0;
		if (at < REPLAY_SERIES_MAX && before + (int64_t)series->count <= REPLAY_SERIES_MAX)
			break;
		replay_series_widen(series);
	}
	if (before) {
		memmove(series->steps + before, series->steps,
			series->count * sizeof(series->steps[0]));
		memset(series->steps, 0, before * sizeof(series->steps[0]));
		series->first -= before;
		series->count += before;
		at = 0;
	}
	if ((size_t)at >= series->count)
		series->count = at + 1;
	series->steps[at].counts[what]++;
	series->recent = &series->steps[at];
	series->recent_from = replay_series_start(series, at);
	series->recent_to = replay_series_start(series, at + 1);
}

int64_t replay_series_start(const struct replay_series *series, size_t step)
{
	return ((series->first + (int64_t)step) * series->width - series->zone) * 1000;
}
