// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp status: whether all is well, what is attached, and what it counted. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "common/clock.h"
#include "common/duration.h"
#include "common/event.h"
#include "common/log.h"
#include "common/suggest.h"
#include "read/skip.h"
#include "status/health.h"
#include "status/overview.h"
#include "status/status_json.h"

#define STATUS_PORTS_SIZE 96

/* How many rules and classes are shown: all is to fit one screen. */
#define STATUS_RULES 6
#define STATUS_WIDTH 80

/* Of all classes in one line, with the longest of numbers. */
#define STATUS_CLASSES_SIZE 1024

#define STATUS_INDENT "            "

/* "port 25", "ports 25, 465, live connections too" */
static const char *status_ports(const struct sobig_stats *stats, char text[STATUS_PORTS_SIZE])
{
	size_t used = snprintf(text, STATUS_PORTS_SIZE, "port%s", stats->ports[1] ? "s" : "");

	for (int i = 0; i < SOBIG_PORTS_MAX && stats->ports[i]; i++)
		used += snprintf(text + used, STATUS_PORTS_SIZE - used, "%s %u", i ? "," : "",
				 stats->ports[i]);
	snprintf(text + used, STATUS_PORTS_SIZE - used, "%s",
		 stats->scope_port ? ", live connections too" : "");
	return text;
}

