// SPDX-License-Identifier: GPL-2.0-only
/* Writes metrics in Prometheus' text format 0.0.4 or as JSON. */
#include "status/metrics_out.h"

#include <stdarg.h>

static void metrics_out_family(struct metrics_out *out, const char *name, const char *type,
			       const char *help)
{
	out->name = name;
	out->type = type;
	out->help = help;
	out->samples = NULL;
}

void metrics_out_counter(struct metrics_out *out, const char *name, const char *help)
{
	metrics_out_family(out, name, "counter", help);
}

void metrics_out_gauge(struct metrics_out *out, const char *name, const char *help)
{
	metrics_out_family(out, name, "gauge", help);
}

/* Escapes backslashes and newlines, and quotes in labels. */
static void metrics_out_escape(FILE *to, const char *text, const char *quote)
{
	for (; *text; text++) {
		if (*text == '\n')
			fputs("\\n", to);
		else if (*text == '\\' || *text == *quote)
			fprintf(to, "\\%c", *text);
		else
			fputc(*text, to);
	}
}

static void metrics_out_begin(struct metrics_out *out)
{
	if (!out->help)
		return;
	if (out->text) {
		fprintf(out->text, "# HELP %s ", out->name);
		metrics_out_escape(out->text, out->help, "");
		fprintf(out->text, "\n# TYPE %s %s\n", out->name, out->type);
	} else {
		out->samples = json_array();
		json_array_append_new(out->json, json_pack("{s:s, s:s, s:s, s:o}", "name",
							   out->name, "type", out->type, "help",
							   out->help, "samples", out->samples));
	}
	out->help = NULL;
}

void metrics_out_sample(struct metrics_out *out, uint64_t value, ...)
{
	json_t *labels = out->json ? json_object() : NULL;
	const char *name, *between = "{";
	va_list args;

	metrics_out_begin(out);
	if (out->text)
		fputs(out->name, out->text);
	va_start(args, value);
	while ((name = va_arg(args, const char *))) {
		const char *text = va_arg(args, const char *);

		if (out->text) {
			fprintf(out->text, "%s%s=\"", between, name);
			metrics_out_escape(out->text, text, "\"");
			fputc('"', out->text);
			between = ",";
		} else {
			json_object_set_new(labels, name, json_string(text));
		}
	}
	va_end(args);
	if (out->text)
		fprintf(out->text, "%s %llu\n", *between == ',' ? "}" : "",
			(unsigned long long)value);
	else
		json_array_append_new(out->samples, json_pack("{s:o, s:I}", "labels", labels,
							      "value", (json_int_t)value));
}
