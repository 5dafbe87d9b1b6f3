// SPDX-License-Identifier: GPL-2.0-only
/* Parses the options and arguments of a command by its rows. */
#include "cli/options.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/help.h"
#include "common/duration.h"
#include "common/number.h"
#include "common/suggest.h"
#include "config/config_filter.h"
#include "sobig.h"

/* Options of one command, the common ones included. */
#define OPTIONS_MAX 32

#define OPTIONS_LABEL_SIZE 32

/* What getopt_long(3) returns for a long option: this, and the index of the row. */
#define OPTIONS_LONG 256

struct options_parser {
	const struct options_row *rows[OPTIONS_MAX];
	int count;
	struct option longs[OPTIONS_MAX + 1];
	char letters[2 * OPTIONS_MAX + 2];
	struct cli_common *common;
};

static void options_add_rows(struct options_parser *parser, const struct options_row *table)
{
	const struct options_row *row;
	char *letters = parser->letters + strlen(parser->letters);
	int longs = 0;

	while (parser->longs[longs].name)
		longs++;
	options_each(row, table) {
		const bool takes = row->type != OPTIONS_FLAG;

		assert(parser->count < OPTIONS_MAX);
		if (row->letter) {
			*letters++ = row->letter;
			if (takes)
				*letters++ = ':';
		}
		if (row->name)
			parser->longs[longs++] =
				(struct option){ row->name, takes ? required_argument : no_argument,
						 NULL, OPTIONS_LONG + parser->count };
		parser->rows[parser->count++] = row;
	}
}

/* The row of what getopt_long(3) returned, or put into optopt. */
static const struct options_row *options_find(const struct options_parser *parser, int option)
{
	if (option >= OPTIONS_LONG)
		return parser->rows[option - OPTIONS_LONG];
	for (int i = 0; i < parser->count; i++)
		if (parser->rows[i]->letter == option)
			return parser->rows[i];
	return NULL;
}

/* "--limit" or "-c" */
static const char *options_label(const struct options_row *row, char text[OPTIONS_LABEL_SIZE])
{
	if (row->name)
		snprintf(text, OPTIONS_LABEL_SIZE, "--%s", row->name);
	else
		snprintf(text, OPTIONS_LABEL_SIZE, "-%c", row->letter);
	return text;
}

/* "a number from 1 to 1000": the form of the values of an option. */
static const char *options_expected(const struct options_row *row, char text[SUGGEST_TEXT_SIZE])
{
	char min[DURATION_TEXT_SIZE], max[DURATION_TEXT_SIZE];

	if (row->expected)
		return row->expected;
	switch (row->type) {
	case OPTIONS_FILE:
		return "a file name";
	case OPTIONS_FOLDER:
		return "an absolute path";
	case OPTIONS_NUMBER:
	case OPTIONS_DECIMAL:
		snprintf(text, SUGGEST_TEXT_SIZE, "a number from %.15g to %.15g", row->min,
			 row->max);
		return text;
	case OPTIONS_TIME:
		snprintf(text, SUGGEST_TEXT_SIZE, "a time from %s to %s, such as 90s or 1h30m",
			 duration_format(row->min, min), duration_format(row->max, max));
		return text;
	case OPTIONS_PORTS:
		snprintf(text, SUGGEST_TEXT_SIZE, "up to %d ports, such as 25,465",
			 SOBIG_PORTS_MAX);
		return text;
	case OPTIONS_CHOICE:
		return suggest_list(row->words, text);
	default:
		return row->value;
	}
}

static int options_take_text(const struct options_row *row, const char *text, void *member)
{
	struct options_list *list = member;

	if (row->type == OPTIONS_FOLDER && *text != '/')
		return -EINVAL;
	if (!row->repeats) {
		*(const char **)member = text;
		return 0;
	}
	if (list->count == OPTIONS_LIST_MAX)
		return -E2BIG;
	list->at[list->count++] = text;
	return 0;
}

static int options_take_number(const struct options_row *row, const char *text, void *member)
{
	uint64_t number = 0;
	uint32_t seconds = 0;
	double value = 0;
	char *end;
	int err;

	if (row->type == OPTIONS_DECIMAL) {
		value = strtod(text, &end);
		err = end == text || *end;
	} else if (row->type == OPTIONS_TIME) {
		err = duration_parse(text, &seconds);
		value = seconds;
	} else {
		err = number_parse(text, 0, UINT32_MAX, NULL, &number);
		value = number;
	}
	if (err || !(value >= row->min && value <= row->max))
		return -EINVAL;
	if (row->type == OPTIONS_DECIMAL)
		*(double *)member = value;
	else
		*(uint32_t *)member = value;
	return 0;
}

static int options_take_choice(const struct options_row *row, const char *text, unsigned int *out)
{
	for (unsigned int i = 0; row->words[i]; i++) {
		if (strcmp(text, row->words[i]))
			continue;
		*out = i;
		return 0;
	}
	return -EINVAL;
}

/* Stores a value. 0; -EINVAL: not as expected; -E2BIG: given too often. */
static int options_take(const struct options_row *row, const char *text, void *values)
{
	void *member = (char *)values + row->offset;

	switch (row->type) {
	case OPTIONS_FLAG:
		*(bool *)member = true;
		return 0;
	case OPTIONS_TEXT:
	case OPTIONS_FILE:
	case OPTIONS_FOLDER:
		return options_take_text(row, text, member);
	case OPTIONS_NUMBER:
	case OPTIONS_DECIMAL:
	case OPTIONS_TIME:
		return options_take_number(row, text, member);
	case OPTIONS_PORTS:
		return config_filter_ports(text, member);
	case OPTIONS_CHOICE:
		return options_take_choice(row, text, member);
	case OPTIONS_OWN:
		return row->take(text, member);
	default: /* of arguments only */
		return 0;
	}
}

