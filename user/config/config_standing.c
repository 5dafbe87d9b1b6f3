// SPDX-License-Identifier: GPL-2.0-only
/* The sections [standing] and [brake] of the configuration: how good senders are protected. */
#include "config/config_standing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/number.h"
#include "common/suggest.h"
#include "config/rules.h"

static int config_standing_unknown(const char *section, const char *key, const char *const *keys,
				   char *why, size_t size)
{
	char near[SUGGEST_TEXT_SIZE];

	snprintf(why, size, "[%s] has no key \"%s\"%s", section, key,
		 suggest_words(key, keys, NULL, near));
	return -EINVAL;
}

int config_standing_take_brake(struct config_standing *standing, const char *key, const char *value,
			       char *why, size_t size)
{
	static const char *const keys[] = { "known-senders", NULL };
	const char *end;
	uint64_t number;

	if (!strcmp(key, "blocks")) {
		standing->former_brake = true;
		return 0;
	}
	if (strcmp(key, keys[0]))
		return config_standing_unknown("brake", key, keys, why, size);
	if (!strcmp(value, "off")) {
		standing->brake = 0;
		return 0;
	}
	if (number_parse(value, 1, RULES_BRAKE_MAX, &end, &number) || strcmp(end, "/h")) {
		snprintf(
			why, size,
			"known-senders = \"%s\": expected off, or a number of known senders blocked in an hour from 1/h to %d/h",
			value, RULES_BRAKE_MAX);
		return -EINVAL;
	}
	standing->brake = number;
	return 0;
}

int config_standing_take(struct config_standing *standing, const char *key, const char *value,
			 char *why, size_t size)
{
	static const char *const keys[] = { "learn", "enabled", NULL };
	const char *end;
	uint64_t number;

	if (!strcmp(key, "enabled")) {
		if (strcmp(value, "yes") && strcmp(value, "no")) {
			snprintf(
				why, size,
				"enabled = \"%s\": expected yes or no (all hosts are judged as strangers)",
				value);
			return -EINVAL;
		}
		standing->disabled = !strcmp(value, "no");
		return 0;
	}
	if (strcmp(key, keys[0]))
		return config_standing_unknown("standing", key, keys, why, size);
	if (number_parse(value, 0, RULES_LEARN_MAX, &end, &number) || strcmp(end, "d")) {
		snprintf(why, size, "learn = \"%s\": expected a number of days from 0d to %dd",
			 value, RULES_LEARN_MAX);
		return -EINVAL;
	}
	standing->learn = number;
	return 0;
}
