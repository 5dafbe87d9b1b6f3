/* SPDX-License-Identifier: GPL-2.0-only */
/* Common to all commands: the row of the command table, options, exit statuses, output. */
#ifndef CLI_H
#define CLI_H

#include <jansson.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "cli/command.h"
#include "common/addr.h"
#include "common/duration.h"
#include "config/config.h"
#include "config/overrides.h"

/* The option -c of commands that read the configuration. */
/* clang-format versions disagree here. */
/* clang-format off */
#define CLI_CONFIG_HELP "configuration file (" CONFIG_FILE ")"
#define CLI_CONFIG \
	{ NULL, OPTIONS_FILE, "FILE", offsetof(struct cli_common, config), CLI_CONFIG_HELP, 'c' }

/* Those of commands that judge; `at` is the offset of a struct overrides. */
#define CLI_OVERRIDES(at) \
	{ "limit", OPTIONS_NUMBER, "N", (at) + offsetof(struct overrides, limit), \
	  "rule worm-storm: block after more than N offences (15)", \
	  .min = 1, .max = RULES_LIMIT_MAX }, \
	{ "window", OPTIONS_TIME, "TIME", (at) + offsetof(struct overrides, window), \
	  "rule worm-storm: within TIME (5m)", .min = 1, .max = RULES_WINDOW_MAX }, \
	{ "for", OPTIONS_TIME, "TIME", (at) + offsetof(struct overrides, block), \
	  "rule worm-storm: duration of the first block (1h)", .min = 1, .max = DURATION_MAX_SECONDS }
/* clang-format on */

/* The options of every command. */
extern const struct options_row cli_options[];

/* Logs a usage error with a pointer to the help; returns CLI_USAGE. */
int cli_usage(const struct cli_common *common, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* CLI_DONE if this process has the privileges of root, else CLI_NOT_PRIVILEGED (logged). */
int cli_need_privilege(void);

/* CLI_DONE for 0, CLI_NOT_PRIVILEGED for -EPERM (logged), else CLI_FAILED. */
int cli_status(int err);

/* Prints `json` on one line or indented, and releases it. CLI_DONE, or CLI_FAILED if stdout failed.
 */
int cli_print_json(const struct cli_common *common, json_t *json);

/* Flushes stdout after the last line. CLI_DONE, or CLI_FAILED if stdout failed (logged). */
int cli_end_output(void);

/* The table of commands; a NULL ends it. */
extern const struct cli_command *const cli_commands[];

extern const struct cli_command attach_command;
extern const struct cli_command detach_command;
extern const struct cli_command status_command;
extern const struct cli_command list_command;
extern const struct cli_command explain_command;
extern const struct cli_command block_command;
extern const struct cli_command unblock_command;
extern const struct cli_command release_command;
extern const struct cli_command check_command;
extern const struct cli_command allow_command;
extern const struct cli_command import_command;
extern const struct cli_command parse_command;
extern const struct cli_command replay_command;
extern const struct cli_command top_command;
extern const struct cli_command metrics_command;
extern const struct cli_command completion_command;
extern const struct cli_command lookup_command;

#endif
