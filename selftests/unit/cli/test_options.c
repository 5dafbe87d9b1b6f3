// SPDX-License-Identifier: GPL-2.0-only
/* The parser of command lines: each type of value, its bounds, and the message about a wrong one.
 */
#include "unit/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/options.h"
#include "common/log.h"
#include "config/config_filter.h"

struct given {
	struct cli_common common;
	bool dry_run;
	const char *name;
	const char *folder;
	struct options_list logs;
	uint32_t limit;
	double interval;
	uint32_t window;
	uint16_t ports[SOBIG_PORTS_MAX];
	unsigned int mode;
	int even;
	unsigned int verb;
};

static int take_even(const char *text, void *out)
{
	int number = atoi(text);

	if (number % 2)
		return -EINVAL;
	*(int *)out = number;
	return 0;
}

static const char *const modes[] = { "auto", "native", "generic", NULL };
static const char *const verbs[] = { "add", "del", NULL };

#define AT(member) offsetof(struct given, member)

static struct given given;
static char said[1024];

static const struct cli_command command = {
	.name = "judge",
	.summary = "judge hosts",
	.options = {
		{ "dry-run", OPTIONS_FLAG, NULL, AT(dry_run), "drop nothing", 'n' },
		{ "trial", OPTIONS_FLAG, NULL, AT(dry_run), .hidden = true },
		{ "name", OPTIONS_TEXT, "NAME", AT(name), "a name" },
		{ "folder", OPTIONS_FOLDER, "DIR", AT(folder), "a folder" },
		{ "log", OPTIONS_FILE, "FILE", AT(logs), "a log", .repeats = true },
		{ "limit", OPTIONS_NUMBER, "N", AT(limit), "a limit", .min = 1, .max = 1000 },
		{ "interval", OPTIONS_DECIMAL, "SECONDS", AT(interval), "an interval", .min = 0.1,
		  .max = 3600 },
		{ "window", OPTIONS_TIME, "TIME", AT(window), "a window", .min = 1, .max = 604800 },
		{ "port", OPTIONS_PORTS, "PORT,...", AT(ports), "ports" },
		{ "mode", OPTIONS_CHOICE, "MODE", AT(mode), .words = modes },
		{ "even", OPTIONS_OWN, "N", AT(even), "a number", .take = take_even,
		  .expected = "an even number" },
		CLI_CONFIG,
		{ NULL, OPTIONS_CHOICE, NULL, AT(verb), .words = verbs, .min = 1 },
		{ NULL, OPTIONS_NETWORK, "ADDRESS[/LENGTH]...", .repeats = true, .min = 1, .max = 3,
		  .expected = "addresses" },
	},
	.values = &given,
};

void log_to(enum log_level level, const char *format, ...)
{
	va_list args;

	(void)level;
	va_start(args, format);
	vsnprintf(said, sizeof(said), format, args);
	va_end(args);
}

#define WORDS_MAX 32

/* Parses "judge WORDS...", separated by '|'. The status, or -1 if the command runs. */
static int parse_words(const struct cli_command *of, const char *words)
{
	/* The arguments found point into both. */
	static char copy[1024], *argv[WORDS_MAX + 1];
	char *rest = copy;
	int argc = 1, status;

	memset(&given, 0, sizeof(given));
	memset(argv, 0, sizeof(argv));
	argv[0] = "judge";
	*said = '\0';
	snprintf(copy, sizeof(copy), "%s", words);
	while (*words && rest && argc < WORDS_MAX)
		argv[argc++] = strsep(&rest, "|");
	return options_parse(of, argc, argv, &status) ? -1 : status;
}

/* With the required arguments. */
static int parse(const char *words)
{
	char all[1024];

	snprintf(all, sizeof(all), "%s|add|192.0.2.1", words);
	return parse_words(&command, all);
}

#define assert_parses(words)                        \
	do {                                        \
		assert_int_equal(parse(words), -1); \
		assert_string_equal(said, "");      \
	} while (0)

#define assert_refused(words, message)                                              \
	do {                                                                        \
		assert_int_equal(parse(words), CLI_USAGE);                          \
		assert_string_equal(said, message "; see: sobig-xdp judge --help"); \
	} while (0)

