// SPDX-License-Identifier: GPL-2.0-only
/* Finds the problems of an installation and describes each in one line. */
#include "status/health.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/duration.h"
#include "common/event.h"
#include "common/suggest.h"
#include "kernel/holder.h"
#include "kernel/start_note.h"
#include "read/skip.h"
#include "state/db.h"

struct health_list {
	const struct overview *overview;
	struct health_problem *out;
	int count;
	char names[OVERVIEW_NAMES_SIZE]; /* of the affected interfaces, "eth0 eth1" */
};

static void health_add(struct health_list *list, enum health_kind kind, uint64_t interfaces,
		       const char *format, ...) __attribute__((format(printf, 4, 5)));

static void health_add(struct health_list *list, enum health_kind kind, uint64_t interfaces,
		       const char *format, ...)
{
	struct health_problem *problem = &list->out[list->count];
	va_list args;

	if (list->count == HEALTH_PROBLEMS_MAX)
		return;
	*problem = (struct health_problem){ .kind = kind, .interfaces = interfaces };
	va_start(args, format);
	vsnprintf(problem->text, sizeof(problem->text), format, args);
	va_end(args);
	list->count++;
}

static const char *health_names(struct health_list *list, uint64_t interfaces)
{
	return overview_names(list->overview, interfaces, " ", list->names);
}

static char *health_ago(const struct overview *overview, uint32_t second,
			char text[DURATION_TEXT_SIZE])
{
	return duration_format(overview->now > second ? overview->now - second : 0, text);
}

/* Each attach is reported once for all of its interfaces. */
static void health_starting(struct health_list *list)
{
	const struct overview *overview = list->overview;
	char text[DURATION_TEXT_SIZE];
	uint64_t told = 0;

	for (int i = 0; i < overview->interfaces_count; i++) {
		const struct sobig_start *start = &overview->interfaces[i].start;
		bool filtered = true;
		uint64_t same = 0;

		for (int j = i; j < overview->interfaces_count && start->since; j++) {
			if (memcmp(&overview->interfaces[j].start, start, sizeof(*start)))
				continue;
			same |= UINT64_C(1) << j;
			filtered &= overview->interfaces[j].filter.id != 0;
		}
		if (!(same & ~told))
			continue;
		told |= same;
		health_add(
			list, HEALTH_STARTING, same,
			"STARTING (%s): attach has been waiting for %s for %s; until it continues, %s; to end it: sobig-xdp detach %s",
			health_names(list, same), health_ago(overview, start->since, text),
			start_note_text(start),
			filtered ? "active blocks stay, and no new ones are added"
				 : "the filter is not attached and nothing is dropped",
			list->names);
	}
}

/* Another program detached the filter, and the daemon removed its pins. */
static void health_removed(struct health_list *list)
{
	const struct overview *overview = list->overview;
	char time[CLOCK_TEXT_SIZE];

	for (int i = 0; i < overview->ended_count; i++) {
		const struct db_run *run = &overview->ended[i];

		if (run->end == DB_RUN_REMOVED)
			health_add(
				list, HEALTH_UNFILTERED, 0,
				"NOT FILTERED (%s): another program detached the filter at %s, and nothing is dropped; to attach it again: sobig-xdp attach %s; if that was intended: sobig-xdp detach %s",
				run->interface, clock_local_ms(run->at, time), run->interface,
				run->interface);
	}
}