/* A long option that getopt_long(3) does not know, or that several begin with. */
static int options_unknown(const struct options_parser *parser, const char *word)
{
	char labels[OPTIONS_MAX][OPTIONS_LABEL_SIZE], text[SUGGEST_TEXT_SIZE];
	const char *all[OPTIONS_MAX + 1] = { NULL }, *begun[OPTIONS_MAX + 1] = { NULL };
	const int length = strcspn(word, "=");
	int count = 0, begun_count = 0;
	char name[OPTIONS_LABEL_SIZE];

	snprintf(name, sizeof(name), "%.*s", length, word);
	for (int i = 0; i < parser->count; i++) {
		options_label(parser->rows[i], labels[i]);
		if (!strncmp(labels[i], name, strlen(name)))
			begun[begun_count++] = labels[i];
		if (parser->rows[i]->name && !parser->rows[i]->hidden)
			all[count++] = labels[i];
	}
	if (begun_count > 1)
		return cli_usage(parser->common, "\"%s\": expected %s", word,
				 suggest_list(begun, text));
	return cli_usage(parser->common, "\"%s\": unknown option of %s%s", word,
			 parser->common->command->name, suggest_words(name, all, "", text));
}

/* Logs what is wrong with an option for which getopt_long(3) returned '?' or ':'. */
static int options_wrong(const struct options_parser *parser, int option, const char *word)
{
	char label[OPTIONS_LABEL_SIZE], text[SUGGEST_TEXT_SIZE];
	const struct options_row *row = optopt ? options_find(parser, optopt) : NULL;

	if (row)
		options_label(row, label);
	if (row && option == ':')
		return cli_usage(parser->common, "%s has no value: expected %s", label,
				 options_expected(row, text));
	if (row)
		return cli_usage(parser->common, "\"%s\": %s takes no value", word, label);
	if (optopt)
		return cli_usage(parser->common, "\"-%c\": unknown option of %s", optopt,
				 parser->common->command->name);
	return options_unknown(parser, word);
}

/* "no address given", for a missing argument of the form "ADDRESS[/LENGTH]...". */
static int options_missing(const struct cli_common *common, const struct options_row *row)
{
	char name[HELP_NAME_SIZE], text[SUGGEST_TEXT_SIZE];

	help_name(row, name);
	for (char *letter = name; *letter; letter++)
		*letter = tolower((unsigned char)*letter);
	return cli_usage(common, "no %s given: expected %s", name, options_expected(row, text));
}

/* Checks the number of arguments and stores choices. CLI_DONE or CLI_USAGE (logged). */
static int options_arguments(const struct cli_command *command, struct cli_common *common)
{
	const struct options_row *row, *last = NULL;
	char text[SUGGEST_TEXT_SIZE];
	int at = 0;

	options_each_argument(row, command->options) {
		const int left = common->count - at;

		last = row;
		if (left < row->min)
			return options_missing(common, row);
		if (row->repeats && row->max && left > row->max)
			return cli_usage(common, "%d arguments: expected at most %.0f", left,
					 row->max);
		if (left && row->type == OPTIONS_CHOICE &&
		    options_take(row, common->arguments[at], common))
			return cli_usage(common, "\"%s\": expected %s", common->arguments[at],
					 options_expected(row, text));
		at += row->repeats ? left : left > 0;
	}
	if (at >= common->count)
		return CLI_DONE;
	if (last)
		return cli_usage(common, "\"%s\": expected %s", common->arguments[at],
				 options_expected(last, text));
	return cli_usage(common, "\"%s\": %s accepts no arguments", common->arguments[at],
			 command->name);
}

/* One option, as getopt_long(3) returned it; `word` is where it stands. False: exit. */
static bool options_next(const struct options_parser *parser, int option, const char *word,
			 int *status)
{
	char label[OPTIONS_LABEL_SIZE], text[SUGGEST_TEXT_SIZE];
	struct cli_common *common = parser->common;
	const struct options_row *row;
	int err;

	*status = CLI_USAGE;
	if (option == '?' || option == ':') {
		options_wrong(parser, option, word);
		return false;
	}
	row = options_find(parser, option);
	err = options_take(row, optarg, common);
	if (err == -E2BIG)
		cli_usage(common, "%s is given too often: expected at most %d times",
			  options_label(row, label), OPTIONS_LIST_MAX);
	else if (err)
		cli_usage(common, "%s = \"%s\": expected %s", options_label(row, label), optarg,
			  options_expected(row, text));
	if (err)
		return false;
	common->json |= common->lines;
	if (!common->help)
		return true;
	help_print(common->command);
	*status = CLI_DONE;
	return false;
}

void *options_parse(const struct cli_command *command, int argc, char **argv, int *status)
{
	static struct cli_common only;
	struct cli_common *common = command->values ? command->values : &only;
	struct options_parser parser = { .letters = ":", .common = common };
	int option;

	assert(!command->options[OPTIONS_ROWS - 1].type);
	common->command = command;
	if (!common->pins)
		common->pins = SOBIG_PINS;
	options_add_rows(&parser, command->options);
	options_add_rows(&parser, cli_options);
	optind = 0;
	opterr = 0;
	while ((option = getopt_long(argc, argv, parser.letters, parser.longs, NULL)) != -1)
		if (!options_next(&parser, option, argv[optind - 1], status))
			return NULL;
	common->arguments = argv + optind;
	common->count = argc - optind;
	*status = options_arguments(command, common);
	return *status ? NULL : common;
}
