// SPDX-License-Identifier: GPL-2.0-only
/* Prints a replay as JSON: one document, or one document per line; see sobig-xdp-json(5). */
#include "common/clock.h"
#include "common/output.h"
#include "replay/replay_json_advice.h"

static json_t *replay_json_time(int64_t time)
{
	char text[CLOCK_TEXT_SIZE];

	return json_string(clock_rfc3339_ms(time, text));
}

static json_t *replay_json_address(const struct replay_host *host)
{
	char text[ADDR_TEXT_SIZE];

	return json_string(addr_format_host(lru_addr(host), text));
}

static json_t *replay_json_files(const struct replay_report *report)
{
	json_t *files = json_array();

	for (size_t i = 0; i < report->files_count; i++)
		json_array_append_new(files, json_pack("{s:o, s:o, s:b}", "name",
						       output_text(report->files[i].name), "lines",
						       REPLAY_JSON_NUMBER(report->files[i].lines),
						       "complete", !report->files[i].broken));
	return files;
}

static json_t *replay_json_classes(const struct replay_report *report)
{
	const struct replay_result *result = report->result;
	json_t *classes = json_object();

	for (int class = 0; class < EVENT_OFFENCES; class ++)
		json_object_set_new(classes, event_class_name(class),
				    json_pack("{s:o, s:o}", "offences",
					      REPLAY_JSON_NUMBER(result->classes[class]), "avoided",
					      REPLAY_JSON_NUMBER(result->avoided[class])));
	return classes;
}

static json_t *replay_json_sum(const struct replay_sum *sum)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "verdicts", REPLAY_JSON_NUMBER(sum->verdicts),
			 "hosts", REPLAY_JSON_NUMBER(sum->hosts), "avoided",
			 REPLAY_JSON_NUMBER(sum->avoided), "price", REPLAY_JSON_NUMBER(sum->price),
			 "lost", REPLAY_JSON_NUMBER(sum->lost));
}

static json_t *replay_json_rules(const struct replay_report *report)
{
	json_t *rules = json_array();

	for (size_t i = 0; i < report->rules->count; i++) {
		const struct rule *rule = &report->rules->rules[i];

		json_array_append_new(
			rules,
			json_pack("{s:s, s:i, s:i, s:i, s:b, s:o, s:o}", "name", rule->name,
				  "limit", (int)rule->limit, "window", (int)rule->window, "block",
				  (int)rule->block, "dry_run", rule->dry_run, "blocked",
				  replay_json_sum(&report->result->blocks[i]), "dry_runs",
				  replay_json_sum(&report->result->dry_runs[i])));
	}
	return rules;
}

static json_t *replay_json_brake(const struct replay_report *report)
{
	return json_pack("{s:i, s:o, s:o, s:o, s:o}", "limit", (int)report->brake, "most_new",
			 REPLAY_JSON_NUMBER(report->most_new), "most_new_at",
			 report->most_new ? replay_json_time(report->most_new_at) : json_null(),
			 "engaged_at",
			 report->braked ? replay_json_time(report->braked_at) : json_null(),
			 "withheld", REPLAY_JSON_NUMBER(report->braked));
}

static json_t *replay_json_off(const struct replay_report *report)
{
	json_t *list = json_array();

	for (size_t i = 0; i < report->result->off_count; i++) {
		const struct replay_off *off = &report->result->off[i];

		json_array_append_new(list, json_pack("{s:s, s:o, s:o, s:o}", "class",
						      event_class_name(off->class), "from",
						      replay_json_time(off->from), "until",
						      replay_json_time(off->until), "offences",
						      REPLAY_JSON_NUMBER(off->offences)));
	}
	return list;
}

static json_t *replay_json_host(const struct replay_report *report, const struct replay_host *host)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "address",
			 replay_json_address(host), "offences", REPLAY_JSON_NUMBER(host->offences),
			 "avoided", REPLAY_JSON_NUMBER(host->avoided), "price",
			 REPLAY_JSON_NUMBER(host->price), "lost", REPLAY_JSON_NUMBER(host->lost),
			 "blocks", REPLAY_JSON_NUMBER(host->blocks), "first_blocked",
			 host->blocks ? replay_json_time(host->blocked) : json_null(), "rule",
			 host->blocks ? json_string(report->rules->rules[host->first_rule].name)
				      : json_null());
}

