/* SPDX-License-Identifier: GPL-2.0-only */
/* Words for people: what a mistyped one was meant to be, and whether a noun is one or many. */
#ifndef SUGGEST_H
#define SUGGEST_H

#include <stdint.h>

/* The one of `words` (NULL ends them) that is nearest to `word`; NULL if none is near. */
const char *suggest_nearest(const char *word, const char *const *words);

/* What a noun ends with behind this number: "" behind 1, else "s". */
const char *suggest_plural(uint64_t number);

#endif
