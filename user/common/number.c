// SPDX-License-Identifier: GPL-2.0-only
/* Parses decimal numbers within bounds. */
#include "common/number.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

int number_parse(const char *text, uint64_t min, uint64_t max, const char **end, uint64_t *out)
{
	const char *at = text;
	uint64_t number = 0;
	bool over = false;

	for (; *at >= '0' && *at <= '9'; at++) {
		over |= number > (UINT64_MAX - (*at - '0')) / 10;
		number = number * 10 + (*at - '0');
	}
	if (at == text || (*at && !end))
		return -EINVAL;
	if (over || number < min || number > max)
		return -ERANGE;
	if (end)
		*end = at;
	*out = number;
	return 0;
}
