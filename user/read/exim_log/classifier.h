/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the class of offence for an ACL's text, in time linear in its length. */
#ifndef CLASSIFIER_H
#define CLASSIFIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/event.h"
#include "read/exim_log/patterns.h"

struct classifier;

/* A set of beginnings of words, by the hash of their first three bytes, in any case. */
#define CLASSIFIER_BEGINNING 3

struct classifier_beginnings {
	uint64_t bits[4];
};

/* A text that was classified before. */
struct classifier_memo {
	uint64_t hash;
	uint8_t phase; /* 0: the slot is empty */
	uint8_t length;
	bool found; /* a pattern matched, and gives `class` */
	enum event_class class;
	struct classifier_beginnings beginnings;
	char text[80];
};

/* True for the bytes of a name; any other byte ends a word. */
static inline bool classifier_is_word(unsigned char c)
{
	static const bool word[256] = {
		['0' ... '9'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true,
		['.'] = true,	      ['-'] = true,	    ['_'] = true,
	};

	return word[c];
}

static inline uint8_t classifier_beginning(const char text[CLASSIFIER_BEGINNING])
{
	return (((text[0] | 0x20) * 31u + (text[1] | 0x20)) * 31u + (text[2] | 0x20)) & 0xff;
}

static inline bool classifier_has_beginning(const struct classifier_beginnings *set,
					    uint8_t beginning)
{
	return set->bits[beginning / 64] >> beginning % 64 & 1;
}

static inline void classifier_add_beginning(struct classifier_beginnings *set, uint8_t beginning)
{
	set->bits[beginning / 64] |= UINT64_C(1) << beginning % 64;
}

struct classifier_error {
	size_t pattern; /* index of the site's pattern, or, with `mark`, of the rules' pattern */
	bool mark;
	char text[160];
};

/*
 * Compiles the `count` patterns of the site in `own`, which come first, and the known ones. `own`
 * is not used after the call. 0; -EINVAL: a pattern in `own` is not valid, *error says which and
 * why; -ENOMEM; -ENOTSUP: this processor is too old for vectorscan. The caller closes *out.
 */
int classifier_open(const struct pattern *own, size_t count, struct classifier_error *error,
		    struct classifier **out);

/*
 * Adds the `match` patterns of the rules, which do not affect the class: classifier_marks() sets
 * bit N if regexes[N] matches. `regexes` is not used after the call. Errors as for
 * classifier_open(). Call it before classifier_share().
 */
int classifier_mark(struct classifier *classes, const char *const *regexes, size_t count,
		    struct classifier_error *error);

/* The bits of the rules' patterns that match the text. */
uint32_t classifier_marks(const struct classifier *classes, const char *text, size_t length);

/* The same patterns for another thread; close *out before `classes`. 0; -ENOMEM. */
int classifier_share(const struct classifier *classes, struct classifier **out);

/*
 * 0: *out is the class of the first pattern that matches; -ENOMSG: none matches. Text that exim
 * quotes from other servers and from headers does not count.
 */
int classifier_match(struct classifier *classes, enum patterns_phase phase, const char *text,
		     size_t length, enum event_class *out);

/* The same for the site's own patterns only. */
int classifier_match_own(struct classifier *classes, enum patterns_phase phase, const char *text,
			 size_t length, enum event_class *out);

/*
 * What classifier_match() finds, with the beginnings of all words in the text; NULL: the text is
 * too long for the cache. Valid until the next call.
 */
const struct classifier_memo *classifier_recall(struct classifier *classes,
						enum patterns_phase phase, const char *text,
						size_t length);

/* Accepts NULL. */
void classifier_close(struct classifier *classes);

#endif
