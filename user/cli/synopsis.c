// SPDX-License-Identifier: GPL-2.0-only
/* Parser for the options and arguments in a row of the command table. */
#include "cli/synopsis.h"

#include <string.h>

#define SYNOPSIS_SMALL "abcdefghijklmnopqrstuvwxyz-"

static void synopsis_copy(char *out, size_t size, const char *from, size_t length)
{
	if (length >= size)
		length = size - 1;
	memcpy(out, from, length);
	out[length] = '\0';
}

static void synopsis_add_word(struct synopsis_value *value, const char *word, size_t length)
{
	size_t used = strlen(value->words);

	if (used + length + 2 > sizeof(value->words))
		return;
	if (used)
		value->words[used++] = ' ';
	synopsis_copy(value->words + used, sizeof(value->words) - used, word, length);
	value->kind = SYNOPSIS_WORDS;
}

/* "[FILE|-]", "IF...|--all", "bash|zsh|fish": the words between the bars. */
static void synopsis_name(const char *text, size_t length, struct synopsis_value *out)
{
	const char *end = text + length, *next;

	*out = (struct synopsis_value){ .kind = SYNOPSIS_ANYTHING };
	text += strspn(text, "[");
	synopsis_copy(out->name, sizeof(out->name), text, strcspn(text, "[]|., "));
	for (; text < end; text = next + 1) {
		size_t word = strspn(text, SYNOPSIS_SMALL);

		next = text + strcspn(text, "|] ");
		if (next > end)
			next = end;
		if (word && *text != '-' && text + word == next)
			synopsis_add_word(out, text, word);
		else if (!strncmp(text, "FILE", 4))
			out->kind = SYNOPSIS_FILES;
		else if (!strncmp(text, "DIR", 3))
			out->kind = SYNOPSIS_FOLDERS;
		else if (!strncmp(text, "IF", 2))
			out->kind = SYNOPSIS_INTERFACES;
	}
}

/* "auto, native or generic (auto)": the text of an option may list its values. */
static void synopsis_listed(const char *text, struct synopsis_value *value)
{
	struct synopsis_value found = *value;
	size_t length;
	bool more;

	for (;; text += more ? 2 : 4) {
		length = strspn(text, SYNOPSIS_SMALL);
		if (!length)
			return;
		synopsis_add_word(&found, text, length);
		text += length;
		more = !strncmp(text, ", ", 2);
		if (!more && strncmp(text, " or ", 4))
			break;
	}
	/* A sentence or a single word is not a list. */
	if ((!*text || !strncmp(text, " (", 2)) && strchr(found.words, ' '))
		*value = found;
}

/* "-j, --json", "--log FILE": the part before the text. Returns the start of the text. */
static const char *synopsis_head(const char *at, struct synopsis_option *out)
{
	size_t length;

	for (;;) {
		length = strcspn(at, " \n");
		if (!strncmp(at, "--", 2)) {
			synopsis_copy(out->name, sizeof(out->name), at + 2, length - 2);
		} else if (*at == '-') {
			out->letter = at[1];
		} else {
			out->takes = true;
			synopsis_name(at, length, &out->value);
		}
		at += length;
		if (strncmp(at, " ", 1) || !strncmp(at, "  ", 2))
			return at + strspn(at, " ");
		at++;
	}
}

const char *synopsis_option(const char *options, struct synopsis_option *out)
{
	const char *text;
	size_t length;

	/* Other lines continue the previous text. */
	while (*options && strncmp(options, "  -", 3)) {
		options += strcspn(options, "\n");
		options += *options == '\n';
	}
	if (!*options)
		return NULL;
	*out = (struct synopsis_option){ 0 };
	text = synopsis_head(options + 2, out);
	length = strcspn(text, "\n");
	synopsis_copy(out->text, sizeof(out->text), text, length);
	out->repeats = strstr(out->text, "(repeatable)") != NULL;
	if (out->takes && out->value.kind == SYNOPSIS_ANYTHING)
		synopsis_listed(out->text, &out->value);
	text += length;
	return text + (*text == '\n');
}

bool synopsis_argument(const char *arguments, int place, struct synopsis_value *out, bool *last)
{
	const char *end;

	for (;; arguments = end + strspn(end, " ")) {
		if (!*arguments)
			return false;
		end = arguments + strcspn(arguments, " ");
		*last = memmem(arguments, end - arguments, "...", 3) != NULL;
		if (!place-- || *last)
			break;
	}
	synopsis_name(arguments, end - arguments, out);
	return true;
}
