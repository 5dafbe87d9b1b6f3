/* SPDX-License-Identifier: GPL-2.0-only */
/* The sections [rule NAME] of the configuration. */
#ifndef CONFIG_RULE_H
#define CONFIG_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "config/rules.h"

struct config_rule {
	struct rule rule; /* only config_rules() sets its mark */
	bool enabled;
	bool former; /* a default rule of version 0.1 that is not complete, so it is disabled */
	char *match; /* a pattern for the ACL's text; NULL: none */
	char *file;  /* of the first section with its name; NULL: none, it is a default rule */
	int line;
	unsigned int given; /* one bit for each required key; see config_rule_missing() */
};

/*
 * Applies "key = value". Returns 0; -ENOMEM; -EINVAL with the error's text in `why`, a buffer of
 * `size` bytes, and *rule unchanged.
 */
int config_rule_take(struct config_rule *rule, const char *key, const char *value, char *why,
		     size_t size);

/* The first required key that is missing; NULL: the rule is complete. */
const char *config_rule_missing(const struct config_rule *rule);

/* 0, or -EINVAL unless the name is 1 to SOBIG_RULE_SIZE - 1 letters, digits and hyphens. */
int config_rule_check_name(const char *name);

/* Accepts a struct that is all zero. */
void config_rule_free(struct config_rule *rule);

#endif
