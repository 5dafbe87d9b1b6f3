// SPDX-License-Identifier: GPL-2.0-only
/* The configuration with its rules selected and its patterns compiled. */
#include "read/policy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"

/* Compiles the `match` patterns of the rules. */
static int policy_mark(const struct config_rule *const *matches, size_t count,
		       struct classifier *classes, struct classifier_error *why)
{
	const char *regexes[RULES_MARKS_MAX];

	for (size_t i = 0; i < count; i++)
		regexes[i] = matches[i]->match;
	return classifier_mark(classes, regexes, count, why);
}

static int policy_compile(struct policy *policy)
{
	const struct config *config = &policy->config;
	struct pattern *own = calloc(config->patterns_count + 1, sizeof(*own));
	const struct config_rule *matches[RULES_MARKS_MAX];
	struct classifier_error why;
	size_t matches_count;
	int err = -ENOMEM;

	config_rules(config, &policy->rules, matches, &matches_count);
	if (own) {
		for (size_t i = 0; i < config->patterns_count; i++) {
			own[i].class = config->patterns[i].class;
			own[i].phase = PATTERNS_ANY;
			if (own[i].class == EVENT_RATELIMIT)
				own[i].phase |= PATTERNS_DEFERRED;
			own[i].regex = config->patterns[i].regex;
		}
		err = classifier_open(own, config->patterns_count, &why, &policy->classes);
	}
	if (!err)
		err = policy_mark(matches, matches_count, policy->classes, &why);
	if (err == -EINVAL && why.mark)
		log_error("%s:%d: [rule %s]: \"%s\" is not a valid regular expression: %s",
			  matches[why.pattern]->file, matches[why.pattern]->line,
			  matches[why.pattern]->rule.name, matches[why.pattern]->match, why.text);
	else if (err == -EINVAL)
		log_error("%s:%d: \"%s\" is not a valid regular expression: %s",
			  config->patterns[why.pattern].location.file,
			  config->patterns[why.pattern].location.line,
			  config->patterns[why.pattern].regex, why.text);
	else if (err == -ENOTSUP)
		log_error("vectorscan, which matches the patterns, needs a processor with SSE 4.2");
	else if (err)
		log_error("cannot compile the patterns: %s", strerror(-err));
	free(own);
	return err;
}

int policy_load(const char *file, struct policy *out)
{
	struct config_error why;
	struct policy policy = { 0 };
	int err = config_load(file, &policy.config, &why);

	if (err) {
		log_error("%s", why.text);
		return err;
	}
	err = policy_compile(&policy);
	if (err)
		policy_free(&policy);
	else
		*out = policy;
	return err;
}

void policy_free(struct policy *policy)
{
	config_free(&policy->config);
	classifier_close(policy->classes);
	memset(policy, 0, sizeof(*policy));
}
