/* SPDX-License-Identifier: GPL-2.0-only */
/* Patterns for the rejection texts of common exim configurations, and their classes of offence. */
#ifndef PATTERNS_H
#define PATTERNS_H

#include <stddef.h>

#include "common/event.h"

/* The phase of the rejection. A text before DATA may quote the peer, so fewer patterns apply. */
enum patterns_phase {
	PATTERNS_SESSION = 1, /* before the message: connect to RCPT */
	PATTERNS_CONTENT = 2, /* after DATA, and MIME parts */
	PATTERNS_ANY = 3,
	PATTERNS_DEFERRED = 4, /* a temporary rejection: only a rate limit is an offence */
	PATTERNS_RCPT = 8 | PATTERNS_SESSION, /* a callout in the text is about the recipient */
};

struct pattern {
	enum event_class class;
	enum patterns_phase phase;
	const char *regex; /* case does not matter; a dot is any byte */
};

/* The flags for all patterns (hs/hs.h): regular expressions over bytes. */
#define PATTERNS_FLAGS (HS_FLAG_CASELESS | HS_FLAG_SINGLEMATCH | HS_FLAG_DOTALL)

/* The first pattern that matches gives the class. */
extern const struct pattern patterns_known[];
extern const size_t patterns_known_count;

#endif
