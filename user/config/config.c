// SPDX-License-Identifier: GPL-2.0-only
/* Reads the configuration files into struct config, without interpreting the values. */
#include "config/config.h"

#include <errno.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ini.h>

#include "common/array.h"
#include "common/suggest.h"
#include "config/config_line.h"
#include "config/rule_ports.h"

/* One file being read. */
struct config_reading {
	struct config *config;
	struct config_error *error;
	const char *file;
	FILE *stream;
	char *text;  /* the current line */
	size_t room; /* bytes allocated for it */
	int line;
	int section; /* the line of the current section's header */
	int err;     /* of the first error */
};

__attribute__((format(printf, 3, 4))) static void config_fail(struct config_reading *reading,
							      int err, const char *format, ...)
{
	int used;
	va_list arguments;

	if (reading->err)
		return;
	reading->err = err;
	used = snprintf(reading->error->text, sizeof(reading->error->text),
			"%s:%d: ", reading->file, reading->line);
	if (used < 0 || (size_t)used >= sizeof(reading->error->text))
		return;
	va_start(arguments, format);
	vsnprintf(reading->error->text + used, sizeof(reading->error->text) - used, format,
		  arguments);
	va_end(arguments);
}

/* "[class virus]": finds the class; suggests the nearest one if it is unknown. */
static int config_class(struct config_reading *reading, const char *name, enum event_class *out)
{
	const char *words[EVENT_OFFENCES + 1] = { NULL };
	char near[SUGGEST_TEXT_SIZE];

	if (!event_class_parse(name, out))
		return 0;
	for (int i = 0; i < EVENT_OFFENCES; i++)
		words[i] = event_class_name(i);
	config_fail(reading, -EINVAL, "unknown class \"%s\"%s", name,
		    suggest_words(name, words, "; sobig-xdp(8) lists the classes", near));
	return -EINVAL;
}

static void config_add_pattern(struct config_reading *reading, enum event_class class,
			       const char *regex)
{
	struct config *config = reading->config;
	struct config_pattern *patterns, *pattern;

	patterns = array_grow(config->patterns, config->patterns_count, sizeof(*patterns));
	if (!patterns) {
		config_fail(reading, -ENOMEM, "%s", strerror(ENOMEM));
		return;
	}
	config->patterns = patterns;
	pattern = &patterns[config->patterns_count++];
	pattern->class = class;
	pattern->location.line = reading->line;
	pattern->regex = strdup(regex);
	pattern->location.file = strdup(reading->file);
	if (!pattern->regex || !pattern->location.file)
		config_fail(reading, -ENOMEM, "%s", strerror(ENOMEM));
}

/* "[class NAME] pattern = …" */
static void config_take_class(struct config_reading *reading, const char *name, const char *key,
			      const char *value)
{
	enum event_class class;

	if (config_class(reading, name, &class))
		return;
	if (strcmp(key, "pattern"))
		config_fail(reading, -EINVAL,
			    "[class %s] has no key \"%s\"; did you mean \"pattern\"?", name, key);
	else if (!*value)
		config_fail(
			reading, -EINVAL,
			"pattern = \"\": expected a pattern; an empty pattern matches every text");
	else
		config_add_pattern(reading, class, value);
}

/* Finds the rule of that name, or adds it. NULL: error (reported). */
static struct config_rule *config_rule_named(struct config_reading *reading, const char *name)
{
	struct config *config = reading->config;
	struct config_rule *rule;

	for (size_t i = 0; i < config->rules_count; i++)
		if (!strcmp(config->rules[i].rule.name, name))
			return &config->rules[i];
	if (config_rule_check_name(name)) {
		config_fail(reading, -EINVAL,
			    "[rule %s]: expected a name of 1 to %d letters, digits and hyphens",
			    name, SOBIG_RULE_SIZE - 1);
		return NULL;
	}
	if (config->rules_count == SOBIG_RULES_MAX) {
		config_fail(reading, -EINVAL,
			    "too many rules: expected at most %d, including disabled rules",
			    SOBIG_RULES_MAX);
		return NULL;
	}
	rule = &config->rules[config->rules_count++];
	memset(rule, 0, sizeof(*rule));
	rule->rule = rules_default.rules[0];
	memset(rule->rule.weights, 0, sizeof(rule->rule.weights));
	snprintf(rule->rule.name, sizeof(rule->rule.name), "%s", name);
	rule->enabled = true;
	return rule;
}

static void config_take_rule(struct config_reading *reading, const char *name, const char *key,
			     const char *value)
{
	struct config_rule *rule = config_rule_named(reading, name);
	char why[256];

	if (!rule)
		return;
	if (!rule->file) {
		rule->line = reading->line;
		rule->file = strdup(reading->file);
	}
	if (config_rule_take(rule, key, value, why, sizeof(why)))
		config_fail(reading, -EINVAL, "%s", why);
}

