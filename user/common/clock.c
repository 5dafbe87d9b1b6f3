// SPDX-License-Identifier: GPL-2.0-only
/* Reads clocks and formats times. */
#include "common/clock.h"

#include <stdio.h>

static struct timespec clock_read(clockid_t which)
{
	struct timespec now;

	clock_gettime(which, &now);
	return now;
}

uint32_t clock_seconds(void)
{
	return clock_read(CLOCK_MONOTONIC).tv_sec;
}

uint32_t clock_seconds_after(uint32_t seconds)
{
	const struct timespec now = clock_read(CLOCK_MONOTONIC);

	return now.tv_sec + seconds + (now.tv_nsec != 0);
}

double clock_precise(void)
{
	const struct timespec now = clock_read(CLOCK_MONOTONIC);

	return now.tv_sec + now.tv_nsec / 1e9;
}

uint64_t clock_boot_seconds(void)
{
	return clock_read(CLOCK_BOOTTIME).tv_sec;
}

int64_t clock_wall_ms(void)
{
	const struct timespec now = clock_read(CLOCK_REALTIME);

	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

struct timespec clock_deadline(uint32_t ms)
{
	struct timespec until = clock_read(CLOCK_MONOTONIC);

	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	return until;
}

/* Rounded to the nearest second, so that the same second always gives the same result. */
static int64_t clock_apart(void)
{
	const struct timespec now = clock_read(CLOCK_MONOTONIC);
	const struct timespec wall = clock_read(CLOCK_REALTIME);
	int64_t apart;

	apart = (wall.tv_sec - now.tv_sec) * INT64_C(1000000000) + wall.tv_nsec - now.tv_nsec;
	return (apart + 500000000) / 1000000000;
}

time_t clock_wall_of(uint32_t second)
{
	return second + clock_apart();
}

uint32_t clock_second_of(time_t wall)
{
	const int64_t second = wall - clock_apart();

	return second < 0 ? 0 : second > UINT32_MAX ? UINT32_MAX : second;
}

static char *clock_format(time_t wall, char text[CLOCK_TEXT_SIZE])
{
	struct tm tm;

	strftime(text, CLOCK_TEXT_SIZE, "%Y-%m-%d %H:%M:%S", localtime_r(&wall, &tm));
	return text;
}

char *clock_local(uint32_t second, char text[CLOCK_TEXT_SIZE])
{
	return clock_format(clock_wall_of(second), text);
}

char *clock_local_ms(int64_t ms, char text[CLOCK_TEXT_SIZE])
{
	return clock_format(ms / 1000, text);
}

char *clock_rfc3339(uint32_t second, char text[CLOCK_TEXT_SIZE])
{
	return clock_rfc3339_ms(clock_wall_of(second) * INT64_C(1000), text);
}

char *clock_rfc3339_ms(int64_t ms, char text[CLOCK_TEXT_SIZE])
{
	time_t wall = ms / 1000;
	size_t used;
	struct tm tm;

	used = strftime(text, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%S", gmtime_r(&wall, &tm));
	if (ms % 1000)
		used += snprintf(text + used, CLOCK_TEXT_SIZE - used, ".%03d", (int)(ms % 1000));
	snprintf(text + used, CLOCK_TEXT_SIZE - used, "Z");
	return text;
}
