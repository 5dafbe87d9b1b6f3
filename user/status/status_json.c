// SPDX-License-Identifier: GPL-2.0-only
/* The output of status as JSON. */
#include "status/status_json.h"

#include <string.h>

#include "common/clock.h"
#include "common/event.h"
#include "common/output.h"
#include "kernel/start_note.h"
#include "read/skip.h"
#include "state/db.h"
#include "status/ended.h"

static void status_json_number(json_t *json, const char *name, uint64_t value)
{
	json_object_set_new(json, name, json_integer((json_int_t)value));
}

/* A time, or null for 0 (never). */
static void status_json_time(json_t *json, const char *name, uint32_t second)
{
	char text[CLOCK_TEXT_SIZE];

	json_object_set_new(json, name,
			    second ? json_string(clock_rfc3339(second, text)) : json_null());
}

static json_t *status_json_filter(const struct overview_interface *interface)
{
	const struct sobig_stats *stats = &interface->stats;
	char since[CLOCK_TEXT_SIZE];

	return json_pack("{s:s, s:o, s:s, s:i, s:b, s:s}", "mode",
			 filter_mode_name(interface->filter.mode), "ports",
			 output_ports(stats->ports), "scope", stats->scope_port ? "port" : "syn",
			 "program", (int)interface->filter.id, "dry_run", (int)stats->dry_run,
			 "since", clock_rfc3339(interface->loaded, since));
}

static json_t *status_json_start(const struct sobig_start *start)
{
	char since[CLOCK_TEXT_SIZE];

	return json_pack("{s:s, s:s}", "waits_for", start_note_text(start), "since",
			 clock_rfc3339(start->since, since));
}

static json_t *status_json_classes(const struct sobig_stats *stats)
{
	json_t *json = json_object();

	for (int i = 0; i < EVENT_OFFENCES && i < SOBIG_CLASSES_MAX; i++)
		status_json_number(json, event_class_name(i), stats->classes[i]);
	return json;
}

static void status_json_skips(json_t *daemon, const struct sobig_stats *stats)
{
	json_t *kinds = json_object();
	uint64_t sum = 0, recent = 0;

	for (int i = 0; i < SKIP_KINDS; i++) {
		status_json_number(kinds, skip_name(i), stats->skipped[i]);
		sum += stats->skipped[i];
		recent += stats->skipped_recent[i];
	}
	status_json_number(daemon, "skipped", sum);
	status_json_number(daemon, "skipped_recent", recent);
	json_object_set_new(daemon, "skipped_kinds", kinds);
}

static void status_json_standing(json_t *daemon, const struct sobig_stats *stats)
{
	json_t *off = json_array();

	for (int class = 0; class < EVENT_OFFENCES; class ++)
		if (stats->classes_off & 1u << class)
			json_array_append_new(off, json_string(event_class_name(class)));
	json_object_set_new(daemon, "classes_off", off);
	status_json_number(daemon, "off_offences", stats->off_offences);
	status_json_number(daemon, "standing_hosts", stats->standing);
	status_json_number(daemon, "learned_days", stats->learned);
	status_json_number(daemon, "learn_days", stats->learn);
	json_object_set_new(daemon, "learning", json_boolean(stats->learning));
}

static json_t *status_json_daemon(const struct sobig_stats *stats)
{
	json_t *json = json_object();

	json_object_set_new(json, "pid", json_integer(stats->pid));
	status_json_time(json, "since", stats->started);
	json_object_set_new(json, "log", output_text(stats->log));
	json_object_set_new(json, "readable", json_boolean(stats->readable));
	status_json_number(json, "position", stats->position);
	status_json_time(json, "log_gone", stats->log_gone);
	status_json_time(json, "last_line", stats->last_line);
	status_json_number(json, "lines", stats->lines);
	status_json_number(json, "offences", stats->offences);
	status_json_skips(json, stats);
	status_json_number(json, "blocked", stats->blocked);
	status_json_number(json, "evictions", stats->evictions);
	status_json_number(json, "watched", stats->watched);
	status_json_number(json, "forgotten", stats->watch_drops);
	json_object_set_new(json, "classes", status_json_classes(stats));
	json_object_set_new(json, "brake_engaged", json_boolean(stats->braked));
	status_json_number(json, "brake", stats->brake);
	status_json_standing(json, stats);
	json_object_set_new(json, "state_error",
			    stats->state_error ? output_text(db_strerror(stats->state_error))
					       : json_null());
	json_object_set_new(json, "state", output_text(stats->state));
	json_object_set_new(json, "proxies",
			    *stats->proxies ? output_text(stats->proxies) : json_null());
	json_object_set_new(json, "proxied", json_boolean(stats->proxied));
	status_json_number(json, "state_lost", stats->state_lost);
	status_json_number(json, "state_bad", stats->state_bad);
	json_object_set_new(json, "config",
			    *stats->config ? output_text(stats->config) : json_null());
	json_object_set_new(json, "config_ok", json_boolean(!stats->config_error));
	status_json_time(json, "configured", stats->configured);
	status_json_number(json, "dry_runs", stats->dry_runs);
	status_json_number(json, "allowed_offences", stats->allowed_offences);
	status_json_number(json, "allowed", stats->allowed);
	status_json_number(json, "allow_missing", stats->allow_missing);
	json_object_set_new(json, "allow_error",
			    *stats->allow_error ? output_text(stats->allow_error) : json_null());
	json_object_set_new(json, "connections",
			    json_string(stats->connections_finish ? "finish" : "end"));
	status_json_number(json, "connections_ended", stats->connections_ended);
	json_object_set_new(json, "connections_error",
			    stats->connections_error
				    ? output_text(strerror(stats->connections_error))
				    : json_null());
	return json;
}

