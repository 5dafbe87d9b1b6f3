// SPDX-License-Identifier: GPL-2.0-only
/* The section [state] of the configuration: location, size and age limit of the history. */
#include "config/config_state.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/duration.h"
#include "common/number.h"
#include "common/suggest.h"

#define CONFIG_STATE_SIZE_LEAST 1 /* MB */
#define CONFIG_STATE_SIZE_MOST	65536

const struct config_state config_state_default = { .size = 64 << 20, .history = 90 * 24 * 3600 };

/* "64M", "2G" */
static int config_state_size(const char *text, uint64_t *out)
{
	const char *unit;
	uint64_t size;

	if (number_parse(text, 1, CONFIG_STATE_SIZE_MOST, &unit, &size) ||
	    (strcmp(unit, "M") && strcmp(unit, "G")))
		return -EINVAL;
	if (*unit == 'G')
		size <<= 10;
	if (size < CONFIG_STATE_SIZE_LEAST || size > CONFIG_STATE_SIZE_MOST)
		return -EINVAL;
	*out = size << 20;
	return 0;
}

static int config_state_folder(struct config_state *state, const char *value)
{
	char *folder;

	if (*value != '/')
		return -EINVAL;
	folder = strdup(value);
	if (!folder)
		return -ENOMEM;
	free(state->folder);
	state->folder = folder;
	return 0;
}

int config_state_take(struct config_state *state, const char *key, const char *value, char *why,
		      size_t size)
{
	static const char *const keys[] = { "folder", "size", "history", NULL };
	const char *form;
	char near[SUGGEST_TEXT_SIZE];
	uint32_t seconds;
	int err;

	if (!strcmp(key, "folder")) {
		err = config_state_folder(state, value);
		form = "an absolute path";
	} else if (!strcmp(key, "size")) {
		err = config_state_size(value, &state->size);
		form = "a size from 1M to 64G, such as 64M";
	} else if (!strcmp(key, "history")) {
		err = duration_parse(value, &seconds) ? -EINVAL : 0;
		form = "a time from 1s to 366d, such as 90d";
		if (!err)
			state->history = seconds;
	} else {
		snprintf(why, size, "[state] has no key \"%s\"%s", key,
			 suggest_words(key, keys, NULL, near));
		return -EINVAL;
	}
	if (err == -EINVAL)
		snprintf(why, size, "%s = \"%s\": expected %s", key, value, form);
	else if (err)
		snprintf(why, size, "%s", strerror(-err));
	return err;
}

void config_state_free(struct config_state *state)
{
	free(state->folder);
	memset(state, 0, sizeof(*state));
}
