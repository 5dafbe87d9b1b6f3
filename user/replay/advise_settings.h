/* SPDX-License-Identifier: GPL-2.0-only */
/* The settings that an advice tries: other limits and windows of the configured rules. */
#ifndef ADVISE_SETTINGS_H
#define ADVISE_SETTINGS_H

#include <stdio.h>

#include "config/config.h"
#include "config/rules.h"

struct advise_setting {
	struct rules rules;
	uint64_t distance; /* from the default rules: 1000 for each doubling or halving of a number
			    */
};

/*
 * Makes the settings from `configured`, which is the first of them. Rules for strangers, for known
 * senders and for networks that are no dry run are tried with half and with several times the limit
 * and the window of the default rule with that name, or, if there is none, of the configured rule;
 * rules for everyone stay as they are. No two settings are equal. 0 or -ENOMEM. The caller frees
 * *out.
 */
int advise_settings(const struct rules *configured, struct advise_setting **out, size_t *count);

/*
 * Gives rule number `rule` of the setting the limit and window of the default rule with its name;
 * if there is none, of the configured rule. False: it has them already, or is as configured.
 */
bool advise_settings_restore(struct advise_setting *setting, const struct rules *configured,
			     size_t rule);

/* True if a rule of the setting has another limit or window than in `configured`. */
bool advise_settings_differ(const struct rule *rule, const struct rule *configured);

/*
 * Writes the configuration that makes `rules` of `config`: the keys of default rules that differ,
 * and all keys of other rules that differ. Loads alone or after the files of `config`.
 */
void advise_settings_write(FILE *file, const struct config *config, const struct rules *rules);

#endif