static json_t *replay_json_hosts(const struct replay_report *report)
{
	json_t *hosts = json_array();

	for (size_t i = 0; i < report->top_count; i++)
		json_array_append_new(hosts, replay_json_host(report, report->top[i]));
	return hosts;
}

static json_t *replay_json_networks(const struct replay_report *report)
{
	json_t *networks = json_array();
	char text[ADDR_TEXT_SIZE];

	for (size_t i = 0; i < report->networks_count; i++) {
		const struct replay_network *network = &report->networks[i];

		json_array_append_new(networks,
				      json_pack("{s:s, s:o, s:o, s:o, s:o}", "address",
						addr_prefix_format(&network->prefix, text), "hosts",
						REPLAY_JSON_NUMBER(network->hosts), "blocked",
						REPLAY_JSON_NUMBER(network->blocked), "offences",
						REPLAY_JSON_NUMBER(network->offences), "avoided",
						REPLAY_JSON_NUMBER(network->avoided)));
	}
	return networks;
}

static json_t *replay_json_summary(const struct replay_report *report)
{
	const struct replay_result *result = report->result;
	const bool empty = !report->offences && !report->arrivals;
	json_t *json = output_document("replay");

	json_object_set_new(json, "files", replay_json_files(report));
	json_object_set_new(json, "lines", REPLAY_JSON_NUMBER(report->lines));
	json_object_set_new(json, "from", empty ? json_null() : replay_json_time(result->from));
	json_object_set_new(json, "to", empty ? json_null() : replay_json_time(result->to));
	json_object_set_new(json, "hosts", REPLAY_JSON_NUMBER(report->hosts));
	json_object_set_new(json, "offences", REPLAY_JSON_NUMBER(report->offences));
	json_object_set_new(json, "arrivals", REPLAY_JSON_NUMBER(report->arrivals));
	json_object_set_new(json, "allowed_offences", REPLAY_JSON_NUMBER(result->allowed_offences));
	json_object_set_new(json, "odd_times", REPLAY_JSON_NUMBER(result->leaps));
	json_object_set_new(json, "blocked_hosts", REPLAY_JSON_NUMBER(report->blocked));
	json_object_set_new(json, "blocked_networks", REPLAY_JSON_NUMBER(result->blocked_networks));
	json_object_set_new(json, "avoided", REPLAY_JSON_NUMBER(report->avoided));
	json_object_set_new(json, "price", REPLAY_JSON_NUMBER(report->price));
	json_object_set_new(json, "lost", REPLAY_JSON_NUMBER(result->lost));
	json_object_set_new(json, "paying_hosts", REPLAY_JSON_NUMBER(report->payers_count));
	json_object_set_new(json, "brake", replay_json_brake(report));
	json_object_set_new(json, "classes_off", replay_json_off(report));
	json_object_set_new(json, "advice", replay_json_advice(report->advice));
	json_object_set_new(json, "rules", replay_json_rules(report));
	json_object_set_new(json, "classes", replay_json_classes(report));
	json_object_set_new(json, "top_hosts", replay_json_hosts(report));
	json_object_set_new(json, "top_networks", replay_json_networks(report));
	return json;
}

/*
 * The lists. With --ndjson, each entry is a document of its own kind. Each function builds one
 * entry; it returns NULL if the index is beyond the last.
 */
static json_t *replay_json_block(const struct replay_report *report, size_t i)
{
	const struct replay_verdict *verdict;
	char target[ADDR_TEXT_SIZE];

	if (i >= report->result->verdicts_count)
		return NULL;
	verdict = &report->result->verdicts[i];
	return json_pack("{s:s, s:o, s:s, s:o, s:o, s:i, s:b, s:b, s:b}", "address",
			 addr_prefix_format(&verdict->target, target), "host",
			 replay_json_address(verdict->host), "rule",
			 report->rules->rules[verdict->rule].name, "since",
			 replay_json_time(verdict->time), "until", replay_json_time(verdict->until),
			 "repeats", (int)verdict->repeats, "dry_run", verdict->dry_run, "learning",
			 verdict->learning, "braked", verdict->braked);
}

