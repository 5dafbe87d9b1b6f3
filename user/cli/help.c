// SPDX-License-Identifier: GPL-2.0-only
/* Prints the help of a command from its rows. */
#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#include "common/suggest.h"

#define HELP_HEAD_SIZE 64
#define HELP_WIDTH     23 /* of the column of options */

const char *help_text(const struct options_row *row, char text[SUGGEST_TEXT_SIZE])
{
	char list[SUGGEST_TEXT_SIZE / 2];

	if (row->help)
		return row->help;
	snprintf(list, sizeof(list), "%s", suggest_list(row->words, text));
	snprintf(text, SUGGEST_TEXT_SIZE, "%s (%s)", list, row->words[0]);
	return text;
}

const char *help_name(const struct options_row *row, char name[HELP_NAME_SIZE])
{
	const char *value = row->value ? row->value : "word";

	snprintf(name, HELP_NAME_SIZE, "%s", value + strspn(value, "["));
	name[strcspn(name, "[]|.,: ")] = '\0';
	return name;
}

/* "-j, --json", "--log FILE" */
static void help_head(const struct options_row *row, char text[HELP_HEAD_SIZE])
{
	const char letter[] = { '-', row->letter, '\0' };

	snprintf(text, HELP_HEAD_SIZE, "%s%s%s%s%s%s", row->letter ? letter : "",
		 row->letter && row->name ? ", " : "", row->name ? "--" : "",
		 row->name ? row->name : "", row->value ? " " : "", row->value ? row->value : "");
}

static void help_options(const struct options_row *table)
{
	char head[HELP_HEAD_SIZE], text[SUGGEST_TEXT_SIZE];
	const struct options_row *row;

	options_each(row, table) {
		if (row->hidden)
			continue;
		help_head(row, head);
		printf("  %-*s  %s%s\n", HELP_WIDTH, head, help_text(row, text),
		       row->repeats ? " (repeatable)" : "");
	}
}

static void help_arguments(const struct options_row *table)
{
	const struct options_row *row;

	options_each_argument(row, table) {
		putchar(' ');
		if (row->value)
			fputs(row->value, stdout);
		for (int i = 0; !row->value && row->words[i]; i++)
			printf("%s%s", i ? "|" : "", row->words[i]);
	}
}

void help_print(const struct cli_command *command)
{
	printf("usage: sobig-xdp %s [OPTION...]", command->name);
	help_arguments(command->options);
	printf("\n\n%c%s.\n\n", command->summary[0] - 'a' + 'A', command->summary + 1);
	help_options(command->options);
	help_options(cli_options);
}
