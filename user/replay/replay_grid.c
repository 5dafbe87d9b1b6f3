// SPDX-License-Identifier: GPL-2.0-only
/* Parses the limits and windows that a sweep tries: "limit=5..30 window=1m..30m". */
#include "replay/replay_grid.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/duration.h"
#include "common/number.h"
#include "config/rules.h"

#define REPLAY_GRID_TEXT 32

static const char replay_grid_limit[] = "limit=", replay_grid_window[] = "window=";

/* Round durations, in seconds. */
static const uint32_t replay_grid_ladder[] = {
	1,    2,    5,	  10,	20,    30,    60,    2 * 60, 3 * 60, 5 * 60, 10 * 60, 15 * 60,
	1200, 1800, 3600, 7200, 10800, 21600, 43200, 86400,  172800, 259200, 604800,
};

#define REPLAY_GRID_LADDER (sizeof(replay_grid_ladder) / sizeof(replay_grid_ladder[0]))

bool replay_grid_is_range(const char *word)
{
	return !strncmp(word, replay_grid_limit, sizeof(replay_grid_limit) - 1) ||
	       !strncmp(word, replay_grid_window, sizeof(replay_grid_window) - 1);
}

static int replay_grid_number(const char *text, uint32_t *out)
{
	uint64_t number;

	if (number_parse(text, 1, RULES_LIMIT_MAX, NULL, &number))
		return -EINVAL;
	*out = number;
	return 0;
}

static int replay_grid_duration(const char *text, uint32_t *out)
{
	uint32_t seconds;

	if (duration_parse(text, &seconds) || seconds > RULES_WINDOW_MAX)
		return -EINVAL;
	*out = seconds;
	return 0;
}

/* "A..B" or "A" */
static int replay_grid_range(const char *text, size_t length,
			     int (*value)(const char *, uint32_t *), struct replay_range *out)
{
	char copy[REPLAY_GRID_TEXT], *dots;
	struct replay_range range;

	if (out->from || length >= sizeof(copy))
		return -EINVAL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	dots = strstr(copy, "..");
	if (dots)
		*dots = '\0';
	if (value(copy, &range.from) || value(dots ? dots + 2 : copy, &range.to) ||
	    range.from > range.to)
		return -EINVAL;
	*out = range;
	return 0;
}

int replay_grid_take(struct replay_ranges *ranges, const char *text)
{
	const size_t limit = sizeof(replay_grid_limit) - 1, window = sizeof(replay_grid_window) - 1;
	struct replay_ranges taken = *ranges;
	size_t length;
	int words = 0, err;

	for (text += strspn(text, " "); *text; text += length, text += strspn(text, " "), words++) {
		length = strcspn(text, " ");
		if (!strncmp(text, replay_grid_limit, limit))
			err = replay_grid_range(text + limit, length - limit, replay_grid_number,
						&taken.limit);
		else if (!strncmp(text, replay_grid_window, window))
			err = replay_grid_range(text + window, length - window,
						replay_grid_duration, &taken.window);
		else
			err = -EINVAL;
		if (err)
			return err;
	}
	if (!words)
		return -EINVAL;
	*ranges = taken;
	return 0;
}

/* Reduces `count` ascending values to `most`, including both ends and `own`. */
static size_t replay_grid_thin(uint32_t *values, size_t count, size_t most, uint32_t own)
{
	size_t nearest = 1;

	if (count <= most)
		return count;
	for (size_t i = 0; i < most; i++)
		values[i] = values[i * (count - 1) / (most - 1)];
	if (own <= values[0] || own >= values[most - 1])
		return most;
	for (size_t i = 1; i < most - 1; i++)
		if (llabs((long long)values[i] - own) < llabs((long long)values[nearest] - own))
			nearest = i;
	values[nearest] = own;
	return most;
}

static size_t replay_grid_limits(const struct replay_range *range, uint32_t own,
				 uint32_t values[RULES_LIMIT_MAX])
{
	size_t count = 0;

	for (uint32_t limit = range->from; limit <= range->to; limit++)
		values[count++] = limit;
	return replay_grid_thin(values, count, SWEEP_LIMITS_MAX, own);
}

/* The ends of the range, the rule's window, and the steps of the ladder between them. */
static size_t replay_grid_windows(const struct replay_range *range, uint32_t own,
				  uint32_t values[REPLAY_GRID_LADDER + 3])
{
	size_t count = 0, step = 0;
	uint32_t next = range->from;

	while (next <= range->to) {
		values[count++] = next;
		while (step < REPLAY_GRID_LADDER && replay_grid_ladder[step] <= next)
			step++;
		if (next == range->to)
			break;
		if (own > next && own < range->to &&
		    (step == REPLAY_GRID_LADDER || own < replay_grid_ladder[step]))
			next = own;
		else if (step < REPLAY_GRID_LADDER && replay_grid_ladder[step] < range->to)
			next = replay_grid_ladder[step];
		else
			next = range->to;
	}
	return replay_grid_thin(values, count, SWEEP_WINDOWS_MAX, own);
}

void replay_grid_fill(const struct replay_ranges *ranges, const struct rule *own,
		      struct sweep_grid *out)
{
	const struct replay_range limit = { own->limit, own->limit };
	const struct replay_range window = { own->window, own->window };
	uint32_t limits[RULES_LIMIT_MAX], windows[REPLAY_GRID_LADDER + 3];

	out->limits_count = replay_grid_limits(ranges->limit.from ? &ranges->limit : &limit,
					       own->limit, limits);
	out->windows_count = replay_grid_windows(ranges->window.from ? &ranges->window : &window,
						 own->window, windows);
	memcpy(out->limits, limits, out->limits_count * sizeof(limits[0]));
	memcpy(out->windows, windows, out->windows_count * sizeof(windows[0]));
}