static json_t *replay_json_payer(const struct replay_report *report, size_t i)
{
	return i < report->payers_count ? replay_json_host(report, report->payers[i]) : NULL;
}

static json_t *replay_json_step(const struct replay_report *report, size_t i)
{
	const struct replay_series *series = &report->result->series;
	const uint64_t *counts;

	if (i >= series->count)
		return NULL;
	counts = series->steps[i].counts;
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "time",
			 replay_json_time(replay_series_start(series, i)), "seconds",
			 REPLAY_JSON_NUMBER(series->width), "offences",
			 REPLAY_JSON_NUMBER(counts[REPLAY_OFFENCES]), "avoided",
			 REPLAY_JSON_NUMBER(counts[REPLAY_AVOIDED]), "arrivals",
			 REPLAY_JSON_NUMBER(counts[REPLAY_ARRIVALS]), "price",
			 REPLAY_JSON_NUMBER(counts[REPLAY_PRICE]), "blocks",
			 REPLAY_JSON_NUMBER(counts[REPLAY_BLOCKS]));
}

static json_t *replay_json_cell(const struct replay_report *report, size_t i)
{
	const struct sweep_grid *grid = report->grid;
	const struct sweep_cell *cell = report->cells + i;

	if (!grid || i >= grid->limits_count * grid->windows_count)
		return NULL;
	return json_pack("{s:s, s:i, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "rule",
			 report->swept->name, "limit", (int)grid->limits[i % grid->limits_count],
			 "window", (int)grid->windows[i / grid->limits_count], "blocks",
			 REPLAY_JSON_NUMBER(cell->blocks), "hosts", REPLAY_JSON_NUMBER(cell->hosts),
			 "avoided", REPLAY_JSON_NUMBER(cell->avoided), "price",
			 REPLAY_JSON_NUMBER(cell->price), "paying_hosts",
			 REPLAY_JSON_NUMBER(cell->paying), "known_hosts",
			 REPLAY_JSON_NUMBER(cell->known_hosts), "known_avoided",
			 REPLAY_JSON_NUMBER(cell->known_avoided), "known_price",
			 REPLAY_JSON_NUMBER(cell->known_price));
}

static const struct {
	const char *list, *kind;
	json_t *(*entry)(const struct replay_report *report, size_t i);
} replay_json_lists[] = {
	{ "blocks", "replay-block", replay_json_block },
	{ "payers", "replay-payer", replay_json_payer },
	{ "steps", "replay-step", replay_json_step },
	{ "sweep", "replay-cell", replay_json_cell },
	{ "settings", "replay-setting", replay_json_advice_setting },
};

#define REPLAY_JSON_LISTS (sizeof(replay_json_lists) / sizeof(replay_json_lists[0]))

static int replay_json_lines(const struct replay_report *report)
{
	json_t *entry;

	output_line("replay", replay_json_summary(report));
	for (size_t i = 0; i < REPLAY_JSON_LISTS; i++) {
		for (size_t j = 0; (entry = replay_json_lists[i].entry(report, j)); j++)
			output_line(replay_json_lists[i].kind, entry);
	}
	return output_end();
}

int replay_json(const struct replay_report *report, bool lines)
{
	json_t *json, *list, *entry;

	if (lines)
		return replay_json_lines(report);
	json = replay_json_summary(report);
	for (size_t i = 0; i < REPLAY_JSON_LISTS; i++) {
		list = json_array();
		for (size_t j = 0; (entry = replay_json_lists[i].entry(report, j)); j++)
			json_array_append_new(list, entry);
		json_object_set_new(json, replay_json_lists[i].list, list);
	}
	return output_print(json, lines);
}