static void an_option_that_is_not_given_keeps_its_default(void **state)
{
	(void)state;
	assert_int_equal(parse_words(&command, "add|192.0.2.1"), -1);
	assert_false(given.dry_run || given.common.json || given.common.lines);
	assert_int_equal(given.limit, 0);
	assert_null(given.name);
	assert_string_equal(given.common.pins, SOBIG_PINS);
	assert_ptr_equal(given.common.command, &command);
}

static void a_flag_takes_no_value(void **state)
{
	(void)state;
	assert_parses("--dry-run");
	assert_true(given.dry_run);
	assert_parses("-n");
	assert_true(given.dry_run);
	assert_refused("--dry-run=yes", "\"--dry-run=yes\": --dry-run takes no value");
	assert_false(given.dry_run);
}

static void a_value_follows_an_equals_sign_or_is_the_next_word(void **state)
{
	(void)state;
	assert_parses("--name=a b");
	assert_string_equal(given.name, "a b");
	assert_parses("--name|--limit");
	assert_string_equal(given.name, "--limit");
	assert_parses("--name=");
	assert_string_equal(given.name, "");
	assert_parses("-cfile");
	assert_string_equal(given.common.config, "file");
	assert_parses("-c|file");
	assert_string_equal(given.common.config, "file");
	assert_parses("-njc|file");
	assert_true(given.dry_run && given.common.json);
	assert_string_equal(given.common.config, "file");
}

static void a_number_is_within_its_bounds(void **state)
{
	(void)state;
	assert_parses("--limit=1");
	assert_int_equal(given.limit, 1);
	assert_parses("--limit=1000");
	assert_int_equal(given.limit, 1000);
	assert_refused("--limit=0", "--limit = \"0\": expected a number from 1 to 1000");
	assert_refused("--limit=1001", "--limit = \"1001\": expected a number from 1 to 1000");
	assert_refused("--limit=ten", "--limit = \"ten\": expected a number from 1 to 1000");
	assert_refused("--limit=5x", "--limit = \"5x\": expected a number from 1 to 1000");
	assert_refused("--limit=-5", "--limit = \"-5\": expected a number from 1 to 1000");
	assert_refused("--limit=", "--limit = \"\": expected a number from 1 to 1000");
	assert_int_equal(given.limit, 0);
}

static void a_decimal_is_within_its_bounds(void **state)
{
	(void)state;
	assert_parses("--interval=0.1");
	assert_float_equal(given.interval, 0.1, 0);
	assert_parses("--interval=3600");
	assert_refused("--interval=0.09",
		       "--interval = \"0.09\": expected a number from 0.1 to 3600");
	assert_refused("--interval=3600.5",
		       "--interval = \"3600.5\": expected a number from 0.1 to 3600");
	assert_refused("--interval=nan",
		       "--interval = \"nan\": expected a number from 0.1 to 3600");
	assert_refused("--interval=1s", "--interval = \"1s\": expected a number from 0.1 to 3600");
}

static void a_time_is_within_its_bounds(void **state)
{
	(void)state;
	assert_parses("--window=1s");
	assert_int_equal(given.window, 1);
	assert_parses("--window=7d");
	assert_int_equal(given.window, 604800);
	assert_parses("--window=1h30m");
	assert_int_equal(given.window, 5400);
	assert_refused("--window=8d",
		       "--window = \"8d\": expected a time from 1s to 7d, such as 90s or 1h30m");
	assert_refused("--window=0s",
		       "--window = \"0s\": expected a time from 1s to 7d, such as 90s or 1h30m");
	assert_refused("--window=5",
		       "--window = \"5\": expected a time from 1s to 7d, such as 90s or 1h30m");
}

static void ports_are_a_list(void **state)
{
	(void)state;
	assert_parses("--port=25,465");
	assert_int_equal(given.ports[0], 25);
	assert_int_equal(given.ports[1], 465);
	assert_int_equal(given.ports[2], 0);
	assert_refused("--port=0", "--port = \"0\": expected up to 8 ports, such as 25,465");
	assert_refused("--port=smtp", "--port = \"smtp\": expected up to 8 ports, such as 25,465");
	assert_refused("--port=65536",
		       "--port = \"65536\": expected up to 8 ports, such as 25,465");
	assert_refused("--port=1,2,3,4,5,6,7,8,9",
		       "--port = \"1,2,3,4,5,6,7,8,9\": expected up to 8 ports, such as 25,465");
}

