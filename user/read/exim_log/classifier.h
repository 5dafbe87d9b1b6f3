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

/* 0: *out is the class of the first pattern that matches; -ENOMSG: none matches. */
int classifier_match(struct classifier *classes, enum patterns_phase phase, const char *text,
		     size_t length, enum event_class *out);

/* Accepts NULL. */
void classifier_close(struct classifier *classes);

#endif
