// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp completion: generates completion scripts for shells from the command table. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/help.h"

/* Calls a function for each option of a command and for each common option. */
static void completion_each(const struct cli_command *command,
			    void (*each)(const struct cli_command *command,
					 const struct options_row *row))
{
	const struct options_row *const tables[] = { command->options, cli_options };
	const struct options_row *row;

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		options_each(row, tables[i])
			if (!row->hidden)
				each(command, row);
}

/* Prints text for use within single quotes; characters in `special` get a backslash. */
static void completion_quote(const char *text, const char *quote, const char *special)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs(quote, stdout);
		else
			printf(strchr(special, *text) ? "\\%c" : "%c", *text);
	}
}

static void completion_words(const struct options_row *row)
{
	for (int i = 0; row->words && row->words[i]; i++)
		printf("%s%s", i ? " " : "", row->words[i]);
}

/* "words auto native generic": what _sobig_xdp_offer offers. */
static void completion_bash_kind(const struct options_row *row)
{
	static const char *const kinds[OPTIONS_TYPES] = {
		[OPTIONS_FILE] = "files",
		[OPTIONS_FOLDER] = "folders",
		[OPTIONS_INTERFACE] = "interfaces",
		[OPTIONS_CHOICE] = "words ",
	};

	printf("'%s", kinds[row->type] ? kinds[row->type] : "anything");
	completion_words(row);
	putchar('\'');
}

static void completion_bash_name(const struct cli_command *command, const struct options_row *row)
{
	(void)command;
	if (row->letter)
		printf(" -%c", row->letter);
	if (row->name)
		printf(" --%s", row->name);
}

static void completion_bash_value(const struct cli_command *command, const struct options_row *row)
{
	(void)command;
	if (row->type == OPTIONS_FLAG)
		return;
	fputs("\t\t", stdout);
	if (row->letter)
		printf("-%c%s", row->letter, row->name ? " | " : "");
	if (row->name)
		printf("--%s", row->name);
	fputs(") value=", stdout);
	completion_bash_kind(row);
	fputs(" ;;\n", stdout);
}

static void completion_bash_command(const struct cli_command *command)
{
	const struct options_row *row;
	const char *between = "";
	bool more = false;

	printf("\t%s)\n\t\toptions='", command->name);
	completion_each(command, completion_bash_name);
	fputs("'\n\t\targuments=(", stdout);
	options_each_argument(row, command->options) {
		fputs(between, stdout);
		completion_bash_kind(row);
		between = " ";
		more = row->repeats;
	}
	printf(")\n\t\tmore=%s\n\t\tcase $1 in\n", more ? "yes" : "");
	completion_each(command, completion_bash_value);
	fputs("\t\tesac\n\t\t;;\n", stdout);
}

static const char completion_bash_offer[] =
	"\t*) return 1 ;;\n"
	"\tesac\n"
	"}\n\n"
	"# Offers the names with the prefix $cur, quoted; compgen -W would run $(...) in them.\n"
	"_sobig_xdp_match() {\n"
	"\tlocal name quoted\n"
	"\tfor name; do\n"
	"\t\tprintf -v quoted %q \"$name\"\n"
	"\t\t[[ $name != \"$cur\"* && $quoted != \"$cur\"* ]] || COMPREPLY+=(\"$quoted\")\n"
	"\tdone\n"
	"}\n\n"
	"_sobig_xdp_offer() {\n"
	"\tlocal what=$1 names\n"
	"\tshift\n"
	"\tcase $what in\n"
	"\twords) _sobig_xdp_match \"$@\" ;;\n"
	"\tfiles)\n"
	"\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	"\t\t;;\n"
	"\tfolders)\n"
	"\t\tcompopt -o filenames 2>/dev/null\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -d -- \"$cur\")\n"
	"\t\t;;\n"
	"\tinterfaces)\n"
	"\t\tnames=(/sys/class/net/*)\n"
	"\t\t_sobig_xdp_match \"${names[@]##*/}\"\n"
	"\t\t;;\n"
	"\tesac\n"
	"}\n\n"
	"_sobig_xdp() {\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	"\tlocal options value more place=0 i\n"
	"\tlocal -a arguments\n"
	"\tCOMPREPLY=()\n"
	"\tif [ \"$COMP_CWORD\" = 1 ]; then\n"
	"\t\t_sobig_xdp_offer words";