/* Problems of interfaces; each is reported once for all interfaces that have it. */
static void health_of_interfaces(struct health_list *list)
{
	const struct overview *overview = list->overview;
	uint64_t unfiltered = 0, unseen = 0, no_daemon = 0;
	const char *names;
	int error = 0;

	for (int i = 0; i < overview->interfaces_count; i++) {
		const struct overview_interface *interface = &overview->interfaces[i];
		uint64_t bit = UINT64_C(1) << i;

		if (!interface->present)
			health_add(
				list, HEALTH_GONE, bit,
				"INTERFACE NOT FOUND (%s): it was deleted, or is in another network namespace; to forget it: rm -r %s/if%u",
				interface->name, overview->pins, interface->index);
		else if (interface->unseen)
			unseen |= bit, error = interface->unseen;
		else if (interface->start.since)
			continue;
		else if (!interface->filter.id)
			unfiltered |= bit;
		else if (!interface->daemon_running)
			no_daemon |= bit;
	}
	health_starting(list);
	names = health_names(list, unfiltered);
	if (unfiltered)
		health_add(
			list, HEALTH_UNFILTERED, unfiltered,
			"NOT FILTERED (%s): the filter is not attached and nothing is dropped; to attach it again: sobig-xdp attach %s",
			names, names);
	health_removed(list);
	names = health_names(list, unseen);
	if (unseen)
		health_add(
			list, HEALTH_UNKNOWN, unseen,
			"FILTER STATE UNKNOWN (%s): cannot check whether the filter is attached: %s; it may be; to check: ip link show, bpftool net",
			names, strerror(error));
	names = health_names(list, no_daemon);
	if (no_daemon)
		health_add(
			list, HEALTH_NO_DAEMON, no_daemon,
			"DAEMON NOT RUNNING (%s): the log is not read; active blocks expire, no new ones are added; to start it: sobig-xdp attach %s",
			names, names);
}

/* The daemon's process id in this PID namespace; 0: not visible from here. */
static pid_t health_process(const struct overview *overview, const struct sobig_stats *stats,
			    uint64_t interfaces)
{
	pid_t pid;
	int fd;

	for (int i = 0; i < overview->interfaces_count; i++) {
		if (!(interfaces & UINT64_C(1) << i) ||
		    holder_open(overview->pins, overview->interfaces[i].index, stats->pid, &fd,
				&pid))
			continue;
		close(fd);
		return pid;
	}
	return 0;
}

static void health_stuck(struct health_list *list, const struct sobig_stats *stats,
			 uint64_t interfaces)
{
	const char *names = health_names(list, interfaces);
	uint32_t now = list->overview->now;
	char text[DURATION_TEXT_SIZE];
	pid_t pid;

	if (!stats->heartbeat || now <= stats->heartbeat ||
	    now - stats->heartbeat <= HEALTH_STUCK_AFTER)
		return;
	duration_format(now - stats->heartbeat, text);
	pid = health_process(list->overview, stats, interfaces);
	if (pid)
		health_add(
			list, HEALTH_STUCK, interfaces,
			"DAEMON STUCK (%s): no heartbeat from process %d for %s, no new blocks are added; kill -9 it, then: sobig-xdp attach %s",
			names, pid, text, names);
	else
		health_add(
			list, HEALTH_STUCK, interfaces,
			"DAEMON STUCK (%s): no heartbeat for %s, no new blocks are added; its process is not visible from here: kill -9 it in its own PID namespace, where it is process %u, then: sobig-xdp attach %s",
			names, text, stats->pid, names);
}

static void health_brake(struct health_list *list, const struct sobig_stats *stats,
			 uint64_t interfaces)
{
	if (stats->braked)
		health_add(
			list, HEALTH_BRAKE, interfaces,
			"BRAKE ENGAGED: within an hour, verdicts were made on more than %u known sender%s, or on known senders that sent more than 10%% of the mail; further verdicts on known senders are dry runs; check the scanner, the DNS lists, and `sobig-xdp list`; to resume blocking: sobig-xdp release",
			stats->brake, suggest_plural(stats->brake));
}

