// SPDX-License-Identifier: GPL-2.0-only
/* Collects an installation's metrics. */
#include "status/metrics_collect.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/event.h"
#include "read/skip.h"
#include "status/health.h"
#include "status/overview.h"

#ifndef VERSION
#define VERSION "unknown"
#endif

/* No label contains an address: a storm would create unlimited series. */

static void metrics_interfaces(const struct overview *overview, struct metrics_out *out)
{
	const struct overview_interface *interface;
	const struct overview_interface *end = overview->interfaces + overview->interfaces_count;

	metrics_out_gauge(out, "sobig_xdp_attached",
			  "1 if the filter is attached to the interface; missing while unknown.");
	for (interface = overview->interfaces; interface < end; interface++)
		if (!interface->unseen)
			metrics_out_sample(out, interface->filter.id != 0, "interface",
					   interface->name, "mode",
					   interface->filter.id
						   ? filter_mode_name(interface->filter.mode)
						   : "none",
					   NULL);
	metrics_out_gauge(out, "sobig_xdp_daemon_running",
			  "1 if a daemon reads the log for the interface.");
	for (interface = overview->interfaces; interface < end; interface++)
		metrics_out_sample(out, interface->daemon_running, "interface", interface->name,
				   NULL);
	metrics_out_counter(out, "sobig_xdp_packets_total",
			    "Packets by verdict: SYNs to protected ports, and others.");
	for (interface = overview->interfaces; interface < end; interface++)
		for (int i = 0; i < SOBIG_COUNTS; i++)
			metrics_out_sample(out, interface->counters[i], "interface",
					   interface->name, "verdict", overview_counter_name(i),
					   NULL);
}

static uint64_t metrics_offending_on(const struct overview *overview, uint16_t port)
{
	for (int i = 0; i < SOBIG_PORTS_MAX && overview->offending_ports[i]; i++)
		if (overview->offending_ports[i] == port)
			return overview->offending_by_port[i];
	return 0;
}

/* By port, of all that are protected on an interface; each once. */
static void metrics_offending(const struct overview *overview, struct metrics_out *out)
{
	uint16_t done[SOBIG_PORTS_MAX * PINS_INTERFACES_MAX];
	int done_count = 0;

	metrics_out_gauge(
		out, "sobig_xdp_blocks_offending",
		"Blocked hosts that still offend on a port that their block leaves open.");
	for (int i = 0; i < overview->interfaces_count; i++) {
		const uint16_t *ports = overview->interfaces[i].stats.ports;

		for (int j = 0; j < SOBIG_PORTS_MAX && ports[j]; j++) {
			char text[sizeof("65535")];
			int at = 0;

			while (at < done_count && done[at] != ports[j])
				at++;
			if (at < done_count)
				continue;
			done[done_count++] = ports[j];
			snprintf(text, sizeof(text), "%u", ports[j]);
			metrics_out_sample(out, metrics_offending_on(overview, ports[j]), "port",
					   text, NULL);
		}
	}
}

static void metrics_blocks(const struct overview *overview, struct metrics_out *out)
{
	metrics_out_gauge(out, "sobig_xdp_blocks",
			  "Hosts in the table, IPv6 by /64; includes dry run.");
	metrics_out_sample(out, overview->ipv4, "family", "ipv4", NULL);
	metrics_out_sample(out, overview->ipv6, "family", "ipv6", NULL);
	metrics_out_gauge(out, "sobig_xdp_blocks_limit", "Capacity of the table, in hosts.");
	metrics_out_sample(out, overview->room4, "family", "ipv4", NULL);
	metrics_out_sample(out, overview->room6, "family", "ipv6", NULL);
	metrics_out_gauge(out, "sobig_xdp_networks",
			  "Blocked networks, manual or imported from lists.");
	metrics_out_sample(out, overview->networks, NULL);
	metrics_out_gauge(out, "sobig_xdp_dry_runs", "Hosts in the table as dry run: not dropped.");
	metrics_out_sample(out, overview->dry_runs, NULL);
	metrics_offending(overview, out);
	metrics_out_gauge(out, "sobig_xdp_rule_active_blocks",
			  "Active blocks by the rule that caused them.");
	for (int i = 0; i < overview->rules_count; i++)
		metrics_out_sample(out, overview->rules[i].active, "rule", overview->rules[i].name,
				   NULL);
	metrics_out_gauge(
		out, "sobig_xdp_rule_active_block_drops",
		"Packets dropped for the active blocks by rule; decreases when blocks expire.");
	for (int i = 0; i < overview->rules_count; i++)
		metrics_out_sample(out, overview->rules[i].drops, "rule", overview->rules[i].name,
				   NULL);
}

