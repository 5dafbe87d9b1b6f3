/* SPDX-License-Identifier: GPL-2.0-only */
/* What all commands share: the table's row, common options, exit statuses, ways to print. */
#ifndef CLI_H
#define CLI_H

#include <getopt.h>
#include <jansson.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "common/addr.h"
#include "config/overrides.h"

enum cli_exit {
	CLI_DONE = 0,
	CLI_FAILED = 1,
	CLI_USAGE = 2,
	CLI_NOT_PRIVILEGED = 3,
};

struct cli_command {
	const char *name;
	const char *arguments; /* for the usage line */
	const char *summary;
	const char *options; /* for help, one a line */
	int (*run)(int argc, char **argv);
};

/* Options that every command takes. */
struct cli_common {
	const struct cli_command *command;
	char **argv;
	const char *pins;
	const char *state; /* the folder; NULL: as configured */
	bool json;
	bool lines; /* NDJSON: a document a line */
};

enum {
	CLI_OPTION_PINS = 256,
	CLI_OPTION_NDJSON,
	CLI_OPTION_STATE,
	CLI_OPTION_OWN
};

/* The releases of clang-format differ here. */
/* clang-format off */
#define CLI_COMMON_OPTIONS \
	{ "help", no_argument, NULL, 'h' }, \
	{ "json", no_argument, NULL, 'j' }, \
	{ "ndjson", no_argument, NULL, CLI_OPTION_NDJSON }, \
	{ "pins", required_argument, NULL, CLI_OPTION_PINS }, \
	{ "state", required_argument, NULL, CLI_OPTION_STATE }, \
	{ NULL, 0, NULL, 0 }
/* clang-format on */
#define CLI_COMMON_LETTERS "hj"

/* For help, one a line, as in a row of the table. */
extern const char cli_common_text[];

/* The command named argv[0], with the defaults. */
void cli_start(struct cli_common *common, char **argv);

/*
 * Takes what getopt_long(3) returned if it is a common option. True: the command shall end with
 * *status (help was asked for, or the option is not known, which was said).
 */
bool cli_common_option(struct cli_common *common, int option, int *status);

/* Says what is wrong, and how to see what is right; returns CLI_USAGE. */
int cli_usage(const struct cli_common *common, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Takes the value of --limit, --window or --for. CLI_DONE or CLI_USAGE (reported). */
int cli_override(const struct cli_common *common, enum overrides_key key, const char *value,
		 struct overrides *overrides);

/* CLI_DONE if this process may do what needs privilege, else CLI_NOT_PRIVILEGED (said). */
int cli_need_privilege(void);

/* CLI_DONE for 0, CLI_NOT_PRIVILEGED for -EPERM (and says so), else CLI_FAILED. */
int cli_status(int err);

/* Says why the pinned maps cannot be opened, and returns the status to exit with. */
int cli_cannot_open(const struct cli_common *common, int err);

/* Prints `json` on one line or indented, releases it. CLI_DONE, or CLI_FAILED if stdout failed. */
int cli_print_json(const struct cli_common *common, json_t *json);

/* When all lines are put, or all is printed: CLI_DONE, or CLI_FAILED if stdout failed (told). */
int cli_end_output(void);

int cmd_allow(int argc, char **argv);
int cmd_attach(int argc, char **argv);
int cmd_detach(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_list(int argc, char **argv);
int cmd_block(int argc, char **argv);
int cmd_unblock(int argc, char **argv);
int cmd_import(int argc, char **argv);
int cmd_parse(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_release(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_replay(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_metrics(int argc, char **argv);
int cmd_completion(int argc, char **argv);
int cmd_lookup(int argc, char **argv);

extern const struct cli_command cli_commands[];

#endif
