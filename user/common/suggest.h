/* SPDX-License-Identifier: GPL-2.0-only */
/* Suggests a word for a misspelt one, and forms lists and plurals. */
#ifndef SUGGEST_H
#define SUGGEST_H

#include <stdint.h>

/* Finds the word in the NULL-terminated `words` that is nearest to `word`; NULL: none is near. */
const char *suggest_nearest(const char *word, const char *const *words);

#define SUGGEST_TEXT_SIZE 192

/*
 * What follows the message that `word` is unknown: `; did you mean "NEAREST"?`, or `otherwise` if
 * no word is near, or without `otherwise` the list of the words. Returns a text in `text` or
 * `otherwise`.
 */
const char *suggest_words(const char *word, const char *const *words, const char *otherwise,
			  char text[SUGGEST_TEXT_SIZE]);

/* Formats "a, b or c", cut at the end of `text`. Returns `text`. */
const char *suggest_list(const char *const *words, char text[SUGGEST_TEXT_SIZE]);

/* The ending of a noun after this number: "" for 1, otherwise "s". */
const char *suggest_plural(uint64_t number);

#endif
