/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the configuration files into struct config, without interpreting the values. */
#ifndef CONFIG_H
#define CONFIG_H

#include <stddef.h>

#include "common/event.h"
#include "config/config_allow.h"
#include "config/config_filter.h"
#include "config/config_rule.h"
#include "config/config_standing.h"
#include "config/config_state.h"
#include "config/rules.h"

#define CONFIG_FILE   "/etc/sobig-xdp.conf"
#define CONFIG_FOLDER "/etc/sobig-xdp.d"

/* A position in a file: "FILE:LINE". */
struct config_location {
	char *file;
	int line;
};

/* "[class virus] pattern = …" */
struct config_pattern {
	enum event_class class;
	char *regex;
	struct config_location location;
};

struct config {
	struct config_pattern *patterns; /* in the order of their lines */
	size_t patterns_count;
	struct config_filter filter;
	struct config_allow allow;
	struct config_state state;
	struct config_standing standing;
	struct config_rule *rules; /* the default rules and the site's, including disabled ones */
	size_t rules_count;
};

struct config_error {
	char text[512]; /* "FILE:LINE: what was found: what was expected" */
};

/*
 * Reads `file`. If it is NULL, reads CONFIG_FILE and the files named *.conf in CONFIG_FOLDER, in
 * the order of their names; files that do not exist are skipped. Returns 0; -EINVAL, or -errno of
 * open(2) and read(2), with *error set and *out untouched. On 0 the caller calls config_free().
 */
int config_load(const char *file, struct config *out, struct config_error *error);

/*
 * Converts the enabled rules for the judge. matches[N] is the rule whose pattern sets mark N (owned
 * by the configuration), *matches_count is their number.
 */
void config_rules(const struct config *config, struct rules *out,
		  const struct config_rule *matches[RULES_MARKS_MAX], size_t *matches_count);

void config_free(struct config *config);

#endif
