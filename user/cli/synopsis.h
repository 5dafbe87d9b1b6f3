/* SPDX-License-Identifier: GPL-2.0-only */
/* Parser for the options and arguments in a row of the command table. */
#ifndef SYNOPSIS_H
#define SYNOPSIS_H

#include <stdbool.h>
#include <stddef.h>

#define SYNOPSIS_WORD_SIZE 32
#define SYNOPSIS_TEXT_SIZE 256

enum synopsis_kind {
	SYNOPSIS_ANYTHING,
	SYNOPSIS_FILES,
	SYNOPSIS_FOLDERS,
	SYNOPSIS_INTERFACES,
	SYNOPSIS_WORDS, /* one of `words` */
};

/* The values that an option or argument accepts. */
struct synopsis_value {
	enum synopsis_kind kind;
	char name[SYNOPSIS_WORD_SIZE];	/* its name in the help: "FILE" */
	char words[SYNOPSIS_TEXT_SIZE]; /* separated by a space */
};

struct synopsis_option {
	char letter;		       /* 0: none */
	char name[SYNOPSIS_WORD_SIZE]; /* without leading hyphens; empty: none */
	bool takes;		       /* expects a value */
	bool repeats;		       /* may be given more than once */
	struct synopsis_value value;
	char text[SYNOPSIS_TEXT_SIZE];
};

/*
 * Parses the first option in `options` of a row ("  --log FILE   follow FILE\n..."). Returns the
 * position after it, or NULL if there are no more options.
 */
const char *synopsis_option(const char *options, struct synopsis_option *out);

/*
 * Parses the argument at `place`, from 0, in `arguments` of a row ("add|del ADDR..."). Returns
 * false if there is no such argument. *last is set if it may be repeated.
 */
bool synopsis_argument(const char *arguments, int place, struct synopsis_value *out, bool *last);

#endif