/* Drops and passes of the less usual kinds, if there were any. */
static void status_print_kinds(const struct overview_interface *interface)
{
	static const struct {
		enum sobig_count count;
		const char *words;
	} kinds[] = {
		{ SOBIG_DROPPED_NETWORK, "of these dropped for their network" },
		{ SOBIG_DROPPED_RATE, "dropped by syn-rate, of hosts that are not blocked" },
		{ SOBIG_DROPPED_LIVE, "dropped of live connections" },
		{ SOBIG_DROPPED_HIDDEN, "dropped for hiding what they were" },
		{ SOBIG_PASSED_DRY_RUN, "passed of hosts that are only shown as blocked" },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (interface->counters[kinds[i].count] ||
		    (kinds[i].count == SOBIG_PASSED_DRY_RUN && interface->stats.dry_run))
			printf(STATUS_INDENT "%llu %s\n",
			       (unsigned long long)interface->counters[kinds[i].count],
			       kinds[i].words);
}

static void status_print_interface(const struct overview_interface *interface)
{
	const struct sobig_stats *stats = &interface->stats;
	const uint64_t *counts = interface->counters;
	char time[CLOCK_TEXT_SIZE], ports[STATUS_PORTS_SIZE];

	printf("%s%s\n", interface->name, interface->guarded ? "" : ", not guarded");
	if (interface->filter.id)
		printf("  filter    %s mode, %s, program %u, since %s\n",
		       filter_mode_name(interface->filter.mode), status_ports(stats, ports),
		       interface->filter.id, clock_local(interface->loaded, time));
	else if (interface->unseen)
		printf("  filter    not known: %s\n", strerror(interface->unseen));
	else
		printf("  filter    none\n");
	printf("  SYNs      %llu dropped, %llu passed, %llu passed after a block had lapsed\n",
	       (unsigned long long)(counts[SOBIG_DROPPED] + counts[SOBIG_DROPPED_NETWORK]),
	       (unsigned long long)counts[SOBIG_PASSED_SYN],
	       (unsigned long long)counts[SOBIG_PASSED_EXPIRED]);
	status_print_kinds(interface);
	printf("  packets   %llu passed besides, %llu of them malformed\n",
	       (unsigned long long)(counts[SOBIG_PASSED_OTHER] + counts[SOBIG_PASSED_MALFORMED]),
	       (unsigned long long)counts[SOBIG_PASSED_MALFORMED]);
}

struct status_class {
	const char *name;
	uint64_t offences;
};

static int status_by_offences(const void *a, const void *b)
{
	const struct status_class *x = a, *y = b;

	if (x->offences != y->offences)
		return x->offences < y->offences ? 1 : -1;
	return strcmp(x->name, y->name);
}

/* The first of the classes, and what the others come to. Returns the text's length. */
static int status_say_classes(const struct status_class *classes, int count, int shown,
			      char text[STATUS_CLASSES_SIZE])
{
	uint64_t rest = 0;
	int used = 0;

	for (int i = 0; i < shown; i++)
		used += snprintf(text + used, STATUS_CLASSES_SIZE - used, "%s%s %llu",
				 i ? ", " : "", classes[i].name,
				 (unsigned long long)classes[i].offences);
	for (int i = shown; i < count; i++)
		rest += classes[i].offences;
	/* Of two others at least: one takes less room than to speak of it. */
	if (count > shown)
		used += snprintf(text + used, STATUS_CLASSES_SIZE - used,
				 ", and %d other classes, %llu offences", count - shown,
				 (unsigned long long)rest);
	return used;
}

/* "virus 12, worm 3", the commonest first; what does not fit the line is summed up. */
static void status_print_classes(const struct sobig_stats *stats)
{
	struct status_class classes[EVENT_OFFENCES];
	char text[STATUS_CLASSES_SIZE];
	int count = 0, shown;

	_Static_assert(EVENT_OFFENCES <= SOBIG_CLASSES_MAX, "each class has its count");
	for (int i = 0; i < EVENT_OFFENCES; i++)
		if (stats->classes[i])
			classes[count++] =
				(struct status_class){ event_class_name(i), stats->classes[i] };
	if (!count)
		return;
	qsort(classes, count, sizeof(classes[0]), status_by_offences);
	for (shown = count; shown > 1; shown--)
		if (status_say_classes(classes, count, shown, text) <=
		    STATUS_WIDTH - (int)strlen(STATUS_INDENT))
			break;
	status_say_classes(classes, count, shown, text);
	printf("  offences  %s\n", text);
}

/* "/var/log/exim4/mainlog and 2 other logs" */
static void status_print_log(const struct sobig_stats *stats)
{
	printf("  log       %s", stats->log);
	if (stats->logs > 1)
		printf(" and %u other log%s", stats->logs - 1, suggest_plural(stats->logs - 1));
	printf(", at byte %llu", (unsigned long long)stats->position);
}

/* "3 lines not counted: 2 doubtful, 1 overlong" */
static void status_print_skips(const struct sobig_stats *stats)
{
	const char *before = ":";
	uint64_t sum = 0;

	for (int i = 0; i < SKIP_KINDS; i++)
		sum += stats->skipped[i];
	if (!sum)
		return;
	printf(STATUS_INDENT "%llu line%s not counted", (unsigned long long)sum,
	       suggest_plural(sum));
	for (int i = 0; i < SKIP_KINDS; i++) {
		if (!stats->skipped[i])
			continue;
		printf("%s %llu %s", before, (unsigned long long)stats->skipped[i], skip_name(i));
		before = ",";
	}
	putchar('\n');
}

static void status_print_daemon(const struct overview *overview,
				const struct overview_daemon *daemon)
{
	const struct sobig_stats *stats = daemon->stats;
	char time[CLOCK_TEXT_SIZE], ago[DURATION_TEXT_SIZE], names[OVERVIEW_NAMES_SIZE];

	printf("daemon %u%s for %s, since %s\n", stats->pid, daemon->alive ? "" : " (gone)",
	       overview_names(overview, daemon->interfaces, ", ", names),
	       clock_local(stats->started, time));
	status_print_log(stats);
	if (stats->log_gone)
		printf(", moved away %s ago\n",
		       duration_format(overview->now > stats->log_gone
					       ? overview->now - stats->log_gone
					       : 0,
				       ago));
	else if (stats->last_line)
		printf(", last line %s ago\n",
		       duration_format(overview->now > stats->last_line
					       ? overview->now - stats->last_line
					       : 0,
				       ago));
	else
		printf(", no line since it started\n");
	printf("  judged    %llu line%s, %llu offence%s", (unsigned long long)stats->lines,
	       suggest_plural(stats->lines), (unsigned long long)stats->offences,
	       suggest_plural(stats->offences));
	if (stats->allowed_offences)
		printf(" (%llu spared)", (unsigned long long)stats->allowed_offences);
	printf(", %llu block%s, %llu watched host%s\n", (unsigned long long)stats->blocked,
	       suggest_plural(stats->blocked), (unsigned long long)stats->watched,
	       suggest_plural(stats->watched));
	status_print_classes(stats);
	printf("  state     %s%s%s\n", stats->state, *stats->config ? ", configuration " : "",
	       stats->config);
	if (stats->state_lost)
		printf(STATUS_INDENT "%llu block%s not saved, as the state had no room\n",
		       (unsigned long long)stats->state_lost, suggest_plural(stats->state_lost));
	if (stats->state_bad)
		printf(STATUS_INDENT "%llu row%s of the state skipped, not valid\n",
		       (unsigned long long)stats->state_bad, suggest_plural(stats->state_bad));
	if (stats->watch_drops)
		printf(STATUS_INDENT "%llu time%s a rule forgot a host, as too many were watched\n",
		       (unsigned long long)stats->watch_drops, suggest_plural(stats->watch_drops));
	status_print_skips(stats);
}

static int status_by_use(const void *a, const void *b)
{
	const struct overview_rule *x = *(const struct overview_rule *const *)a;
	const struct overview_rule *y = *(const struct overview_rule *const *)b;

	if (x->in_force + x->shown != y->in_force + y->shown)
		return x->in_force + x->shown < y->in_force + y->shown ? 1 : -1;
	return x < y ? -1 : 1;
}

static void status_print_rule(const struct overview_rule *rule)
{
	printf("%llu in force, %llu SYN%s dropped for them", (unsigned long long)rule->in_force,
	       (unsigned long long)rule->drops, suggest_plural(rule->drops));
	if (rule->shown)
		printf("; %llu for show", (unsigned long long)rule->shown);
	putchar('\n');
}

/* The rules that keep hosts out at present, the busiest first; what has no room is summed up. */
static void status_print_rules(const struct overview *overview)
{
	const struct overview_rule *order[OVERVIEW_RULES_MAX] = { NULL };
	int most = STATUS_RULES / (overview->daemons_count > 1 ? overview->daemons_count : 1);
	struct overview_rule rest = { 0 };
	int count = 0;

	for (int i = 0; i < overview->rules_count; i++)
		if (overview->rules[i].in_force || overview->rules[i].shown)
			order[count++] = &overview->rules[i];
	qsort(order, count, sizeof(order[0]), status_by_use);
	for (int i = 0; i < count && i < most; i++) {
		printf("  %-*s ", SOBIG_RULE_SIZE - 1, order[i]->name);
		status_print_rule(order[i]);
	}
	for (int i = most; i < count; i++) {
		rest.in_force += order[i]->in_force;
		rest.shown += order[i]->shown;
		rest.drops += order[i]->drops;
	}
	if (count <= most)
		return;
	printf("  and %d other rule%s: ", count - most, suggest_plural(count - most));
	status_print_rule(&rest);
}

static int status_print(const struct overview *overview, const struct health_problem *troubles,
			int count)
{
	char text[HEALTH_TEXT_SIZE];
	uint64_t evictions = 0;

	if (!count)
		puts(health_none(overview, text));
	for (int i = 0; i < count; i++)
		puts(troubles[i].text);
	putchar('\n');
	for (int i = 0; i < overview->interfaces_count; i++)
		status_print_interface(&overview->interfaces[i]);
	putchar('\n');
	for (int i = 0; i < overview->daemons_count; i++) {
		status_print_daemon(overview, &overview->daemons[i]);
		evictions += overview->daemons[i].stats->evictions;
	}
	printf("\nblocks: %llu of %llu (IPv4), %llu of %llu (IPv6), %llu network%s in force\n",
	       (unsigned long long)overview->ipv4, (unsigned long long)overview->room4,
	       (unsigned long long)overview->ipv6, (unsigned long long)overview->room6,
	       (unsigned long long)overview->networks, suggest_plural(overview->networks));
	if (evictions)
		printf("  %llu lost by the kernel and put back\n", (unsigned long long)evictions);
	status_print_rules(overview);
	if (!fflush(stdout))
		return CLI_DONE;
	log_error("cannot write to standard output: %s", strerror(errno));
	return CLI_FAILED;
}

static int status_all(const struct cli_common *common, struct overview *overview)
{
	struct health_problem troubles[HEALTH_PROBLEMS_MAX];
	int status, count, err;

	/* All is read before anything is printed: no half a table on failure. */
	err = overview_read(common->pins, overview);
	if (!err)
		err = overview_read_blocks(overview, NULL, NULL);
	if (err)
		return cli_cannot_open(common, err);
	count = health_find(overview, troubles);
	if (common->json)
		status = cli_print_json(common, status_json(overview, troubles, count));
	else
		status = status_print(overview, troubles, count);
	return status ? status : count ? CLI_FAILED : CLI_DONE;
}

int cmd_status(int argc, char **argv)
{
	static const struct option options[] = { CLI_COMMON_OPTIONS };
	struct overview *overview;
	struct cli_common common;
	int option, status;

	cli_start(&common, argv);
	while ((option = getopt_long(argc, argv, CLI_COMMON_LETTERS, options, NULL)) != -1)
		if (cli_common_option(&common, option, &status))
			return status;
	if (optind < argc)
		return cli_usage(&common, "status takes no arguments");
	status = cli_need_privilege();
	if (status)
		return status;
	overview = malloc(sizeof(*overview));
	if (!overview)
		return cli_cannot_open(&common, -ENOMEM);
	status = status_all(&common, overview);
	free(overview);
	return status;
}
