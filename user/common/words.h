/* SPDX-License-Identifier: GPL-2.0-only */
/* What a mistyped word was meant to be. */
#ifndef WORDS_H
#define WORDS_H

/* The one of `words` (NULL ends them) that is nearest to `word`; NULL if none is near. */
const char *words_nearest(const char *word, const char *const *words);

#endif
