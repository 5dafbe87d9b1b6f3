// SPDX-License-Identifier: GPL-2.0-only
/* Removes indentation and comment from a line of the configuration. */
#include "config/config_line.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static const char config_line_blanks[] = " \t\r\n\v\f";

/* The end of the line's content: before the comment and the white space in front of it. */
static char *config_line_end(char *text)
{
	char *end = text;

	for (char *at = text; *at; at++) {
		bool blank = strchr(config_line_blanks, *at);

		if ((*at == '#' || *at == ';') && (at == text || end < at))
			break;
		if (!blank)
			end = at + 1;
	}
	return end;
}

static bool config_line_takes_pattern(const char *key, size_t length)
{
	static const char *const keys[] = { "pattern", "match" };

	while (length && strchr(config_line_blanks, key[length - 1]))
		length--;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strlen(keys[i]) == length && !strncmp(key, keys[i], length))
			return true;
	return false;
}

/* "[section]" */
static const char *config_line_section(char *text)
{
	char *end = strchr(text, ']');

	if (!end)
		return "the \"]\" is missing";
	end++;
	if (config_line_end(end) != end)
		return "only a comment may follow the \"]\" of a section";
	*end = '\0';
	return NULL;
}

const char *config_line_cut(char **line)
{
	char *text = *line + strspn(*line, config_line_blanks), *end = config_line_end(text);
	size_t key = strcspn(text, "=:");

	*line = text;
	if (*text == '[')
		return config_line_section(text);
	if (end != text && (text + key >= end))
		return "expected \"[section]\" or \"key = value\"";
	if (end[strspn(end, config_line_blanks)] && config_line_takes_pattern(text, key))
		return "in a pattern, \"#\" or \";\" after a space is ambiguous; put the comment on its own line, or write \"[#]\" or \"[;]\" for the character";
	*end = '\0';
	return NULL;
}
