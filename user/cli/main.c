// SPDX-License-Identifier: GPL-2.0-only
/* The command table and main() of sobig-xdp. */
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
	{ "attach", "IF...", "attach the filter to interfaces, follow exim's log, block offenders",
	  "  --log FILE          follow FILE (repeatable); default: the log that exim reports\n"
	  "  --journal UNIT      follow the journal of a systemd unit (repeatable)\n"
	  "  --helo-checked      exim rejects a HELO that is not a host name (exim's default)\n"
	  "  --limit N           block a host after more than N offences (rule worm-storm: 15)\n"
	  "  --window TIME       within TIME (5m)\n"
	  "  --for TIME          block for TIME (1h)\n"
	  "  --port PORT,...     filter these TCP ports (25)\n"
	  "  --blocks N          room for N IPv4 addresses and N/2 IPv6 networks\n"
	  "  --mode MODE         auto, native or generic (auto)\n"
	  "  --dry-run           dry run: judge and count, but drop nothing\n"
	  "  --persist           leave the filter and the blocks in place on exit\n"
	  "  -c FILE             configuration file (" CONFIG_FILE ")\n",
	  cmd_attach },
	{ "detach", "IF...|--all", "detach the filter from interfaces",
	  "  --all               detach from all interfaces\n"
	  "  --forget            also remove all blocks, so that the next attach restores none\n",
	  cmd_detach },
	{ "status", "", "show what is attached, the counters and any problems", "", cmd_status },
	{ "list", "[ADDR[/LEN]...]", "list active blocks: all, or those that match the addresses",
	  "  --sort KEY          address, since, until or drops (address)\n"
	  "  --history           include past blocks, newest first\n"
	  "  -c FILE             configuration file (" CONFIG_FILE ")\n",
	  cmd_list },
	{ "explain", "ADDR[/LEN]", "show why a host is blocked or not, with its log lines",
	  "  -c FILE             configuration file (" CONFIG_FILE ")\n", cmd_explain },
	{ "block", "ADDR[/LEN]...|-",
	  "block hosts and networks manually; - reads them from standard input",
	  "  --for TIME          block for TIME (1h)\n"
	  "  --extend            extend the block: it ends TIME after the last SYN\n"
	  "  --reason TEXT       reason shown by list\n"
	  "  --force             also block very wide networks and allowed hosts\n"
	  "  --ports LIST        only if the filter covers all these ports: 25,submission\n"
	  "  -c FILE             configuration file (" CONFIG_FILE ")\n",
	  cmd_block },
	{ "unblock", "ADDR[/LEN]...|-|--all", "unblock hosts and networks",
	  "  --all               unblock everything\n", cmd_unblock },
	{ "release", "", "resume blocking after the brake stopped it", "", cmd_release },
	{ "check", "", "explain the configuration and report mistakes in it",
	  "  -c FILE             configuration file (" CONFIG_FILE ")\n", cmd_check },
	{ "allow", "add|del|list [ADDR[/LEN]...]",
	  "edit or show the allow list: hosts that no rule blocks",
	  "  --all               list all allowed hosts, with the reason for each\n"
	  "  -c FILE             configuration file (" CONFIG_FILE ")\n",
	  cmd_allow },
	{ "import", "FILE|-", "block the networks of a list such as Spamhaus DROP, text or JSON",
	  "  --for TIME          block for TIME (2d)\n"
	  "  --extend            extend the block: it ends TIME after the last SYN\n"
	  "  --reason TEXT       reason shown by list (the name of the file)\n"
	  "  --force             also block very wide networks and allowed hosts\n"
	  "  --ports LIST        only if the filter covers all these ports: 25,submission\n"
	  "  -c FILE             configuration file (" CONFIG_FILE ")\n",
	  cmd_import },
	{ "parse", "[FILE|-]", "print each offence in a log, without judging; needs no privilege",
	  "  --arrivals          include accepted mail\n"
	  "  --unmatched         only rejections whose text matches no pattern, with the text\n"
	  "  --helo-checked      exim rejected each HELO that is not a host name (exim's default)\n"
	  "  -c FILE             configuration file with patterns (" CONFIG_FILE ")\n",
	  cmd_parse },
	{ "replay", "FILE...|-", "apply the policy to old logs: show its blocks and their cost",
	  "  --limit N           block a host after more than N offences (rule worm-storm)\n"
	  "  --window TIME       within TIME\n"
	  "  --for TIME          block for TIME\n"
	  "  --sweep RANGES      try a range of values: \"limit=5..30 window=1m..30m\"\n"
	  "  --rule NAME         sweep this rule (worm-storm)\n"
	  "  --html FILE         write an HTML report with charts\n"
	  "  --helo-checked      exim rejected each HELO that is not a host name (exim's default)\n"
	  "  -c FILE             configuration file (" CONFIG_FILE ")\n",
	  cmd_replay },
	{ "top", "", "show live statistics in a terminal",
	  "  --interval SECONDS  interval between updates (1)\n"
	  "  --ascii             draw with ASCII characters only\n",
	  cmd_top },
	{ "metrics", "", "print or serve metrics for Prometheus",
	  "  --listen ADDR:PORT  serve /metrics over HTTP; PORT alone means 127.0.0.1:PORT\n",
	  cmd_metrics },
	{ "completion", "bash|zsh|fish", "print the completion script for a shell", "",
	  cmd_completion },
	{ "lookup", "", "resolve the host name on standard input; used by attach", "", cmd_lookup },
	{ NULL, NULL, NULL, NULL, NULL },
};

static void main_help(FILE *to)
{
	fputs("usage: sobig-xdp COMMAND [OPTION...] [ARGUMENT...]\n\n"
	      "Blocks hosts that flood exim with worms, before their packets reach the kernel's network stack.\n\n",
	      to);
	for (const struct cli_command *command = cli_commands; command->name; command++)
		if (command->run != cmd_lookup) /* internal, used by attach */
			fprintf(to, "  %-10s %s\n", command->name, command->summary);
	fputs("\nFor the options of a command: sobig-xdp COMMAND --help. For the version: sobig-xdp -V. Manual: sobig-xdp(8).\n",
	      to);
}

static int main_unknown(const char *word)
{
	const char *names[sizeof(cli_commands) / sizeof(cli_commands[0])];
	char near[SUGGEST_TEXT_SIZE];
	int i;

	for (i = 0; cli_commands[i].name; i++)
		names[i] = cli_commands[i].name;
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
