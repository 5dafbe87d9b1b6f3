/* SPDX-License-Identifier: GPL-2.0-only */
/* The text of an ACL to a class of offence, in time linear in its length whatever it says. */
#ifndef CLASSES_H
#define CLASSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/event.h"
#include "read/patterns.h"

struct classes;

struct classes_error {
	size_t pattern; /* which of the site's own it was, or, with `mark`, of the marks */
	bool mark;
	char text[160];
};

/*
 * The known patterns, and before them `count` of the site's `own`, which are not kept. 0;
 * -EINVAL: one of its own is no pattern, *error says which and why; -ENOMEM; -ENOTSUP: this
 * processor is too old for vectorscan. The caller closes *out.
 */
int classes_open(const struct pattern *own, size_t count, struct classes_error *error,
		 struct classes **out);

/*
 * Patterns that give no class, but are of interest to somebody: bit N of classes_marks() is for
 * regexes[N], which are not kept. Errors as of classes_open(). Before classes_share().
 */
int classes_mark(struct classes *classes, const char *const *regexes, size_t count,
		 struct classes_error *error);

/* Which of them fit the text. */
uint32_t classes_marks(const struct classes *classes, const char *text, size_t length);

/* The same patterns for another thread; `classes` must not be closed before *out. 0; -ENOMEM. */
int classes_share(const struct classes *classes, struct classes **out);

/* 0: *out is the class of the first pattern that fits; -ENOMSG: none does. */
int classes_match(struct classes *classes, enum patterns_phase phase, const char *text,
		  size_t length, enum event_class *out);

/* Accepts NULL. */
void classes_close(struct classes *classes);

#endif
