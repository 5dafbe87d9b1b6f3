/* SPDX-License-Identifier: GPL-2.0-only */
/* What the usual configurations of exim say when they reject, and the class of offence it means. */
#ifndef PATTERNS_H
#define PATTERNS_H

#include <stddef.h>

#include "common/event.h"

/* When it is said. Much of what is plain after DATA is a peer's own word before. */
enum patterns_phase {
	PATTERNS_SESSION = 1, /* up to RCPT */
	PATTERNS_CONTENT = 2, /* of a message */
	PATTERNS_ANY = 3,
};

struct pattern {
	enum event_class class;
	enum patterns_phase phase;
	const char *regex; /* case does not matter; a dot is any byte */
};

/* How all patterns are compiled (hs/hs.h): they are regular expressions over bytes. */
#define PATTERNS_FLAGS (HS_FLAG_CASELESS | HS_FLAG_SINGLEMATCH | HS_FLAG_DOTALL)

/* The first that matches is the class. */
extern const struct pattern patterns_known[];
extern const size_t patterns_known_count;

#endif
