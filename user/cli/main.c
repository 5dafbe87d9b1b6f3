// SPDX-License-Identifier: GPL-2.0-only
/* The command table and main() of sobig-xdp. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/options.h"
#include "common/log.h"
#include "common/suggest.h"
#include "config/config.h"

#ifndef VERSION
#define VERSION "unknown"
#endif

const struct cli_command *const cli_commands[] = {
	&attach_command,     &detach_command,  &status_command,
	&list_command,	     &explain_command, &block_command,
	&unblock_command,    &release_command, &check_command,
	&allow_command,	     &import_command,  &parse_command,
	&replay_command,     &top_command,     &metrics_command,
	&completion_command, &lookup_command,  NULL,
};

static void main_help(FILE *to)
{
	fputs("usage: sobig-xdp COMMAND [OPTION...] [ARGUMENT...]\n\n"
	      "Blocks hosts that flood exim with worms, before their packets reach the kernel's network stack.\n\n",
	      to);
	for (int i = 0; cli_commands[i]; i++)
		if (!cli_commands[i]->internal)
			fprintf(to, "  %-10s %s\n", cli_commands[i]->name,
				cli_commands[i]->summary);
	fputs("\nFor the options of a command: sobig-xdp COMMAND --help. For the version: sobig-xdp -V. Manual: sobig-xdp(8).\n",
	      to);
}

static int main_unknown(const char *word)
{
	const char *names[sizeof(cli_commands) / sizeof(cli_commands[0])];
	char near[SUGGEST_TEXT_SIZE];
	int i;

	for (i = 0; cli_commands[i]; i++)
		names[i] = cli_commands[i]->name;
	names[i] = NULL;
	if (*word == '-')
		log_error(
			"\"%s\" is before the command; options follow the command: sobig-xdp COMMAND %s",
			word, word);
	else
		log_error("unknown command \"%s\"%s", word,
			  suggest_words(word, names, "; for a list: sobig-xdp --help", near));
	return CLI_USAGE;
}

static int main_run(const struct cli_command *command, int argc, char **argv)
{
	int status;
	void *values = options_parse(command, argc, argv, &status);

	return values ? command->run(values) : status;
}

int main(int argc, char **argv)
{

	if (argc < 2) {
		main_help(stderr);
		return CLI_USAGE;
	}
	if (!strcmp(argv[1], "-h") || !strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
		main_help(stdout);
		return CLI_DONE;
	}
	if (!strcmp(argv[1], "-V") || !strcmp(argv[1], "--version")) {
		puts("sobig-xdp " VERSION);
		return CLI_DONE;
	}
	for (int i = 0; cli_commands[i]; i++)
		if (!strcmp(cli_commands[i]->name, argv[1]))
			return main_run(cli_commands[i], argc - 1, argv + 1);
	return main_unknown(argv[1]);
}