/* Classes that do not count, since their scanner or list seems to be broken. */
static void health_class(struct health_list *list, const struct sobig_stats *stats,
			 uint64_t interfaces)
{
	char names[256] = "";
	size_t used = 0;

	for (int class = 0; class < EVENT_OFFENCES; class ++)
		if (stats->classes_off & 1u << class && used < sizeof(names))
			used += snprintf(names + used, sizeof(names) - used, "%s%s",
					 used ? ", " : "", event_class_name(class));
	if (used)
		health_add(
			list, HEALTH_CLASS, interfaces,
			"CLASS OFF: %s does not count for an hour, because many known senders suddenly had such offences; check the scanner or DNS list behind it; to count it again: sobig-xdp release",
			names);
}

/* Describes the most frequent kind, because each has its own remedy. */
static void health_skips(struct health_list *list, const struct sobig_stats *stats,
			 uint64_t interfaces)
{
	static const char *const cures[SKIP_KINDS] = {
		[SKIP_DOUBTFUL] =
			"are doubtful: they can be read in two ways; if exim checks HELOs, use --helo-checked",
		[SKIP_OVERLONG] =
			"are overlong: exim does not write such long lines; check that the log is exim's",
		[SKIP_OVERFLOWED] =
			"overflowed exim's log buffer; let acl_smtp_helo reject HELOs of more than 255 characters",
		[SKIP_CUT] =
			"were cut by syslog; follow exim's own log file, or let acl_smtp_helo reject HELOs of more than 255 characters",
	};
	uint64_t sum = 0;
	int most = 0;

	/* HEALTH_PROXIED tells of those that are skipped because of proxies. */
	for (int i = 0; i < SKIP_PROXIED; i++) {
		sum += stats->skipped_recent[i];
		if (stats->skipped_recent[i] > stats->skipped_recent[most])
			most = i;
	}
	if (sum > HEALTH_SKIPS_MOST && sum * HEALTH_SKIPS_SHARE > stats->lines_recent)
		health_add(
			list, HEALTH_SKIPS, interfaces,
			"LINES NOT COUNTED: %llu in 5 minutes, and the hosts that cause them are not blocked; most of them %s; see WHAT IS NOT COUNTED in sobig-xdp(8)",
			(unsigned long long)sum, cures[most]);
}

static void health_log(struct health_list *list, const struct sobig_stats *stats,
		       uint64_t interfaces)
{
	uint32_t heard = stats->last_line ? stats->last_line : stats->started;
	uint32_t silent = list->overview->now > heard ? list->overview->now - heard : 0;
	char text[DURATION_TEXT_SIZE];

	if (!stats->readable && stats->log_gone)
		health_add(
			list, HEALTH_UNREADABLE, interfaces,
			"LOG FILE MISSING: no new blocks are added; %s was moved away %s ago, and exim has not created a new one; check that exim writes it (exim -bP log_file_path)",
			stats->log, health_ago(list->overview, stats->log_gone, text));
	else if (!stats->readable)
		health_add(
			list, HEALTH_UNREADABLE, interfaces,
			"LOG NOT READABLE: no new blocks are added; check that %s exists and that exim writes it (exim -bP log_file_path)",
			stats->log);
	else if (silent > HEALTH_SILENCE)
		health_add(
			list, HEALTH_SILENT, interfaces,
			"LOG SILENT: no new line for %s; check that exim writes %s (exim -bP log_file_path)",
			duration_format(silent, text), stats->log);
}

static void health_allow(struct health_list *list, const struct sobig_stats *stats,
			 uint64_t interfaces)
{
	char more[40] = "";

	if (!stats->allow_missing)
		return;
	if (stats->allow_missing > 1)
		snprintf(more, sizeof(more), " (and %llu more)",
			 (unsigned long long)stats->allow_missing - 1);
	health_add(
		list, HEALTH_ALLOW, interfaces,
		"ALLOW LIST INCOMPLETE: %s%s; hosts that it stands for can be blocked; correct [allow] or the DNS, or add their addresses: sobig-xdp allow add ADDR",
		stats->allow_error, more);
}