static void metrics_rules(const struct overview *overview, struct metrics_out *out)
{
	metrics_out_counter(
		out, "sobig_xdp_rule_offences_total",
		"Offences that the rule counted since the daemon started or loaded the policy.");
	for (int i = 0; i < overview->rules_count; i++)
		if (overview->rules[i].policy)
			metrics_out_sample(out, overview->rules[i].counted, "rule",
					   overview->rules[i].name, NULL);
	metrics_out_counter(
		out, "sobig_xdp_rule_open_port_offences_total",
		"Of these offences, those on a port that the rule's blocks leave open.");
	for (int i = 0; i < overview->rules_count; i++)
		if (overview->rules[i].policy)
			metrics_out_sample(out, overview->rules[i].left_open, "rule",
					   overview->rules[i].name, NULL);
	metrics_out_counter(out, "sobig_xdp_rule_blocks_total",
			    "Verdicts of the rule that blocked hosts.");
	for (int i = 0; i < overview->rules_count; i++)
		if (overview->rules[i].policy)
			metrics_out_sample(out, overview->rules[i].blocks, "rule",
					   overview->rules[i].name, NULL);
	metrics_out_counter(
		out, "sobig_xdp_rule_dry_runs_total",
		"Verdicts of the rule that were dry run, by configuration or by the brake.");
	for (int i = 0; i < overview->rules_count; i++)
		if (overview->rules[i].policy)
			metrics_out_sample(out, overview->rules[i].dry_runs, "rule",
					   overview->rules[i].name, NULL);
}

/* Counters of all daemons, summed: usually there is one log and one table. */
static void metrics_daemon_counters(const struct overview *overview, struct metrics_out *out)
{
#define METRICS_FIELD(field) offsetof(struct sobig_stats, field)
	static const struct {
		const char *name, *help;
		size_t field; /* offset in struct sobig_stats */
		bool gauge;
	} fields[] = {
		{ "sobig_xdp_log_lines_total", "Lines read from the log.", METRICS_FIELD(lines) },
		{ "sobig_xdp_forgotten_hosts_total",
		  "Watched hosts that a rule forgot because there were too many.",
		  METRICS_FIELD(watch_drops) },
		{ "sobig_xdp_evictions_total",
		  "Blocks that the kernel's table had lost and the daemon restored.",
		  METRICS_FIELD(evictions) },
		{ "sobig_xdp_allowed_offences_total", "Offences of allowed hosts.",
		  METRICS_FIELD(allowed_offences) },
		{ "sobig_xdp_connections_ended_total",
		  "Open connections of blocked hosts that were ended.",
		  METRICS_FIELD(connections_ended) },
		{ "sobig_xdp_state_lost_blocks_total",
		  "Blocks that were not saved because the state was full.",
		  METRICS_FIELD(state_lost) },
		{ "sobig_xdp_state_bad_rows", "Invalid rows of the state that were skipped.",
		  METRICS_FIELD(state_bad), true },
		{ "sobig_xdp_watched_hosts",
		  "Watched hosts: hosts with recent offences, each counted once.",
		  METRICS_FIELD(watched), true },
		{ "sobig_xdp_allowed", "Addresses and networks in the allow list.",
		  METRICS_FIELD(allowed), true },
		{ "sobig_xdp_allow_missing",
		  "Entries of the allow list of which no address is known, such as unknown names.",
		  METRICS_FIELD(allow_missing), true },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		uint64_t sum = 0, value;

		for (int at = 0; at < overview->daemons_count; at++) {
			memcpy(&value, (const char *)overview->daemons[at].stats + fields[i].field,
			       sizeof(value));
			sum += value;
		}
		if (fields[i].gauge)
			metrics_out_gauge(out, fields[i].name, fields[i].help);
		else
			metrics_out_counter(out, fields[i].name, fields[i].help);
		metrics_out_sample(out, sum, NULL);
	}
	metrics_out_counter(out, "sobig_xdp_lines_skipped_total",
			    "Log lines not counted, although they can report an offence, by kind.");
	for (int kind = 0; kind < SKIP_KINDS; kind++) {
		uint64_t sum = 0;

		for (int at = 0; at < overview->daemons_count; at++)
			sum += overview->daemons[at].stats->skipped[kind];
		metrics_out_sample(out, sum, "kind", skip_name(kind), NULL);
	}
	metrics_out_counter(out, "sobig_xdp_offences_total", "Offences read in the log, by class.");
	for (int class = 0; class < EVENT_OFFENCES && class < SOBIG_CLASSES_MAX; class ++) {
		uint64_t sum = 0;

		for (int at = 0; at < overview->daemons_count; at++)
			sum += overview->daemons[at].stats->classes[class];
		metrics_out_sample(out, sum, "class", event_class_name(class), NULL);
	}
}