static const char completion_bash_rest[] =
	" help --help --version\n"
	"\t\treturn\n"
	"\tfi\n"
	"\t# bash splits --option=value into three words.\n"
	"\t[ \"$cur\" != = ] || cur=\n"
	"\t[ \"$prev\" != = ] || prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	"\tfor ((i = 2; i < COMP_CWORD; i++)); do\n"
	"\t\t_sobig_xdp_command \"${COMP_WORDS[i]}\" || return\n"
	"\t\tif [ -n \"$value\" ]; then\n"
	"\t\t\ti=$((i + 1))\n"
	"\t\t\t[ \"${COMP_WORDS[i]}\" != = ] || i=$((i + 1))\n"
	"\t\telif [[ ${COMP_WORDS[i]} != -?* ]]; then\n"
	"\t\t\tplace=$((place + 1))\n"
	"\t\tfi\n"
	"\tdone\n"
	"\t_sobig_xdp_command \"$prev\" || return\n"
	"\t[ -z \"$more\" ] || [ \"$place\" -lt ${#arguments[@]} ] || place=$((${#arguments[@]} - 1))\n"
	"\tif [ -n \"$value\" ]; then\n"
	"\t\t_sobig_xdp_offer $value\n"
	"\telif [[ $cur = -* ]]; then\n"
	"\t\t_sobig_xdp_offer words $options\n"
	"\telse\n"
	"\t\t_sobig_xdp_offer ${arguments[place]-anything}\n"
	"\tfi\n"
	"}\n\n"
	"complete -F _sobig_xdp sobig-xdp\n";

static void completion_bash(void)
{
	fputs("# Sets the options and arguments of a command, and the value that option $1 expects.\n"
	      "_sobig_xdp_command() {\n"
	      "\tvalue=\n"
	      "\tcase ${COMP_WORDS[1]} in\n",
	      stdout);
	for (int i = 0; cli_commands[i]; i++)
		completion_bash_command(cli_commands[i]);
	fputs(completion_bash_offer, stdout);
	for (int i = 0; cli_commands[i]; i++)
		printf(" %s", cli_commands[i]->name);
	fputs(completion_bash_rest, stdout);
}

/* ":FILE:_files" */
static void completion_zsh_value(const struct options_row *row)
{
	static const char *const actions[OPTIONS_TYPES] = {
		[OPTIONS_FILE] = "_files",
		[OPTIONS_FOLDER] = "_files -/",
		[OPTIONS_INTERFACE] = "_sobig_xdp_interfaces",
	};
	char name[HELP_NAME_SIZE];

	printf(":%s:", help_name(row, name));
	if (row->type == OPTIONS_CHOICE) {
		putchar('(');
		completion_words(row);
		putchar(')');
	} else {
		fputs(actions[row->type] ? actions[row->type] : " ", stdout);
	}
}

static void completion_zsh_option(const struct cli_command *command, const struct options_row *row)
{
	const bool takes = row->type != OPTIONS_FLAG;
	char text[SUGGEST_TEXT_SIZE];

	(void)command;
	fputs(" \\\n\t\t\t'", stdout);
	if (row->repeats)
		putchar('*');
	else if (row->letter && row->name)
		printf("(-%c --%s)", row->letter, row->name);
	if (row->letter && row->name)
		printf("'{-%c%s,--%s%s}'", row->letter, takes ? "+" : "", row->name,
		       takes ? "=" : "");
	else if (row->letter)
		printf("-%c%s", row->letter, takes ? "+" : "");
	else
		printf("--%s%s", row->name, takes ? "=" : "");
	putchar('[');
	completion_quote(help_text(row, text), "'\\''", "[]\\");
	putchar(']');
	if (takes)
		completion_zsh_value(row);
	putchar('\'');
}