static void health_of_daemon(struct health_list *list, const struct overview_daemon *daemon,
			     enum health_kind kind)
{
	const struct sobig_stats *stats = daemon->stats;
	uint64_t interfaces = daemon->interfaces;
	char time[CLOCK_TEXT_SIZE];

	switch (kind) {
	case HEALTH_STUCK:
		health_stuck(list, stats, interfaces);
		break;
	case HEALTH_BRAKE:
		health_brake(list, stats, interfaces);
		break;
	case HEALTH_CLASS:
		health_class(list, stats, interfaces);
		break;
	case HEALTH_UNREADABLE:
		health_log(list, stats, interfaces);
		break;
	case HEALTH_PROXIED:
		if (stats->proxied)
			health_add(
				list, kind, interfaces,
				"BEHIND A PROXY: exim may take the address of any client from a proxy (%s), so no offence is judged; the packets have the proxy's address: attach the filter on the proxy",
				stats->proxies);
		break;
	case HEALTH_SKIPS:
		health_skips(list, stats, interfaces);
		break;
	case HEALTH_ALLOW:
		health_allow(list, stats, interfaces);
		break;
	case HEALTH_STATE:
		if (stats->state_error)
			health_add(
				list, kind, interfaces,
				"STATE NOT WRITABLE: %s; blocks work, but a restart would forget them; check the free space and the write permission of its folder",
				db_strerror(stats->state_error));
		break;
	case HEALTH_LOST:
		if (stats->state_lost_until > list->overview->now)
			health_add(
				list, kind, interfaces,
				"STATE FULL: %llu blocks were not saved, and a restart does not restore them; raise \"size\" in [state], or free disk space in %s",
				(unsigned long long)stats->state_lost, stats->state);
		break;
	case HEALTH_CONFIG:
		if (stats->config_error)
			health_add(
				list, kind, interfaces,
				"RELOAD REFUSED: the configuration that was loaded at %s is still active; `sobig-xdp check` shows the error",
				clock_local(stats->configured ? stats->configured : stats->started,
					    time));
		break;
	case HEALTH_DRY_RUN:
		if (stats->dry_run)
			health_add(
				list, kind, interfaces,
				"DRY RUN (%s): nothing is dropped; to drop packets, attach without --dry-run",
				health_names(list, interfaces));
		break;
	default:
		break;
	}
}

static void health_of_daemons(struct health_list *list, enum health_kind kind)
{
	for (int i = 0; i < list->overview->daemons_count; i++)
		if (list->overview->daemons[i].alive)
			health_of_daemon(list, &list->overview->daemons[i], kind);
}

static void health_fill(struct health_list *list)
{
	const struct overview *overview = list->overview;
	const struct {
		uint64_t used, room;
		const char *what;
	} tables[] = {
		{ overview->ipv4, overview->room4, "IPv4 addresses" },
		{ overview->ipv6, overview->room6, "IPv6 networks" },
		{ overview->networks4, SOBIG_NETWORKS_MAX, "wider IPv4 networks" },
		{ overview->networks - overview->networks4, SOBIG_NETWORKS_MAX,
		  "wider IPv6 networks" },
	};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (tables[i].room && tables[i].used * 100 >= tables[i].room * HEALTH_FILL)
			health_add(
				list, HEALTH_FULL, 0,
				"TABLE NEARLY FULL: %llu of %llu %s; when it is full, no new host is blocked; unblock some, or raise \"blocks\" in [filter]",
				(unsigned long long)tables[i].used,
				(unsigned long long)tables[i].room, tables[i].what);
}