static void config_no_section(struct config_reading *reading, const char *section)
{
	static const char *const sections[] = { "rule",	    "class", "allow",  "brake",
						"standing", "state", "filter", NULL };
	char word[64], near[SUGGEST_TEXT_SIZE];

	if (!*section) {
		config_fail(
			reading, -EINVAL,
			"this line is before the first section: expected a section, such as [allow]");
		return;
	}
	reading->line = reading->section;
	snprintf(word, sizeof(word), "%.*s", (int)strcspn(section, " "), section);
	config_fail(
		reading, -EINVAL,
		"unknown section [%s]: expected [rule NAME], [class NAME], [allow], [brake], [standing], [state] or [filter]%s",
		section, suggest_words(word, sections, "", near));
}

/* inih's handler. Returns 1, or 0 on an error. */
static int config_take(void *context, const char *section, const char *key, const char *value)
{
	static const char of_class[] = "class ", of_rule[] = "rule ";
	struct config_reading *reading = context;
	struct config *config = reading->config;
	char why[256];
	int err = 0;

	if (!strcmp(section, "filter"))
		err = config_filter_take(&config->filter, key, value, why, sizeof(why));
	else if (!strcmp(section, "allow"))
		err = config_allow_take(&config->allow, key, value, why, sizeof(why));
	else if (!strcmp(section, "state"))
		err = config_state_take(&config->state, key, value, why, sizeof(why));
	else if (!strcmp(section, "brake"))
		err = config_standing_take_brake(&config->standing, key, value, why, sizeof(why));
	else if (!strcmp(section, "standing"))
		err = config_standing_take(&config->standing, key, value, why, sizeof(why));
	else if (!strncmp(section, of_class, sizeof(of_class) - 1))
		config_take_class(reading, section + sizeof(of_class) - 1, key, value);
	else if (!strncmp(section, of_rule, sizeof(of_rule) - 1))
		config_take_rule(reading, section + sizeof(of_rule) - 1, key, value);
	else
		config_no_section(reading, section);
	if (err)
		config_fail(reading, err, "%s", why);
	return !reading->err;
}

/* inih's reader. Counts the line and removes its comment; a line that is too long is an error. */
static char *config_read_line(char *buffer, int size, void *context)
{
	struct config_reading *reading = context;
	const char *wrong;
	ssize_t length;
	char *line;

	if (reading->err)
		return NULL;
	length = getline(&reading->text, &reading->room, reading->stream);
	if (length < 0)
		return NULL;
	reading->line++;
	line = reading->text;
	if (reading->line == 1 && !strncmp(line, "\xef\xbb\xbf", 3))
		line += 3;
	wrong = strlen(reading->text) != (size_t)length ? "the line contains a NUL byte"
							: config_line_cut(&line);
	if (wrong) {
		config_fail(reading, -EINVAL, "%s", wrong);
		return NULL;
	}
	if (strlen(line) > (size_t)size - 2) {
		config_fail(
			reading, -EINVAL,
			"the line is too long: expected at most %d characters, not counting the comment",
			size - 2);
		return NULL;
	}
	if (*line == '[')
		reading->section = reading->line;
	return strcpy(buffer, line);
}

static int config_read(struct config *config, const char *file, bool must_exist,
		       struct config_error *error)
{
	struct config_reading reading = { .config = config, .error = error, .file = file };
	int wrong;

	reading.stream = fopen(file, "re");
	if (!reading.stream) {
		int err = -errno;

		if (err == -ENOENT && !must_exist)
			return 0;
		snprintf(error->text, sizeof(error->text), "cannot read \"%s\": %s", file,
			 strerror(-err));
		return err;
	}
	wrong = ini_parse_stream(config_read_line, &reading, config_take, &reading);
	if (!reading.err && ferror(reading.stream)) {
		reading.err = errno ? -errno : -EIO;
		snprintf(error->text, sizeof(error->text), "cannot read \"%s\": %s", file,
			 strerror(-reading.err));
	}
	if (wrong && !reading.err) {
		reading.line = wrong > 0 ? wrong : reading.line;
		config_fail(&reading, -EINVAL, "expected \"[section]\" or \"key = value\"");
	}
	free(reading.text);
	fclose(reading.stream);
	return reading.err;
}

/* Starts with the default rules. */
static int config_start(struct config *config)
{
	*config = (struct config){ .filter = config_filter_default,
				   .state = config_state_default,
				   .standing = { .brake = rules_default.brake,
						 .learn = rules_default.learn } };
	config->rules = calloc(SOBIG_RULES_MAX, sizeof(*config->rules));
	if (!config->rules)
		return -ENOMEM;
	config->rules_count = rules_default.count;
	for (size_t i = 0; i < config->rules_count; i++) {
		config->rules[i].rule = rules_default.rules[i];
		config->rules[i].enabled = true;
		config->rules[i].given = ~0u;
	}
	return 0;
}

/* The likely cause is a misspelt name of a default rule. */
static void config_missing_error(const struct config_rule *rule, const char *missing,
				 struct config_error *error)
{
	const char *names[SOBIG_RULES_MAX + 1] = { NULL }, *nearest;

