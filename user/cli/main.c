// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp: the command table, and the way from a word to its command. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "common/log.h"
#include "common/suggest.h"
#include "config/config.h"

#ifndef VERSION
#define VERSION "unknown"
#endif

const struct cli_command cli_commands[] = {
	{ "attach", "IF...", "put the filter on interfaces, follow exim's log, block",
	  "  --log FILE          follow FILE (again for more); default: exim's own\n"
	  "  --journal UNIT      follow a systemd unit's journal (again for more)\n"
	  "  --helo-checked      the log's exim refuses HELOs that are no names (its default)\n"
	  "  --limit N           block a host at more than N offences (rule worm-storm: 15)\n"
	  "  --window TIME       within TIME (5m)\n"
	  "  --for TIME          for TIME (1h)\n"
	  "  --port PORT,...     protect these TCP ports (25)\n"
	  "  --blocks N          room for so many IPv4 addresses, and half as many networks of IPv6\n"
	  "  --mode MODE         auto, native or generic (auto)\n"
	  "  --dry-run           judge and count what would be dropped, drop nothing\n"
	  "  --keep              on exit leave filter and blocks where they are\n"
	  "  -c FILE             the configuration (" CONFIG_FILE ")\n",
	  cmd_attach },
	{ "detach", "IF...|--all", "take the filter off interfaces",
	  "  --all               off all interfaces\n"
	  "  --forget            and lift all blocks, so that the next attach restores none\n",
	  cmd_detach },
	{ "status", "", "what is attached, what it counted, whether all is well", "", cmd_status },
	{ "list", "[ADDR[/LEN]...]", "blocks in force, all or those of the addresses named",
	  "  --sort KEY          address, since, until or drops (address)\n"
	  "  --history           what was blocked before as well, the latest first\n"
	  "  -c FILE             the configuration (" CONFIG_FILE ")\n",
	  cmd_list },
	{ "explain", "ADDR[/LEN]", "why a host is blocked, or is not: the very log lines",
	  "  -c FILE             the configuration (" CONFIG_FILE ")\n", cmd_explain },
	{ "block", "ADDR[/LEN]...|-",
	  "block hosts and networks by hand; - reads them from standard input",
	  "  --for TIME          for TIME (1h)\n"
	  "  --extend            and for as long after the last SYN\n"
	  "  --reason TEXT       why, for the list\n"
	  "  --force             even what is very wide, or holds who is never blocked\n"
	  "  --ports LIST        only if all of these ports are guarded: 25,submission\n"
	  "  -c FILE             the configuration (" CONFIG_FILE ")\n",
	  cmd_block },
	{ "unblock", "ADDR[/LEN]...|-|--all", "lift blocks",
	  "  --all               every one of them\n", cmd_unblock },
	{ "release", "", "let go the brake on new blocks, after a look at them", "", cmd_release },
	{ "check", "", "say what the configuration means, and what is wrong with it",
	  "  -c FILE             the configuration (" CONFIG_FILE ")\n", cmd_check },
	{ "allow", "add|del|list [ADDR[/LEN]...]", "who is never blocked, whatever the log says",
	  "  --all               list everybody who is not, and why\n"
	  "  -c FILE             the configuration (" CONFIG_FILE ")\n",
	  cmd_allow },
	{ "import", "FILE|-", "block the networks of a list, as Spamhaus' DROP, text or JSON",
	  "  --for TIME          for TIME (2d)\n"
	  "  --extend            and for as long after the last SYN\n"
	  "  --reason TEXT       why, for the list (the file's name)\n"
	  "  --force             even what is very wide, or holds who is never blocked\n"
	  "  --ports LIST        only if all of these ports are guarded: 25,submission\n"
	  "  -c FILE             the configuration (" CONFIG_FILE ")\n",
	  cmd_import },
	{ "parse", "[FILE|-]", "show each offence in a log, without judging; needs no privilege",
	  "  --arrivals          mail that was accepted as well\n"
	  "  --unmatched         only rejections whose text no pattern knows, with the text\n"
	  "  --helo-checked      exim refused HELOs that are no names (its default)\n"
	  "  -c FILE             take patterns from FILE (" CONFIG_FILE ")\n",
	  cmd_parse },
	{ "replay", "FILE...|-", "the policy over old logs: what it would have done, and its price",
	  "  --limit N           block a host at more than N offences (rule worm-storm)\n"
	  "  --window TIME       within TIME\n"
	  "  --for TIME          for TIME\n"
	  "  --sweep RANGES      try others: \"limit=5..30 window=1m..30m\"\n"
	  "  --rule NAME         of this rule (worm-storm)\n"
	  "  --html FILE         write a page with pictures\n"
	  "  --helo-checked      exim refused HELOs that are no names (its default)\n"
	  "  -c FILE             the configuration (" CONFIG_FILE ")\n",
	  cmd_replay },
	{ "top", "", "the live picture in a terminal",
	  "  --interval SECONDS  how often it is drawn anew (1)\n"
	  "  --ascii             draw with nothing but ASCII\n",
	  cmd_top },
	{ "metrics", "", "the figures for Prometheus, printed or served",
	  "  --listen ADDR:PORT  serve /metrics there over HTTP; PORT alone is 127.0.0.1's\n",
	  cmd_metrics },
	{ "completion", "bash|zsh|fish", "print what makes a shell complete these commands", "",
	  cmd_completion },
	{ "lookup", "", "the addresses of the host name on standard input; attach's own helper", "",
	  cmd_lookup },
	{ NULL, NULL, NULL, NULL, NULL },
};

static void main_help(FILE *to)
{
	fputs("usage: sobig-xdp COMMAND [OPTION...] [ARGUMENT...]\n\n"
	      "Blocks hosts that flood exim with worms, before the kernel's network stack sees them.\n\n",
	      to);
	for (const struct cli_command *command = cli_commands; command->name; command++)
		if (command->run != cmd_lookup) /* for ourselves only */
			fprintf(to, "  %-10s %s\n", command->name, command->summary);
	fputs("\nsobig-xdp COMMAND --help tells a command's options; -V the version; sobig-xdp(8) all.\n",
	      to);
}

static int main_unknown(const char *word)
{
	const char *names[sizeof(cli_commands) / sizeof(cli_commands[0])], *nearest;
	int i;

	for (i = 0; cli_commands[i].name; i++)
		names[i] = cli_commands[i].name;
	names[i] = NULL;
	nearest = suggest_nearest(word, names);
	if (*word == '-')
		log_error(
			"\"%s\" stands before the command; options stand behind it: sobig-xdp COMMAND %s",
			word, word);
	else if (nearest)
		log_error("there is no command \"%s\"; did you mean \"%s\"?", word, nearest);
	else
		log_error("there is no command \"%s\"; sobig-xdp --help lists them", word);
	return CLI_USAGE;
}

int main(int argc, char **argv)
{
	const struct cli_command *command;

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
	for (command = cli_commands; command->name; command++)
		if (!strcmp(command->name, argv[1]))
			return command->run(argc - 1, argv + 1);
	return main_unknown(argv[1]);
}
