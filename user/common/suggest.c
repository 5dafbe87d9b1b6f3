// SPDX-License-Identifier: GPL-2.0-only
/* Suggests a word for a misspelt one, and forms lists and plurals. */
#include "common/suggest.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define SUGGEST_NEAR 2 /* letters that may differ */

/* Words are shorter; of a longer one, only the beginning is compared. */
#define SUGGEST_LETTERS 64

/* The number of letters to insert, remove or replace (Levenshtein's distance). */
static size_t suggest_distance(const char *a, const char *b)
{
	size_t length = strnlen(b, SUGGEST_LETTERS), row[SUGGEST_LETTERS + 1], diagonal, above;

	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 0; a[i] && i < SUGGEST_LETTERS; i++) {
		diagonal = row[0]++;
		for (size_t j = 0; j < length; j++) {
			above = row[j + 1];
			row[j + 1] = diagonal + (a[i] != b[j]);
			if (row[j + 1] > above + 1)
				row[j + 1] = above + 1;
			if (row[j + 1] > row[j] + 1)
				row[j + 1] = row[j] + 1;
			diagonal = above;
		}
	}
	return row[length];
}

const char *suggest_nearest(const char *word, const char *const *words)
{
	const char *nearest = NULL;
	size_t distance, best = SUGGEST_NEAR + 1, letters = strlen(word + strspn(word, "-"));

	for (; *words; words++) {
		distance = suggest_distance(word, *words);
		/* At least half of the letters must match: "top" is not suggested for "foo". */
		if (distance < best && 2 * distance <= letters) {
			best = distance;
			nearest = *words;
		}
	}
	return nearest;
}

const char *suggest_list(const char *const *words, char text[SUGGEST_TEXT_SIZE])
{
	const char *between = "";
	size_t used = 0;

	*text = '\0';
	for (int i = 0; words[i] && used < SUGGEST_TEXT_SIZE; i++) {
		used += snprintf(text + used, SUGGEST_TEXT_SIZE - used, "%s%s", between, words[i]);
		between = words[i + 1] && !words[i + 2] ? " or " : ", ";
	}
	return text;
}

const char *suggest_words(const char *word, const char *const *words, const char *otherwise,
			  char text[SUGGEST_TEXT_SIZE])
{
	const char *nearest = suggest_nearest(word, words);
	char list[SUGGEST_TEXT_SIZE];

	if (!nearest && otherwise)
		return otherwise;
	if (nearest)
		snprintf(text, SUGGEST_TEXT_SIZE, "; did you mean \"%s\"?", nearest);
	else
		snprintf(text, SUGGEST_TEXT_SIZE, "; expected %.*s",
			 SUGGEST_TEXT_SIZE - (int)sizeof("; expected "), suggest_list(words, list));
	return text;
}

const char *suggest_plural(uint64_t number)
{
	return number == 1 ? "" : "s";
}
