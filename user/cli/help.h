/* SPDX-License-Identifier: GPL-2.0-only */
/* Prints the help of a command from its rows. */
#ifndef HELP_H
#define HELP_H

#include "cli/cli.h"
#include "common/suggest.h"

/* Prints usage, summary and options to standard output. */
void help_print(const struct cli_command *command);

/* The text of an option: its help, or of a choice the words, "auto, native or generic (auto)". */
const char *help_text(const struct options_row *row, char text[SUGGEST_TEXT_SIZE]);

#define HELP_NAME_SIZE 32

/* The name of a value without brackets and dots: "ADDRESS" of "[ADDRESS[/LENGTH]...]". */
const char *help_name(const struct options_row *row, char name[HELP_NAME_SIZE]);

#endif
