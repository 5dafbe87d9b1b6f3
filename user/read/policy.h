/* SPDX-License-Identifier: GPL-2.0-only */
/* What the configuration means to the parts that it is for. */
#ifndef POLICY_H
#define POLICY_H

#include "config/config.h"
#include "config/rules.h"
#include "read/exim_log/classifier.h"

struct policy {
	struct config config;
	struct rules rules; /* those that are switched on */
	/* The known patterns with the site's before them, and the marks of the rules. */
	struct classifier *classes;
};

/*
 * Reads and compiles the configuration `file` (NULL: the usual one, if any). 0, or -errno;
 * what is wrong was logged, and *out is untouched. The caller calls
 * policy_free().
 */
int policy_load(const char *file, struct policy *out);

/* Accepts one that is all zero. */
void policy_free(struct policy *policy);

#endif
