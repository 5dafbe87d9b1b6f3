// SPDX-License-Identifier: GPL-2.0-only
/* What the configuration means to the parts that it is for. */
#include "cli/setup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "common/log.h"
#include "judge/config.h"

static int setup_compile(const struct config *config, struct classes **out)
{
	struct pattern *own = calloc(config->patterns_count + 1, sizeof(*own));
	struct classes_error why;
	int err = -ENOMEM;

	if (own) {
		for (size_t i = 0; i < config->patterns_count; i++) {
			own[i].class = config->patterns[i].class;
			own[i].phase = PATTERNS_ANY;
			own[i].regex = config->patterns[i].regex;
		}
		err = classes_open(own, config->patterns_count, &why, out);
	}
	if (err == -EINVAL)
		log_error("%s:%d: \"%s\" is no pattern: %s", config->patterns[why.pattern].file,
			  config->patterns[why.pattern].line, config->patterns[why.pattern].regex,
			  why.text);
	else if (err == -ENOTSUP)
		log_error("vectorscan, which matches the patterns, needs a processor with SSE 4.2");
	else if (err)
		log_error("cannot compile the patterns: %s", strerror(-err));
	free(own);
	return err;
}

int setup_classes(const char *file, struct classes **out, struct config_filter *filter)
{
	struct config_error why;
	struct config config;
	int err = config_load(file, &config, &why);

	if (err) {
		log_error("%s", why.text);
		return CLI_FAILED;
	}
	err = setup_compile(&config, out);
	if (!err && filter)
		*filter = config.filter;
	config_free(&config);
	return err ? CLI_FAILED : CLI_DONE;
}