	for (size_t i = 0; i < rules_default.count; i++)
		names[i] = rules_default.rules[i].name;
	nearest = suggest_nearest(rule->rule.name, names);
	snprintf(error->text, sizeof(error->text),
		 "%s:%d: [rule %s] has no \"%s\"; a rule that is not a default rule needs it%s%s%s",
		 rule->file, rule->line, rule->rule.name, missing,
		 nearest ? "; did you mean [rule " : "", nearest ? nearest : "",
		 nearest ? "]?" : "");
}

/* A port that a rule is configured to close, and [filter] does not protect; 0: there is none. */
static uint16_t config_unprotected(const struct config *config, const struct rule *rule)
{
	const uint16_t *protected = config->filter.ports;
	int at;

	for (int i = 0; i < SOBIG_PORTS_MAX && rule->ports[i] && *protected; i++) {
		for (at = 0; at < SOBIG_PORTS_MAX && protected[at] != rule->ports[i]; at++)
			;
		if (at == SOBIG_PORTS_MAX)
			return rule->ports[i];
	}
	return 0;
}

static int config_check_ports(const struct config *config, struct config_error *error)
{
	const struct config_rule *matches[RULES_MARKS_MAX];
	struct rules rules;
	size_t count;

	config_rules(config, &rules, matches, &count);
	if (!rule_ports_set(&rules, config->filter.ports))
		return 0;
	snprintf(error->text, sizeof(error->text),
		 "the rules close more than %d different ports; expected at most %d in all",
		 SOBIG_PORTS_MAX, SOBIG_PORTS_MAX);
	return -EINVAL;
}

/* Checks that need the complete configuration. */
static int config_finish(struct config *config, struct config_error *error)
{
	for (size_t i = 0; i < config->rules_count; i++) {
		struct config_rule *rule = &config->rules[i];
		const char *missing = config_rule_missing(rule);

		/* Some keys of a default rule of version 0.1: lint_config() reports it. */
		if (missing && rules_is_former(rule->rule.name)) {
			rule->former = rule->enabled;
			rule->enabled = false;
			continue;
		}
		if (missing)
			config_missing_error(rule, missing, error);
		else if (rule->rule.max < rule->rule.block)
			snprintf(
				error->text, sizeof(error->text),
				"%s:%d: [rule %s]: max is shorter than block: expected at least the value of block",
				rule->file, rule->line, rule->rule.name);
		else if (rule->enabled && config_unprotected(config, &rule->rule))
			snprintf(
				error->text, sizeof(error->text),
				"%s:%d: [rule %s]: ports contains %u, which is not protected: expected only ports that are also in ports of [filter]",
				rule->file, rule->line, rule->rule.name,
				config_unprotected(config, &rule->rule));
		else
			continue;
		return -EINVAL;
	}
	return config_check_ports(config, error);
}

int config_load(const char *file, struct config *out, struct config_error *error)
{
	struct config config;
	glob_t found = { 0 };
	int err = config_start(&config);

	if (err)
		snprintf(error->text, sizeof(error->text), "%s", strerror(-err));
	if (!err)
		err = config_read(&config, file ? file : CONFIG_FILE, file, error);
	if (!err && !file && !glob(CONFIG_FOLDER "/*.conf", 0, NULL, &found))
		for (size_t i = 0; i < found.gl_pathc && !err; i++)
			err = config_read(&config, found.gl_pathv[i], true, error);
	globfree(&found);
	if (!err)
		err = config_finish(&config, error);
	if (err)
		config_free(&config);
	else
		*out = config;
	return err;
}

void config_rules(const struct config *config, struct rules *out,
		  const struct config_rule *matches[RULES_MARKS_MAX], size_t *matches_count)
{
	memset(out, 0, sizeof(*out));
	out->brake = config->standing.brake;
	out->learn = config->standing.disabled ? 0 : config->standing.learn;
	out->no_standing = config->standing.disabled;
	*matches_count = 0;
	for (size_t i = 0; i < config->rules_count; i++) {
		const struct config_rule *from = &config->rules[i];
		struct rule *to = &out->rules[out->count];

		if (!from->enabled)
			continue;
		out->count++;
		*to = from->rule;
		to->mark = RULES_NO_MARK;
		if (!from->match)
			continue;
		to->mark = *matches_count;
		matches[(*matches_count)++] = from;
	}
	rule_ports_set(out, config->filter.ports);
}

void config_free(struct config *config)
{
	for (size_t i = 0; i < config->patterns_count; i++) {
		free(config->patterns[i].regex);
		free(config->patterns[i].location.file);
	}
	free(config->patterns);
	for (size_t i = 0; i < config->rules_count; i++)
		config_rule_free(&config->rules[i]);
	free(config->rules);
	config_allow_free(&config->allow);
	config_state_free(&config->state);
	memset(config, 0, sizeof(*config));
}
