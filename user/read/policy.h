/* SPDX-License-Identifier: GPL-2.0-only */
/* The configuration with its rules selected and its patterns compiled. */
#ifndef POLICY_H
#define POLICY_H

#include "config/config.h"
#include "config/rules.h"
#include "read/exim_log/classifier.h"

struct policy {
	struct config config;
	struct rules rules; /* the enabled rules */
	/* The site's patterns, then the known ones; and the `match` patterns of the rules. */
	struct classifier *classes;
};

/*
 * Reads and compiles the configuration `file` (NULL: the default file, if it exists). Returns 0 or
 * -errno; on failure the reason was logged and *out is untouched. The caller calls policy_free().
 */
int policy_load(const char *file, struct policy *out);

/* Accepts a zeroed policy. */
void policy_free(struct policy *policy);

#endif
