// SPDX-License-Identifier: GPL-2.0-only
/* What the operator has configured, as he wrote it; what it means is others' to find. */
#include "config.h"

#include <errno.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ini.h>

#include "common/words.h"

/* One file being read. */
struct config_reading {
	struct config *config;
	struct config_error *error;
	const char *file;
	FILE *stream;
	int line;
	int err; /* of the first thing that is wrong */
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

/* "[class virus]": the class, or the nearest to what stands there. */
static int config_class(struct config_reading *reading, const char *name, enum event_class *out)
{
	const char *words[EVENT_OFFENCES + 1] = { NULL };
	const char *nearest;

	if (!event_class_parse(name, out))
		return 0;
	for (int i = 0; i < EVENT_OFFENCES; i++)
		words[i] = event_class_name(i);
	nearest = words_nearest(name, words);
	config_fail(reading, -EINVAL, "there is no class \"%s\"%s%s%s", name,
		    nearest ? "; did you mean \"" : "", nearest ? nearest : "",
		    nearest ? "\"?" : "; sobig-xdp(8) lists them");
	return -EINVAL;
}

static void config_add_pattern(struct config_reading *reading, enum event_class class,
			       const char *regex)
{
	struct config *config = reading->config;
	struct config_pattern *patterns, *pattern;

	patterns = reallocarray(config->patterns, config->patterns_count + 1, sizeof(*patterns));
	if (!patterns) {
		config_fail(reading, -ENOMEM, "%s", strerror(ENOMEM));
		return;
	}
	config->patterns = patterns;
	pattern = &patterns[config->patterns_count++];
	pattern->class = class;
	pattern->line = reading->line;
	pattern->regex = strdup(regex);
	pattern->file = strdup(reading->file);
	if (!pattern->regex || !pattern->file)
		config_fail(reading, -ENOMEM, "%s", strerror(ENOMEM));
}

/* inih's handler: 1, or 0 for what is wrong. */
static int config_take(void *context, const char *section, const char *name, const char *value)
{
	static const char of_class[] = "class ";
	struct config_reading *reading = context;
	enum event_class class;
	char why[256];

	if (!strcmp(section, "filter")) {
		if (config_filter_take(&reading->config->filter, name, value, why, sizeof(why)))
			config_fail(reading, -EINVAL, "%s", why);
		return !reading->err;
	}
	if (strncmp(section, of_class, sizeof(of_class) - 1)) {
		config_fail(reading, -EINVAL,
			    *section ? "there is no section [%s]; what there is: [class NAME], "
				       "[filter]"
				     : "a line before any section%s",
			    section);
		return 0;
	}
	if (config_class(reading, section + sizeof(of_class) - 1, &class))
		return 0;
	if (strcmp(name, "pattern")) {
		config_fail(reading, -EINVAL, "[%s] has no key \"%s\"; did you mean \"pattern\"?",
			    section, name);
		return 0;
	}
	if (!*value) {
		config_fail(reading, -EINVAL, "a pattern that is empty would fit every text");
		return 0;
	}
	config_add_pattern(reading, class, value);
	return !reading->err;
}

/* inih's reader: a line, counted, and never half a one. */
static char *config_read_line(char *buffer, int size, void *context)
{
	struct config_reading *reading = context;
	char *line = reading->err ? NULL : fgets(buffer, size, reading->stream);

	if (!line)
		return NULL;
	reading->line++;
	if (!strchr(line, '\n') && !feof(reading->stream)) {
		config_fail(reading, -EINVAL, "a line may have %d characters at most", size - 2);
		return NULL;
	}
	/* inih would take the one for another pattern, and cut the other there. */
	if ((*line == ' ' || *line == '\t') && line[strspn(line, " \t\r\n")]) {
		config_fail(reading, -EINVAL, "a line may not begin with a space");
		return NULL;
	}
	if (*line == '[' && !strchr(line, ']')) {
		config_fail(reading, -EINVAL, "the \"]\" is missing");
		return NULL;
	}
	if (*line != ';' && *line != '#' && strpbrk(line, ";#") &&
	    (strstr(line, " ;") || strstr(line, "\t;") || strstr(line, " #") ||
	     strstr(line, "\t#"))) {
		config_fail(reading, -EINVAL,
			    "a remark needs a line of its own (in a pattern, write \"[;]\" or "
			    "\"[#]\" for the character behind a space)");
		return NULL;
	}
	return line;
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
		config_fail(&reading, -EINVAL, "neither \"[section]\" nor \"key = value\"");
	}
	fclose(reading.stream);
	return reading.err;
}

int config_load(const char *file, struct config *out, struct config_error *error)
{
	struct config config = { .filter = config_filter_default };
	glob_t found = { 0 };
	int err;

	err = config_read(&config, file ? file : CONFIG_FILE, file, error);
	if (!err && !file && !glob(CONFIG_FOLDER "/*.conf", 0, NULL, &found))
		for (size_t i = 0; i < found.gl_pathc && !err; i++)
			err = config_read(&config, found.gl_pathv[i], true, error);
	globfree(&found);
	if (err)
		config_free(&config);
	else
		*out = config;
	return err;
}

void config_free(struct config *config)
{
	for (size_t i = 0; i < config->patterns_count; i++) {
		free(config->patterns[i].regex);
		free(config->patterns[i].file);
	}
	free(config->patterns);
	memset(config, 0, sizeof(*config));
}
