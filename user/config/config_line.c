// SPDX-License-Identifier: GPL-2.0-only
/* One line of the configuration without what says nothing: its indentation and its comment. */
#include "config/config_line.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static const char config_line_blanks[] = " \t\r\n\v\f";

/* Where the comment begins, with the white space before it; or the end of what the line says. */
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
		return "behind the \"]\" of a section, there can be a comment only";
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
		return "neither \"[section]\" nor \"key = value\"";
	if (end[strspn(end, config_line_blanks)] && config_line_takes_pattern(text, key))
		return "in a pattern, \"#\" or \";\" behind a space could begin a comment or be meant: give a comment a line of its own, or write \"[#]\" or \"[;]\" for the character";
	*end = '\0';
	return NULL;
}
