// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp status: prints problems, what is attached, and the counters. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/absence.h"
#include "cli/cli.h"
#include "cli/history.h"
#include "cli/home.h"
#include "common/clock.h"
#include "common/duration.h"
#include "common/event.h"
#include "common/log.h"
#include "common/suggest.h"
#include "config/rule_ports.h"
#include "read/skip.h"
#include "status/health.h"
#include "status/overview.h"
#include "status/status_json.h"

#define STATUS_PORTS_SIZE 96

/* Limits for rules and classes, so that the output fits one screen. */
#define STATUS_RULES 6
#define STATUS_WIDTH 80

/* Fits all classes on one line, with the longest numbers. */
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

/* Drops and passes of the rarer kinds, if not zero. */
static void status_print_kinds(const struct overview_interface *interface)
{
	static const struct {
		enum sobig_count count;
		const char *words;
	} kinds[] = {
		{ SOBIG_DROPPED_NETWORK, "of these dropped by a blocked network" },
		{ SOBIG_DROPPED_RATE, "dropped by syn-rate, from hosts that are not blocked" },
		{ SOBIG_DROPPED_LIVE, "packets of live connections dropped" },
		{ SOBIG_DROPPED_HIDDEN, "dropped because their headers hide the ports" },
		{ SOBIG_PASSED_DRY_RUN, "passed from hosts blocked in a dry run" },
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

	printf("%s%s\n", interface->name,
	       interface->daemon_running ? ""
	       : interface->start.since	 ? ", starting"
					 : ", no daemon");
	if (interface->filter.id)
		printf("  filter    %s mode, %s, program %u, since %s\n",
		       filter_mode_name(interface->filter.mode), status_ports(stats, ports),
		       interface->filter.id, clock_local(interface->loaded, time));
	else if (interface->unseen)
		printf("  filter    not known: %s\n", strerror(interface->unseen));
	else
		printf("  filter    none\n");
	printf("  SYNs      %llu dropped, %llu passed, %llu passed after a block expired\n",
	       (unsigned long long)(counts[SOBIG_DROPPED] + counts[SOBIG_DROPPED_NETWORK]),
	       (unsigned long long)counts[SOBIG_PASSED_SYN],
	       (unsigned long long)counts[SOBIG_PASSED_EXPIRED]);
	status_print_kinds(interface);
	printf("  packets   %llu other packets passed, %llu of them malformed\n",
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

/* The first classes, and the sum of the others. Returns the length of the text. */
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
	/* At least two others: one class is shorter than its summary. */
	if (count > shown)
		used += snprintf(text + used, STATUS_CLASSES_SIZE - used,
				 ", and %d other classes, %llu offences", count - shown,
				 (unsigned long long)rest);
	return used;
}

/* "virus 12, worm 3", most frequent first; the classes that do not fit the line are summed up. */
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

/* How many hosts are known, and what it means if too little was learned yet. */
static void status_print_standing(const struct sobig_stats *stats)
{
	const char *hosts = suggest_plural(stats->standing);

	if (stats->learn && stats->learned <= stats->learn)
		printf("  standing  %llu host%s, %s %u of %u day%s; rules that use it are dry runs\n",
		       (unsigned long long)stats->standing, hosts,
		       stats->learning ? "learning," : "learned from", stats->learned, stats->learn,
		       suggest_plural(stats->learn));
	else
		printf("  standing  %llu host%s, learned from %u day%s of log\n",
		       (unsigned long long)stats->standing, hosts, stats->learned,
		       suggest_plural(stats->learned));
	if (stats->off_offences)
		printf(STATUS_INDENT "%llu offence%s not counted, because their class was off\n",
		       (unsigned long long)stats->off_offences,
		       suggest_plural(stats->off_offences));
}

static void status_print_connections(const struct sobig_stats *stats)
{
	if (stats->connections_error)
		printf(STATUS_INDENT "open connections of blocked hosts continue: %s\n",
		       stats->connections_error == EOPNOTSUPP ? "this kernel cannot end them"
							      : strerror(stats->connections_error));
	if (stats->connections_ended)
		printf(STATUS_INDENT "%llu open connection%s of blocked hosts ended\n",
		       (unsigned long long)stats->connections_ended,
		       suggest_plural(stats->connections_ended));
}

static void status_print_daemon(const struct overview *overview,
				const struct overview_daemon *daemon)
{
	const struct sobig_stats *stats = daemon->stats;
	char time[CLOCK_TEXT_SIZE], ago[DURATION_TEXT_SIZE], names[OVERVIEW_NAMES_SIZE];

	printf("daemon %u%s for %s, since %s\n", stats->pid, daemon->alive ? "" : " (not running)",
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
		printf(" (%llu from allowed hosts)", (unsigned long long)stats->allowed_offences);
	printf(", %llu block%s, %llu watched host%s\n", (unsigned long long)stats->blocked,
	       suggest_plural(stats->blocked), (unsigned long long)stats->watched,
	       suggest_plural(stats->watched));
	status_print_classes(stats);
	status_print_standing(stats);
	status_print_connections(stats);
	printf("  state     %s%s%s\n", stats->state, *stats->config ? ", configuration " : "",
	       stats->config);
	if (*stats->proxies)
		printf("  proxies   %s: blocks of clients behind them drop nothing\n",
		       stats->proxies);
	if (stats->state_lost)
		printf(STATUS_INDENT "%llu block%s not saved: the state is full\n",
		       (unsigned long long)stats->state_lost, suggest_plural(stats->state_lost));
	if (stats->state_bad)
		printf(STATUS_INDENT "%llu invalid row%s of the state skipped\n",
		       (unsigned long long)stats->state_bad, suggest_plural(stats->state_bad));
	if (stats->watch_drops)
		printf(STATUS_INDENT "%llu time%s a rule forgot a host: too many watched hosts\n",
		       (unsigned long long)stats->watch_drops, suggest_plural(stats->watch_drops));
	status_print_skips(stats);
}

static int status_by_use(const void *a, const void *b)
{
	const struct overview_rule *x = *(const struct overview_rule *const *)a;
	const struct overview_rule *y = *(const struct overview_rule *const *)b;

	if (x->active + x->active_dry_runs != y->active + y->active_dry_runs)
		return x->active + x->active_dry_runs < y->active + y->active_dry_runs ? 1 : -1;
	return x < y ? -1 : 1;
}

static void status_print_rule(const struct overview_rule *rule)
{
	printf("%llu active, %llu SYN%s dropped", (unsigned long long)rule->active,
	       (unsigned long long)rule->drops, suggest_plural(rule->drops));
	if (rule->active_dry_runs)
		printf("; %llu in a dry run", (unsigned long long)rule->active_dry_runs);
	putchar('\n');
}

/* The rules with active blocks, most blocks first; the rules that do not fit are summed up. */
static void status_print_rules(const struct overview *overview)
{
	const struct overview_rule *order[OVERVIEW_RULES_MAX] = { NULL };
	int most = STATUS_RULES / (overview->daemons_count > 1 ? overview->daemons_count : 1);
	struct overview_rule rest = { 0 };
	int count = 0;

	for (int i = 0; i < overview->rules_count; i++)
		if (overview->rules[i].active || overview->rules[i].active_dry_runs)
			order[count++] = &overview->rules[i];
	qsort(order, count, sizeof(order[0]), status_by_use);
	for (int i = 0; i < count && i < most; i++) {
		printf("  %-*s ", SOBIG_RULE_SIZE - 1, order[i]->name);
		status_print_rule(order[i]);
	}
	for (int i = most; i < count; i++) {
		rest.active += order[i]->active;
		rest.active_dry_runs += order[i]->active_dry_runs;
		rest.drops += order[i]->drops;
	}
	if (count <= most)
		return;
	printf("  and %d other rule%s: ", count - most, suggest_plural(count - most));
	status_print_rule(&rest);
}

static int status_print(const struct overview *overview, const struct health_problem *problems,
			int count)
{
	char text[HEALTH_TEXT_SIZE], offending[RULE_PORTS_TEXT_SIZE];
	uint64_t evictions = 0;

	if (!count)
		puts(health_none(overview, text));
	for (int i = 0; i < count; i++)
		puts(problems[i].text);
	putchar('\n');
	for (int i = 0; i < overview->interfaces_count; i++)
		status_print_interface(&overview->interfaces[i]);
	putchar('\n');
	for (int i = 0; i < overview->daemons_count; i++) {
		status_print_daemon(overview, &overview->daemons[i]);
		evictions += overview->daemons[i].stats->evictions;
	}
	printf("\nblocks: %llu of %llu (IPv4), %llu of %llu (IPv6), %llu active network%s\n",
	       (unsigned long long)overview->ipv4, (unsigned long long)overview->room4,
	       (unsigned long long)overview->ipv6, (unsigned long long)overview->room6,
	       (unsigned long long)overview->networks, suggest_plural(overview->networks));
	if (overview->offending)
		printf("  %llu blocked host%s still offend%s, on port%s %s\n",
		       (unsigned long long)overview->offending, suggest_plural(overview->offending),
		       overview->offending == 1 ? "s" : "", overview->offending_ports[1] ? "s" : "",
		       rule_ports_format(overview->offending_ports, offending));
	if (evictions)
		printf("  %llu lost by the kernel and restored\n", (unsigned long long)evictions);
	status_print_rules(overview);
	return cli_end_output();
}

static int status_run(void *values)
{
	struct cli_common *common = values;
	static struct overview overview;
	struct health_problem problems[HEALTH_PROBLEMS_MAX];
	int status, count, err;

	status = cli_need_privilege();
	if (status)
		return status;
	/* Read everything before printing, so that an error leaves no partial output. */
	err = overview_read(common->pins, &overview);
	if (!err)
		err = overview_read_blocks(&overview, NULL, NULL);
	if (err)
		return absence_report(common, err);
	home_find(common, false);
	history_runs(common, overview_add_run, &overview);
	count = health_find(&overview, problems);
	if (common->json)
		status = cli_print_json(common, status_json(&overview, problems, count));
	else
		status = status_print(&overview, problems, count);
	return status ? status : count ? CLI_FAILED : CLI_DONE;
}

const struct cli_command status_command = {
	"status",
	"show what is attached, the counters and any problems",
	.run = status_run,
};
