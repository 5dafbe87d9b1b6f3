/* SPDX-License-Identifier: GPL-2.0-only */
/* What a command's row in the table says of its options and arguments, taken apart. */
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
	SYNOPSIS_WORDS, /* of `words` only */
};

/* What may stand at a place. */
struct synopsis_value {
	enum synopsis_kind kind;
	char name[SYNOPSIS_WORD_SIZE];	/* as the help calls it: "FILE" */
	char words[SYNOPSIS_TEXT_SIZE]; /* with a space between them */
};

struct synopsis_option {
	char letter;		       /* 0: none */
	char name[SYNOPSIS_WORD_SIZE]; /* without its hyphens; empty: none */
	bool takes;		       /* a value */
	bool repeats;		       /* may be given again */
	struct synopsis_value value;
	char text[SYNOPSIS_TEXT_SIZE];
};

/*
 * The first option in a row's `options` ("  --log FILE   follow FILE\n..."), and where to go on;
 * NULL: there is none.
 */
const char *synopsis_option(const char *options, struct synopsis_option *out);

/*
 * The argument at `place`, from 0, in a row's `arguments` ("add|del ADDR..."); false: no argument
 * stands there. *last is set if all that follow are alike.
 */
bool synopsis_argument(const char *arguments, int place, struct synopsis_value *out, bool *last);

#endif