static void a_choice_is_one_of_its_words(void **state)
{
	(void)state;
	assert_parses("--mode=generic");
	assert_int_equal(given.mode, 2);
	assert_refused("--mode=fast", "--mode = \"fast\": expected auto, native or generic");
	assert_refused("--mode=nat", "--mode = \"nat\": expected auto, native or generic");
}

static void a_folder_is_an_absolute_path(void **state)
{
	(void)state;
	assert_parses("--folder=/a b");
	assert_string_equal(given.folder, "/a b");
	assert_refused("--folder=a", "--folder = \"a\": expected an absolute path");
	assert_refused("--pins=a", "--pins = \"a\": expected an absolute path");
	assert_refused("--state=", "--state = \"\": expected an absolute path");
}

static void a_value_of_its_own_kind_is_as_expected(void **state)
{
	(void)state;
	assert_parses("--even=4");
	assert_int_equal(given.even, 4);
	assert_refused("--even=5", "--even = \"5\": expected an even number");
}

static void a_repeated_option_has_its_last_value_and_a_repeatable_one_all(void **state)
{
	char words[1024] = "--log=0";

	(void)state;
	assert_parses("--limit=5|--limit|6");
	assert_int_equal(given.limit, 6);
	assert_parses("--log=a|--name=x|--log|b");
	assert_int_equal(given.logs.count, 2);
	assert_string_equal(given.logs.at[0], "a");
	assert_string_equal(given.logs.at[1], "b");
	for (int i = 1; i < OPTIONS_LIST_MAX; i++)
		strcat(words, "|--log=n");
	assert_parses(words);
	assert_int_equal(given.logs.count, OPTIONS_LIST_MAX);
	strcat(words, "|--log=n");
	assert_refused(words, "--log is given too often: expected at most 16 times");
}

static void an_option_without_its_value_is_refused_with_what_is_expected(void **state)
{
	(void)state;
	assert_int_equal(parse_words(&command, "--limit"), CLI_USAGE);
	assert_string_equal(
		said,
		"--limit has no value: expected a number from 1 to 1000; see: sobig-xdp judge --help");
	assert_int_equal(parse_words(&command, "-c"), CLI_USAGE);
	assert_string_equal(said,
			    "-c has no value: expected a file name; see: sobig-xdp judge --help");
	assert_int_equal(parse_words(&command, "--name"), CLI_USAGE);
	assert_string_equal(said,
			    "--name has no value: expected NAME; see: sobig-xdp judge --help");
}

static void an_unknown_option_gets_the_nearest_as_a_suggestion(void **state)
{
	(void)state;
	assert_refused("--lmit=3",
		       "\"--lmit=3\": unknown option of judge; did you mean \"--limit\"?");
	assert_refused("--ndjosn",
		       "\"--ndjosn\": unknown option of judge; did you mean \"--ndjson\"?");
	assert_refused("--nothing", "\"--nothing\": unknown option of judge");
	assert_refused("--trail", "\"--trail\": unknown option of judge");
	assert_refused("-x", "\"-x\": unknown option of judge");
	assert_refused("-nx", "\"-x\": unknown option of judge");
}

static void the_beginning_of_a_name_is_enough_unless_two_options_have_it(void **state)
{
	(void)state;
	assert_parses("--lim=7");
	assert_int_equal(given.limit, 7);
	assert_parses("--nd");
	assert_true(given.common.json && given.common.lines);
	assert_refused("--l=7", "\"--l=7\": expected --log or --limit");
	assert_parses("--tri");
	assert_true(given.dry_run);
}

static void options_may_follow_arguments_until_two_hyphens(void **state)
{
	(void)state;
	assert_int_equal(parse_words(&command, "del|192.0.2.1|--limit=3|192.0.2.2"), -1);
	assert_int_equal(given.limit, 3);
	assert_int_equal(given.verb, 1);
	assert_int_equal(given.common.count, 3);
	assert_string_equal(given.common.arguments[0], "del");
	assert_string_equal(given.common.arguments[2], "192.0.2.2");
	assert_int_equal(parse_words(&command, "add|--|--limit=3|-"), -1);
	assert_int_equal(given.limit, 0);
	assert_string_equal(given.common.arguments[1], "--limit=3");
	assert_string_equal(given.common.arguments[2], "-");
}

