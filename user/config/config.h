/* SPDX-License-Identifier: GPL-2.0-only */
/* What the operator has configured, as he wrote it; what it means is others' to find. */
#ifndef CONFIG_H
#define CONFIG_H

#include <stddef.h>

#include "common/event.h"
#include "config/config_allow.h"
#include "config/config_filter.h"
#include "config/config_rule.h"
#include "config/config_state.h"
#include "config/rules.h"

#define CONFIG_FILE   "/etc/sobig-xdp.conf"
#define CONFIG_FOLDER "/etc/sobig-xdp.d"

/* Where a thing stands: "FILE:LINE". */
struct config_place {
	char *file;
	int line;
};

/* "[class virus] pattern = …" */
struct config_pattern {
	enum event_class class;
	char *regex;
	struct config_place place;
};

struct config {
	struct config_pattern *patterns; /* in the order of their lines */
	size_t patterns_count;
	struct config_filter filter;
	struct config_allow allow;
	struct config_state state;
	struct config_rule *rules; /* the default ones and the site's, those switched off too */
	size_t rules_count;
	uint32_t brake; /* new blocks in a minute; 0: off */
};

struct config_error {
	char text[512]; /* "FILE:LINE: what is wrong, and what would be right" */
};

/*
 * Reads `file`, or, where it is NULL, CONFIG_FILE and what ends in ".conf" in CONFIG_FOLDER in
 * the order of their names, as far as there are such. The whole or nothing: 0; -EINVAL, or -errno
 * of open(2) and read(2), and *error says it. The caller calls config_free() after 0.
 */
int config_load(const char *file, struct config *out, struct config_error *error);

/*
 * The rules that are switched on, as the judge takes them; matches[N] is the pattern of mark N
 * (the configuration's own), *matches_count how many there are.
 */
void config_rules(const struct config *config, struct rules *out,
		  const struct config_rule *matches[RULES_MARKS_MAX], size_t *matches_count);

void config_free(struct config *config);

#endif
