// SPDX-License-Identifier: GPL-2.0-only
/* Suggests a word for a misspelt one, and forms plurals. */
#include "common/suggest.h"

#include <stddef.h>
#include <string.h>

#define SUGGEST_NEAR 2 /* letters that may differ */

/* The approximate number of letters that differ. */
static size_t suggest_distance(const char *a, const char *b)
{
	size_t differing = 0;

	for (; *a && *b; a++, b++) {
		if (*a == *b)
			continue;
		if (a[1] == *b && a[1])
			a++;
		else if (*a == b[1] && b[1])
			b++;
		differing++;
	}
	return differing + strlen(a) + strlen(b);
}

const char *suggest_nearest(const char *word, const char *const *words)
{
	const char *nearest = NULL;
	size_t distance, best = SUGGEST_NEAR + 1;

	for (; *words; words++) {
		distance = suggest_distance(word, *words);
		/* At least half of the letters must match: "top" is not suggested for "foo". */
		if (distance < best && 2 * distance <= strlen(word)) {
			best = distance;
			nearest = *words;
		}
	}
	return nearest;
}

const char *suggest_plural(uint64_t number)
{
	return number == 1 ? "" : "s";
}
