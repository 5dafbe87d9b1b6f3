/* SPDX-License-Identifier: GPL-2.0-only */
/* Suggests a word for a misspelt one, and forms plurals. */
#ifndef SUGGEST_H
#define SUGGEST_H

#include <stdint.h>

/* Finds the word in the NULL-terminated `words` that is nearest to `word`; NULL: none is near. */
const char *suggest_nearest(const char *word, const char *const *words);

/* The ending of a noun after this number: "" for 1, otherwise "s". */
const char *suggest_plural(uint64_t number);

#endif