static json_t *status_json_interface(const struct overview *overview, int at,
				     const struct health_problem *problems, int count)
{
	const struct overview_interface *interface = &overview->interfaces[at];
	json_t *json, *counters = json_object();
	const char *problem = NULL;

	for (int i = 0; i < count && !problem; i++)
		if (problems[i].interfaces & UINT64_C(1) << at)
			problem = problems[i].text;
	for (int i = 0; i < SOBIG_COUNTS; i++)
		status_json_number(counters, overview_counter_name(i), interface->counters[i]);
	json = json_pack("{s:s, s:b, s:s?, s:b, s:o}", "interface", interface->name, "ok", !problem,
			 "problem", problem, "daemon_running", interface->daemon_running,
			 "counters", counters);
	json_object_set_new(json, "filter",
			    interface->filter.id ? status_json_filter(interface) : json_null());
	json_object_set_new(json, "starting",
			    interface->start.since ? status_json_start(&interface->start)
						   : json_null());
	json_object_set_new(json, "filter_error",
			    interface->unseen ? output_text(strerror(interface->unseen))
					      : json_null());
	json_object_set_new(json, "daemon",
			    interface->stats.pid ? status_json_daemon(&interface->stats)
						 : json_null());
	return json;
}

static json_t *status_json_rules(const struct overview *overview)
{
	json_t *rules = json_array(), *json;

	for (int i = 0; i < overview->rules_count; i++) {
		const struct overview_rule *rule = &overview->rules[i];

		json = json_pack("{s:s, s:b}", "name", rule->name, "policy", rule->policy);
		status_json_number(json, "offences", rule->counted);
		status_json_number(json, "blocks", rule->blocks);
		status_json_number(json, "dry_runs", rule->dry_runs);
		status_json_number(json, "left_open", rule->left_open);
		json_object_set_new(json, "open_port",
				    rule->open_port ? json_integer(rule->open_port) : json_null());
		status_json_number(json, "active", rule->active);
		status_json_number(json, "active_dry_runs", rule->active_dry_runs);
		status_json_number(json, "drops", rule->drops);
		json_array_append_new(rules, json);
	}
	return rules;
}

static json_t *status_json_ended(const struct overview *overview)
{
	char time[CLOCK_TEXT_SIZE], text[ENDED_TEXT_SIZE];
	json_t *list = json_array();

	for (int i = 0; i < overview->ended_count; i++) {
		const struct db_run *run = &overview->ended[i];

		json_array_append_new(
			list, json_pack("{s:s, s:s, s:s, s:s}", "interface", run->interface, "time",
					clock_rfc3339_ms(run->at, time), "how",
					ended_name(run->end), "text", ended_text(run, text)));
	}
	return list;
}

json_t *status_json(const struct overview *overview, const struct health_problem *problems,
		    int count)
{
	json_t *document = output_document("status"), *list = json_array(), *blocks = json_object();

	json_object_set_new(document, "ok", json_boolean(!count));
	for (int i = 0; i < count; i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:s}", "kind", health_name(problems[i].kind),
						"text", problems[i].text));
	json_object_set_new(document, "problems", list);
	list = json_array();
	for (int i = 0; i < overview->interfaces_count; i++)
		json_array_append_new(list, status_json_interface(overview, i, problems, count));
	json_object_set_new(document, "interfaces", list);
	json_object_set_new(document, "ended", status_json_ended(overview));
	status_json_number(blocks, "ipv4", overview->ipv4);
	status_json_number(blocks, "ipv4_max", overview->room4);
	status_json_number(blocks, "ipv6", overview->ipv6);
	status_json_number(blocks, "ipv6_max", overview->room6);
	status_json_number(blocks, "networks", overview->networks);
	status_json_number(blocks, "dry_runs", overview->dry_runs);
	status_json_number(blocks, "offending", overview->offending);
	json_object_set_new(blocks, "offending_ports", output_ports(overview->offending_ports));
	json_object_set_new(document, "blocks", blocks);
	json_object_set_new(document, "rules", status_json_rules(overview));
	return document;
}