int health_find(const struct overview *overview, struct health_problem out[HEALTH_PROBLEMS_MAX])
{
	struct health_list list = { .overview = overview, .out = out };

	health_of_interfaces(&list);
	health_of_daemons(&list, HEALTH_STUCK);
	health_of_daemons(&list, HEALTH_BRAKE);
	health_of_daemons(&list, HEALTH_CLASS);
	health_of_daemons(&list, HEALTH_UNREADABLE);
	health_of_daemons(&list, HEALTH_PROXIED);
	health_of_daemons(&list, HEALTH_SKIPS);
	health_of_daemons(&list, HEALTH_ALLOW);
	health_of_daemons(&list, HEALTH_STATE);
	health_of_daemons(&list, HEALTH_LOST);
	health_of_daemons(&list, HEALTH_CONFIG);
	health_fill(&list);
	health_of_daemons(&list, HEALTH_DRY_RUN);
	return list.count;
}

/* The daemon that knows the fewest days of log, of those that need more; NULL: none. */
static const struct sobig_stats *health_learner(const struct overview *overview)
{
	const struct sobig_stats *least = NULL;

	for (int i = 0; i < overview->daemons_count; i++) {
		const struct sobig_stats *stats = overview->daemons[i].stats;

		if (overview->daemons[i].alive && stats->learn && stats->learned <= stats->learn &&
		    (!least || stats->learned < least->learned))
			least = stats;
	}
	return least;
}

char *health_none(const struct overview *overview, char text[HEALTH_TEXT_SIZE])
{
	uint64_t hosts = overview->ipv4 + overview->ipv6 - overview->dry_runs, all = 0;
	const struct sobig_stats *gone = NULL, *learner = health_learner(overview);
	uint32_t last = 0;
	char names[OVERVIEW_NAMES_SIZE], ago[DURATION_TEXT_SIZE];
	size_t used;

	for (int i = 0; i < overview->interfaces_count; i++)
		all |= UINT64_C(1) << i;
	for (int i = 0; i < overview->daemons_count; i++) {
		const struct sobig_stats *stats = overview->daemons[i].stats;

		last = stats->last_line > last ? stats->last_line : last;
		if (overview->daemons[i].alive && stats->log_gone)
			gone = stats;
	}
	used = snprintf(text, HEALTH_TEXT_SIZE, "OK: %s protected, %llu host%s blocked",
			overview_names(overview, all, ", ", names), (unsigned long long)hosts,
			suggest_plural(hosts));
	if (gone)
		used += snprintf(
			text + used, HEALTH_TEXT_SIZE - used,
			"; %s was moved away %s ago, waiting for exim to create the next one",
			gone->log, health_ago(overview, gone->log_gone, ago));
	else if (last)
		used += snprintf(text + used, HEALTH_TEXT_SIZE - used, ", last log line %s ago",
				 health_ago(overview, last, ago));
	if (learner && used < HEALTH_TEXT_SIZE)
		snprintf(text + used, HEALTH_TEXT_SIZE - used, "; still learning (%u of %u day%s)",
			 learner->learned, learner->learn, suggest_plural(learner->learn));
	return text;
}

const char *health_name(enum health_kind kind)
{
	static const char *const names[HEALTH_KINDS] = {
		[HEALTH_GONE] = "interface-gone",
		[HEALTH_STARTING] = "starting",
		[HEALTH_UNFILTERED] = "not-filtered",
		[HEALTH_UNKNOWN] = "filter-unknown",
		[HEALTH_NO_DAEMON] = "no-daemon",
		[HEALTH_STUCK] = "stuck",
		[HEALTH_BRAKE] = "brake",
		[HEALTH_CLASS] = "class-off",
		[HEALTH_UNREADABLE] = "log-unreadable",
		[HEALTH_SILENT] = "log-silent",
		[HEALTH_PROXIED] = "behind-proxy",
		[HEALTH_SKIPS] = "lines-skipped",
		[HEALTH_ALLOW] = "allow-incomplete",
		[HEALTH_STATE] = "state-unwritable",
		[HEALTH_LOST] = "state-full",
		[HEALTH_CONFIG] = "config-refused",
		[HEALTH_FULL] = "table-nearly-full",
		[HEALTH_DRY_RUN] = "dry-run",
	};

	return names[kind];
}