static void arguments_are_as_many_as_declared(void **state)
{
	const struct cli_command none = { .name = "none", .values = &given };
	const struct cli_command file = { .name = "file",
					  .options = { { NULL, OPTIONS_FILE, "FILE|-", .min = 1,
							 .expected = "one file" } },
					  .values = &given };

	(void)state;
	assert_int_equal(parse_words(&command, ""), CLI_USAGE);
	assert_string_equal(said,
			    "no word given: expected add or del; see: sobig-xdp judge --help");
	assert_int_equal(parse_words(&command, "ad"), CLI_USAGE);
	assert_string_equal(said, "\"ad\": expected add or del; see: sobig-xdp judge --help");
	assert_int_equal(parse_words(&command, "add"), CLI_USAGE);
	assert_string_equal(said,
			    "no address given: expected addresses; see: sobig-xdp judge --help");
	assert_int_equal(parse_words(&command, "add|1|2|3"), -1);
	assert_int_equal(parse_words(&command, "add|1|2|3|4"), CLI_USAGE);
	assert_string_equal(said, "4 arguments: expected at most 3; see: sobig-xdp judge --help");
	assert_int_equal(parse_words(&none, ""), -1);
	assert_int_equal(parse_words(&none, "a"), CLI_USAGE);
	assert_string_equal(said, "\"a\": none accepts no arguments; see: sobig-xdp none --help");
	assert_int_equal(parse_words(&file, "a"), -1);
	assert_int_equal(parse_words(&file, "a|b"), CLI_USAGE);
	assert_string_equal(said, "\"b\": expected one file; see: sobig-xdp file --help");
}

static void help_is_printed_from_the_rows(void **state)
{
	static const char wanted[] =
		"usage: sobig-xdp judge [OPTION...] add|del ADDRESS[/LENGTH]...\n\n"
		"Judge hosts.\n\n"
		"  -n, --dry-run            drop nothing\n"
		"  --name NAME              a name\n"
		"  --folder DIR             a folder\n"
		"  --log FILE               a log (repeatable)\n"
		"  --limit N                a limit\n"
		"  --interval SECONDS       an interval\n"
		"  --window TIME            a window\n"
		"  --port PORT,...          ports\n"
		"  --mode MODE              auto, native or generic (auto)\n"
		"  --even N                 a number\n"
		"  -c FILE                  configuration file (" CONFIG_FILE ")\n"
		"  -j, --json               print JSON\n"
		"  --ndjson                 print JSON, one document per line\n"
		"  --pins DIR               folder of the pinned maps (" SOBIG_PINS ")\n"
		"  --state DIR              folder of the history and the allow list\n"
		"  -h, --help               show this help\n";
	FILE *before = stdout;
	char *text = NULL;
	size_t size;
	int status;

	(void)state;
	stdout = open_memstream(&text, &size);
	status = parse_words(&command, "--dry-run|--help|--limit=x");
	fclose(stdout);
	stdout = before;
	assert_int_equal(status, CLI_DONE);
	assert_string_equal(text, wanted);
	assert_string_equal(said, "");
	free(text);
	assert_refused("--limit=x|--help", "--limit = \"x\": expected a number from 1 to 1000");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_option_that_is_not_given_keeps_its_default),
		cmocka_unit_test(a_flag_takes_no_value),
		cmocka_unit_test(a_value_follows_an_equals_sign_or_is_the_next_word),
		cmocka_unit_test(a_number_is_within_its_bounds),
		cmocka_unit_test(a_decimal_is_within_its_bounds),
		cmocka_unit_test(a_time_is_within_its_bounds),
		cmocka_unit_test(ports_are_a_list),
		cmocka_unit_test(a_choice_is_one_of_its_words),
		cmocka_unit_test(a_folder_is_an_absolute_path),
		cmocka_unit_test(a_value_of_its_own_kind_is_as_expected),
		cmocka_unit_test(a_repeated_option_has_its_last_value_and_a_repeatable_one_all),
		cmocka_unit_test(an_option_without_its_value_is_refused_with_what_is_expected),
		cmocka_unit_test(an_unknown_option_gets_the_nearest_as_a_suggestion),
		cmocka_unit_test(the_beginning_of_a_name_is_enough_unless_two_options_have_it),
		cmocka_unit_test(options_may_follow_arguments_until_two_hyphens),
		cmocka_unit_test(arguments_are_as_many_as_declared),
		cmocka_unit_test(help_is_printed_from_the_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