static void completion_zsh_command(const struct cli_command *command)
{
	const struct options_row *row;
	int place = 0;

	printf("\t%s)\n\t\t_arguments", command->name);
	completion_each(command, completion_zsh_option);
	options_each_argument(row, command->options) {
		fputs(" \\\n\t\t\t'", stdout);
		if (row->repeats)
			putchar('*');
		else
			printf("%d", ++place);
		completion_zsh_value(row);
		putchar('\'');
	}
	fputs("\n\t\t;;\n", stdout);
}

static void completion_zsh(void)
{
	fputs("_sobig_xdp_interfaces() {\n"
	      "\tlocal -a names=(/sys/class/net/*(N:t))\n"
	      "\t_describe -t interfaces interface names\n"
	      "}\n\n"
	      "_sobig-xdp() {\n"
	      "\tlocal curcontext=$curcontext state line\n"
	      "\ttypeset -A opt_args\n"
	      "\tlocal -a commands=(\n",
	      stdout);
	for (int i = 0; cli_commands[i]; i++) {
		printf("\t\t'%s:", cli_commands[i]->name);
		completion_quote(cli_commands[i]->summary, "'\\''", "\\");
		fputs("'\n", stdout);
	}
	fputs("\t)\n"
	      "\t_arguments -C '(- *)'{-h,--help}'[list the commands]' \\\n"
	      "\t\t'(- *)'{-V,--version}'[print the version]' \\\n"
	      "\t\t'1: :->command' '*:: :->rest'\n"
	      "\tif [[ $state = command ]]; then\n"
	      "\t\t_describe -t commands command commands\n"
	      "\t\treturn\n"
	      "\tfi\n"
	      "\t[[ $state = rest ]] || return\n"
	      "\tcurcontext=${curcontext%:*:*}:sobig-xdp-$words[1]:\n"
	      "\tcase $words[1] in\n",
	      stdout);
	for (int i = 0; cli_commands[i]; i++)
		completion_zsh_command(cli_commands[i]);
	fputs("\tesac\n"
	      "}\n\n"
	      /* An autoloaded file must run at once, a sourced one must not. */
	      "if [[ $funcstack[1] = _sobig-xdp ]]; then\n"
	      "\t_sobig-xdp \"$@\"\n"
	      "else\n"
	      "\tcompdef _sobig-xdp sobig-xdp\n"
	      "fi\n",
	      stdout);
}

/* The arguments of `complete` in fish for a value. */
static void completion_fish_value(const struct options_row *row)
{
	static const char *const values[OPTIONS_TYPES] = {
		[OPTIONS_FILE] = " -F",
		[OPTIONS_FOLDER] = " -a '(__fish_complete_directories (commandline -ct))'",
		[OPTIONS_INTERFACE] = " -a '(__sobig_xdp_interfaces)'",
	};

	if (values[row->type])
		fputs(values[row->type], stdout);
	if (row->type != OPTIONS_CHOICE)
		return;
	fputs(" -a '", stdout);
	completion_words(row);
	putchar('\'');
}

static void completion_fish_option(const struct cli_command *command, const struct options_row *row)
{
	char text[SUGGEST_TEXT_SIZE];

	printf("complete -c sobig-xdp -n '__sobig_xdp_is %s'", command->name);
	if (row->letter)
		printf(" -s %c", row->letter);
	if (row->name)
		printf(" -l %s", row->name);
	if (row->type != OPTIONS_FLAG) {
		fputs(row->type == OPTIONS_FILE ? " -r" : " -x", stdout);
		completion_fish_value(row);
	}
	fputs(" -d '", stdout);
	completion_quote(help_text(row, text), "\\'", "\\");
	fputs("'\n", stdout);
}

