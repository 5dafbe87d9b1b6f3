// SPDX-License-Identifier: GPL-2.0-only
/* Parses and formats lengths of time: 90s, 15m, 2h, 7d. */
#include "common/duration.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const struct {
	char letter;
	uint32_t seconds;
} duration_units[] = { { 'd', 86400 }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 } };

#define DURATION_UNITS (sizeof(duration_units) / sizeof(duration_units[0]))

int duration_parse(const char *text, uint32_t *seconds)
{
	uint64_t total = 0;
	size_t unit = 0;

	if (!*text)
		return -EINVAL;
	while (*text) {
		uint64_t number = 0;

		if (!isdigit((unsigned char)*text))
			return -EINVAL;
		for (; isdigit((unsigned char)*text); text++) {
			number = number * 10 + (*text - '0');
			if (number > DURATION_MAX_SECONDS)
				return -ERANGE;
		}
		while (unit < DURATION_UNITS && duration_units[unit].letter != *text)
			unit++;
		if (unit == DURATION_UNITS)
			return -EINVAL;
		total += number * duration_units[unit++].seconds;
		text++;
	}
	if (total < 1 || total > DURATION_MAX_SECONDS)
		return -ERANGE;
	*seconds = total;
	return 0;
}

char *duration_format(uint32_t seconds, char text[DURATION_TEXT_SIZE])
{
	size_t used = 0, unit;

	if (!seconds)
		strcpy(text, "0s");
	for (unit = 0; seconds && unit < DURATION_UNITS; unit++) {
		uint32_t number = seconds / duration_units[unit].seconds;

		if (!number)
			continue;
		used += snprintf(text + used, DURATION_TEXT_SIZE - used, "%u%c", number,
				 duration_units[unit].letter);
		seconds %= duration_units[unit].seconds;
	}
	return text;
}
