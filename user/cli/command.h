/* SPDX-License-Identifier: GPL-2.0-only */
/* What a command is: a row of the table, with its options and arguments as rows. */
#ifndef COMMAND_H
#define COMMAND_H

#include <stdbool.h>
#include <stddef.h>

/* The form of a value, and the type of the member that it is stored in. */
enum options_type {
	OPTIONS_END,
	OPTIONS_FLAG,	   /* bool; takes no value */
	OPTIONS_TEXT,	   /* const char * */
	OPTIONS_FILE,	   /* const char * */
	OPTIONS_FOLDER,	   /* const char *: an absolute path */
	OPTIONS_NUMBER,	   /* uint32_t from `min` to `max` */
	OPTIONS_DECIMAL,   /* double from `min` to `max` */
	OPTIONS_TIME,	   /* uint32_t: seconds, from `min` to `max` */
	OPTIONS_PORTS,	   /* uint16_t[SOBIG_PORTS_MAX]: host byte order; 0: no more */
	OPTIONS_CHOICE,	   /* unsigned int: the index of the word in `words` */
	OPTIONS_INTERFACE, /* of arguments only */
	OPTIONS_NETWORK,   /* of arguments only: an address or a network */
	OPTIONS_OWN,	   /* what `take` stores */
	OPTIONS_TYPES,	   /* their number */
};

/* The values of an option of text that can be given repeatedly, in their order. */
#define OPTIONS_LIST_MAX 16
struct options_list {
	const char *at[OPTIONS_LIST_MAX];
	int count;
};

/*
 * An option, or an argument, which has no name and no letter. A table ends with a row of zeros. The
 * member at `offset` in the command's values keeps its default if the option is not given. Of
 * arguments, only choices are stored; the others are in struct cli_common.
 */
struct options_row {
	const char *name; /* "limit"; NULL: none */
	enum options_type type;
	const char *value; /* "FILE": the value in the help; NULL: none, or the words */
	size_t offset;
	const char *help; /* NULL: the words */
	char letter;	  /* 'c'; 0: none */
	bool repeats;	  /* may be given more than once; text: struct options_list */
	bool hidden;	  /* accepted, but not shown: the name in an earlier version */
	double min, max;  /* of an argument: how often it must, and may, be given (0: any) */
	const char *const *words; /* of a choice, NULL-terminated; the first is the default */
	const char *expected;	  /* the form of the value, for errors; NULL: by the type */
	int (*take)(const char *text, void *member); /* 0; -EINVAL: not as expected */
};

/* The rows of a command, and one of zeros at their end. */
#define OPTIONS_ROWS 16

/* Run through the options, or the arguments, of a table. */
/* clang-format versions disagree here. */
/* clang-format off */
#define options_each(row, table) \
	for ((row) = (table); (row)->type; (row)++) \
		if (!(row)->name && !(row)->letter) { } else
#define options_each_argument(row, table) \
	for ((row) = (table); (row)->type; (row)++) \
		if ((row)->name || (row)->letter) { } else
/* clang-format on */

enum cli_exit {
	CLI_DONE = 0,
	CLI_FAILED = 1,
	CLI_USAGE = 2,
	CLI_NOT_PRIVILEGED = 3,
};

/* A command: main() parses its options and arguments into `values` and runs it. */
struct cli_command {
	const char *name;
	const char *summary;
	const struct options_row options[OPTIONS_ROWS]; /* besides the common ones; arguments */
	void *values; /* with the defaults, first a struct cli_common; NULL: only that one */
	int (*run)(void *values);
	bool internal; /* the list of commands does not show it */
};

/* The values of the options of every command, and its arguments. */
struct cli_common {
	const struct cli_command *command;
	const char *pins;
	const char *state;  /* the state directory; NULL: as configured */
	const char *config; /* the configuration file; NULL: the usual ones */
	bool json;
	bool lines; /* NDJSON: one document per line */
	bool help;
	char **arguments;
	int count;
};

#endif