static void completion_fish_command(const struct cli_command *command)
{
	const struct options_row *row;
	int place = 0;

	printf("complete -c sobig-xdp -n '__sobig_xdp_is' -a %s -d '", command->name);
	completion_quote(command->summary, "\\'", "\\");
	fputs("'\n", stdout);
	completion_each(command, completion_fish_option);
	options_each_argument(row, command->options) {
		const bool more = row->repeats || row->type == OPTIONS_FILE;

		/* fish also counts the values of options. */
		if (row->type != OPTIONS_NETWORK) {
			printf("complete -c sobig-xdp -n '__sobig_xdp_is %s %s%d'", command->name,
			       more ? "+" : "", place);
			completion_fish_value(row);
			putchar('\n');
		}
		place++;
	}
}

static void completion_fish(void)
{
	fputs("# Without arguments: true before the command. With a command: true after it. With a\n"
	      "# number too: true after so many arguments (+: or more).\n"
	      "function __sobig_xdp_is\n"
	      "\tset -l words (commandline -opc)[2..]\n"
	      "\ttest (count $argv) -gt 0; or begin\n"
	      "\t\ttest (count $words) -eq 0\n"
	      "\t\treturn\n"
	      "\tend\n"
	      "\ttest (count $words) -gt 0; and test $words[1] = $argv[1]; or return\n"
	      "\ttest (count $argv) -gt 1; or return 0\n"
	      "\tset -l plain (string match -v -- '-?*' $words[2..])\n"
	      "\tif string match -q -- '+*' $argv[2]\n"
	      "\t\ttest (count $plain) -ge (string sub -s 2 -- $argv[2])\n"
	      "\telse\n"
	      "\t\ttest (count $plain) -eq $argv[2]\n"
	      "\tend\n"
	      "end\n\n"
	      "function __sobig_xdp_interfaces\n"
	      "\tstring replace -r '.*/' '' /sys/class/net/*\n"
	      "end\n\n"
	      "complete -c sobig-xdp -f\n"
	      "complete -c sobig-xdp -n '__sobig_xdp_is' -s h -l help -d 'list the commands'\n"
	      "complete -c sobig-xdp -n '__sobig_xdp_is' -s V -l version -d 'print the version'\n",
	      stdout);
	for (int i = 0; cli_commands[i]; i++)
		completion_fish_command(cli_commands[i]);
}

/* In the order of completion_shells. */
static const char *const completion_names[] = { "bash", "zsh", "fish", NULL };

static const struct {
	const char *head; /* zsh expects #compdef in the first line */
	void (*print)(void);
} completion_shells[] = {
	{ "# Completion of sobig-xdp's command line in bash", completion_bash },
	{ "#compdef sobig-xdp\n# Completion of sobig-xdp's command line in zsh", completion_zsh },
	{ "# Completion of sobig-xdp's command line in fish", completion_fish },
};

static int completion_print(size_t shell)
{
	printf("%s; generated by: sobig-xdp completion %s\n", completion_shells[shell].head,
	       completion_names[shell]);
	completion_shells[shell].print();
	return cli_end_output();
}

struct completion {
	struct cli_common common;
	unsigned int shell; /* index in completion_shells */
};

static int completion_run(void *values)
{
	const struct completion *completion = values;

	if (completion->common.json)
		return cli_usage(&completion->common, "completion prints no JSON");
	return completion_print(completion->shell);
}

const struct cli_command completion_command = {
	"completion",
	"print the completion script for a shell",
	.options = {
		{ NULL, OPTIONS_CHOICE, NULL, offsetof(struct completion, shell),
		  .words = completion_names, .min = 1 },
	},
	.values = &(struct completion){},
	.run = completion_run,
};
