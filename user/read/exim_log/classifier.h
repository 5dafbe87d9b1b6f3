/* SPDX-License-Identifier: GPL-2.0-only */
/* The text of an ACL to a class of offence, in time linear in its length whatever it says. */
#ifndef CLASSIFIER_H
#define CLASSIFIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/event.h"
#include "read/exim_log/patterns.h"

struct classifier;

struct classifier_error {
	size_t pattern; /* which of the site's own it was, or, with `mark`, of the marks */
	bool mark;
	char text[160];
};

/*
 * The known patterns, and before them `count` of the site's `own`, which are not kept. 0;
 * -EINVAL: one of its own is no pattern, *error says which and why; -ENOMEM; -ENOTSUP: this
 * processor is too old for vectorscan. The caller closes *out.
 */
int classifier_open(const struct pattern *own, size_t count, struct classifier_error *error,
		    struct classifier **out);

/*
 * Patterns that give no class, but are of interest to somebody: bit N of classifier_marks() is for
 * regexes[N], which are not kept. Errors as of classifier_open(). Before classifier_share().
 */
int classifier_mark(struct classifier *classes, const char *const *regexes, size_t count,
		    struct classifier_error *error);

/* Which of them fit the text. */
uint32_t classifier_marks(const struct classifier *classes, const char *text, size_t length);

/* The same patterns for another thread; `classes` must not be closed before *out. 0; -ENOMEM. */
int classifier_share(const struct classifier *classes, struct classifier **out);

/* 0: *out is the class of the first pattern that fits; -ENOMSG: none does. */
int classifier_match(struct classifier *classes, enum patterns_phase phase, const char *text,
		     size_t length, enum event_class *out);

/* Accepts NULL. */
void classifier_close(struct classifier *classes);

#endif
