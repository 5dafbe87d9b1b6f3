// SPDX-License-Identifier: GPL-2.0-only
/* Formats the numbers and times of a replay. */
#include "replay/replay_words.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/duration.h"

#define REPLAY_WORDS_AT_ONCE 32
#define REPLAY_WORDS_SIZE    40

static char *replay_words_next(void)
{
	static char words[REPLAY_WORDS_AT_ONCE][REPLAY_WORDS_SIZE];
	static unsigned int next;

	return words[next++ % REPLAY_WORDS_AT_ONCE];
}

const char *replay_words_number(uint64_t number, bool grouped)
{
	char *text = replay_words_next(), *at = text + REPLAY_WORDS_SIZE;
	int digits = 0;

	*--at = '\0';
	do {
		if (grouped && digits && digits % 3 == 0)
			*--at = ',';
		*--at = '0' + number % 10;
		number /= 10;
		digits++;
	} while (number);
	return at;
}

const char *replay_words_percent(uint64_t part, uint64_t whole)
{
	char *text = replay_words_next();
	uint64_t tenths = whole ? (uint64_t)(1000.0 * part / whole + 0.5) : 0;

	if (!tenths && part)
		tenths = 1;
	if (tenths >= 1000 && part < whole)
		tenths = 999;
	snprintf(text, REPLAY_WORDS_SIZE, "%u.%u", (unsigned int)(tenths / 10),
		 (unsigned int)(tenths % 10));
	return text;
}

const char *replay_words_time(int64_t time)
{
	char *text = replay_words_next();
	time_t wall = time / 1000;
	struct tm tm;

	strftime(text, REPLAY_WORDS_SIZE, "%Y-%m-%d %H:%M:%S", localtime_r(&wall, &tm));
	return text;
}

const char *replay_words_duration(uint32_t seconds)
{
	_Static_assert(DURATION_TEXT_SIZE <= REPLAY_WORDS_SIZE, "a duration fits");
	return duration_format(seconds, replay_words_next());
}
