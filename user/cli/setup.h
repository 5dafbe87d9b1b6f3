/* SPDX-License-Identifier: GPL-2.0-only */
/* What the configuration means to the parts that it is for. */
#ifndef SETUP_H
#define SETUP_H

#include "config/config.h"
#include "config/rules.h"
#include "read/exim_log/classifier.h"

struct setup {
	struct config config;
	struct rules rules; /* those that are switched on */
	/* The known patterns with the site's before them, and the marks of the rules. */
	struct classifier *classes;
};

/*
 * Reads and compiles the configuration `file` (NULL: the usual one, if any). CLI_DONE, or the
 * status to exit with; what is wrong was said, and *out is untouched. The caller calls
 * setup_free().
 */
int setup_load(const char *file, struct setup *out);

/* Accepts one that is all zero. */
void setup_free(struct setup *setup);

#endif
