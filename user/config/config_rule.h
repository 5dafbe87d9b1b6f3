/* SPDX-License-Identifier: GPL-2.0-only */
/* "[rule NAME]" of the configuration. */
#ifndef CONFIG_RULE_H
#define CONFIG_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "config/rules.h"

struct config_rule {
	struct rule rule; /* its mark is set by config_rules() only */
	bool enabled;
	char *match; /* a pattern over the ACL's text; NULL: none */
	char *file;  /* where it was first spoken of; NULL: nowhere, it is a default one */
	int line;
	unsigned int given; /* bits of what a new rule must have; see config_rule_missing() */
};

/*
 * Takes "key = value". 0; -ENOMEM; -EINVAL: `why`, of `size` bytes, says what is wrong and what
 * would be right, and *rule is as before.
 */
int config_rule_take(struct config_rule *rule, const char *key, const char *value, char *why,
		     size_t size);

/* The first key that a rule needs and this one lacks; NULL: it is complete. */
const char *config_rule_missing(const struct config_rule *rule);

/* 0 or -EINVAL: letters, digits and hyphens, and no more than fit. */
int config_rule_check_name(const char *name);

/* Accepts one that is all zero. */
void config_rule_free(struct config_rule *rule);

#endif