/* States of the daemons; the worst if there are several. Daemons that do not run are left out. */
static void metrics_daemon_states(const struct overview *overview, struct metrics_out *out)
{
	bool readable = true, writable = true, config = true, brake = false, dry_run = false;
	uint32_t heard = UINT32_MAX, heartbeat = UINT32_MAX, started = 0, limit = 0, off = 0;
	uint32_t learned = UINT32_MAX;
	bool alive = false;

	for (int i = 0; i < overview->daemons_count; i++) {
		const struct sobig_stats *stats = overview->daemons[i].stats;
		uint32_t last = stats->last_line ? stats->last_line : stats->started;

		if (!overview->daemons[i].alive)
			continue;
		alive = true;
		readable &= stats->readable;
		writable &= !stats->state_error;
		config &= !stats->config_error;
		brake |= stats->braked;
		dry_run |= stats->dry_run;
		heard = last < heard ? last : heard;
		heartbeat = stats->heartbeat < heartbeat ? stats->heartbeat : heartbeat;
		started = stats->started > started ? stats->started : started;
		limit = stats->brake > limit ? stats->brake : limit;
		off |= stats->classes_off;
		learned = stats->learned < learned ? stats->learned : learned;
	}
	if (!alive)
		return;
	metrics_out_gauge(out, "sobig_xdp_log_readable", "1 if the log can be read.");
	metrics_out_sample(out, readable, NULL);
	metrics_out_gauge(
		out, "sobig_xdp_log_last_line_timestamp_seconds",
		"When the newest log line was read, or when the daemon started if none was.");
	metrics_out_sample(out, clock_wall_of(heard), NULL);
	metrics_out_gauge(out, "sobig_xdp_brake_engaged",
			  "1 if the brake is engaged: verdicts on known senders are dry runs.");
	metrics_out_sample(out, brake, NULL);
	metrics_out_gauge(out, "sobig_xdp_brake_limit",
			  "Limit of the brake: known senders blocked within an hour; 0: off.");
	metrics_out_sample(out, limit, NULL);
	metrics_out_gauge(
		out, "sobig_xdp_class_off",
		"1 if the class does not count: many known senders suddenly had such offences.");
	for (int class = 0; class < EVENT_OFFENCES; class ++)
		metrics_out_sample(out, off >> class & 1, "class", event_class_name(class), NULL);
	metrics_out_gauge(out, "sobig_xdp_standing_learned_seconds",
			  "Whole days of log from which standing was learned.");
	metrics_out_sample(out, (uint64_t)learned * 24 * 3600, NULL);
	metrics_out_gauge(out, "sobig_xdp_state_writable", "1 if the state can be written.");
	metrics_out_sample(out, writable, NULL);
	metrics_out_gauge(out, "sobig_xdp_config_ok", "0 if the last reload was refused.");
	metrics_out_sample(out, config, NULL);
	metrics_out_gauge(out, "sobig_xdp_dry_run", "1 if it is a dry run: nothing is dropped.");
	metrics_out_sample(out, dry_run, NULL);
	metrics_out_gauge(out, "sobig_xdp_daemon_heartbeat_timestamp_seconds",
			  "The last heartbeat of the daemon; it writes one a second.");
	metrics_out_sample(out, clock_wall_of(heartbeat), NULL);
	metrics_out_gauge(out, "sobig_xdp_process_start_time_seconds", "When the daemon started.");
	metrics_out_sample(out, clock_wall_of(started), NULL);
}

static void metrics_problems(const struct overview *overview, struct metrics_out *out)
{
	struct health_problem problems[HEALTH_PROBLEMS_MAX];
	bool found[HEALTH_KINDS] = { false };
	int count = health_find(overview, problems);

	for (int i = 0; i < count; i++)
		found[problems[i].kind] = true;
	metrics_out_gauge(out, "sobig_xdp_problem",
			  "1 for each current problem; `sobig-xdp status` describes it.");
	for (int kind = 0; kind < HEALTH_KINDS; kind++)
		metrics_out_sample(out, found[kind], "kind", health_name(kind), NULL);
}

static void metrics_write(const struct overview *overview, struct metrics_out *out)
{
	bool up = false, unseen = false;

	for (int i = 0; i < overview->interfaces_count; i++) {
		up |= overview->interfaces[i].filter.id != 0;
		unseen |= overview->interfaces[i].unseen != 0;
	}
	metrics_out_gauge(out, "sobig_xdp_build_info", "The version of sobig-xdp, as a label.");
	metrics_out_sample(out, 1, "version", VERSION, NULL);
	metrics_out_gauge(out, "sobig_xdp_up",
			  "1 if the filter is attached to any interface; missing while unknown.");
	if (up || !unseen)
		metrics_out_sample(out, up, NULL);
	if (!overview->interfaces_count)
		return;
	metrics_problems(overview, out);
	metrics_interfaces(overview, out);
	metrics_blocks(overview, out);
	if (!overview->daemons_count)
		return;
	metrics_rules(overview, out);
	metrics_daemon_counters(overview, out);
	metrics_daemon_states(overview, out);
}

int metrics_collect(const char *pins, struct metrics_out *out)
{
	struct overview *overview = malloc(sizeof(*overview));
	int err;

	if (!overview)
		return -ENOMEM;
	err = overview_read(pins, overview);
	if (!err)
		err = overview_read_blocks(overview, NULL, NULL);
	if (!err)
		overview_read_ended(overview);
	if (err == -ENOENT) {
		overview->interfaces_count = 0;
		err = 0;
	}
	if (!err)
		metrics_write(overview, out);
	free(overview);
	return err;
}
