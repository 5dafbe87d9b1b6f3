/* SPDX-License-Identifier: GPL-2.0-only */
/* Parses the options and arguments of a command by its rows. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "cli/command.h"

/*
 * Parses argv[1]... into the values of the command, of which argv[0] is the name. Returns them, or
 * NULL if the command must exit with *status: help was printed, or there is an error (logged). One
 * command a process.
 */
void *options_parse(const struct cli_command *command, int argc, char **argv, int *status);

#endif
