// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp status: what is attached, what it counted, and whether all is well. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "act/survey.h"
#include "act/filter.h"
#include "act/pins.h"
#include "act/pulse.h"
#include "cli/cli.h"
#include "common/duration.h"
#include "common/log.h"

/* A mail server's log is never silent for so long. */
#define STATUS_SILENCE 3600

#define STATUS_PORTS_SIZE 96

struct status_interface {
	char name[IF_NAMESIZE];
	struct filter_info filter; /* id 0: our program is not there */
	bool guarded;
	struct sobig_pulse pulse;
	uint64_t counters[SOBIG_COUNTS];
};

struct status_fill {
	uint64_t ipv4;
	uint64_t ipv6;
	uint64_t networks;
	uint64_t ipv4_max;
	uint64_t ipv6_max;
};

static int status_count(void *context, const struct survey_entry *entry)
{
	struct status_fill *fill = context;

	if (!addr_prefix_is_host(&entry->whom))
		fill->networks++;
	else if (addr_is_ipv4(&entry->whom.addr))
		fill->ipv4++;
	else
		fill->ipv6++;
	return 0;
}

static uint32_t status_loaded(const struct status_interface *interface)
{
	struct timespec boot, now;
	int64_t asleep;

	/* The kernel tells it by CLOCK_BOOTTIME, which goes on while the machine sleeps. */
	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_MONOTONIC, &now);
	asleep = boot.tv_sec - now.tv_sec;
	return interface->filter.loaded / 1000000000 - asleep;
}

static int status_read(const struct cli_common *common, unsigned int ifindex,
		       struct status_interface *out)
{
	struct pulse *pulse;
	int err;

	cli_interface_name(ifindex, out->name);
	out->guarded = pins_are_guarded(common->pins, ifindex);
	err = filter_find(ifindex, common->pins, 0, &out->filter);
	if (err == -ENOENT || err == -ENODEV)
		out->filter.id = 0;
	else if (err)
		return err;
	err = pulse_open(common->pins, ifindex, &pulse);
	if (err)
		return err;
	err = pulse_read(pulse, &out->pulse);
	if (!err)
		err = pulse_counters(pulse, out->counters);
	pulse_close(pulse);
	return err;
}

/* What is wrong, in a few words, or NULL. */
static const char *status_trouble(const struct status_interface *interface)
{
	const struct sobig_pulse *pulse = &interface->pulse;
	uint32_t heard = pulse->last_line ? pulse->last_line : pulse->started;

	if (!interface->filter.id)
		return "NOT FILTERED: our program is not on the interface; "
		       "sobig-xdp attach puts it there";
	if (!interface->guarded)
		return "NOBODY READS THE LOG: the blocks in force lapse in time, no new ones "
		       "come; "
		       "sobig-xdp attach takes over";
	if (!pulse->readable)
		return "THE LOG CANNOT BE READ: no new blocks come";
	if (blocks_now() - heard > STATUS_SILENCE)
		return "THE LOG IS SILENT: is it the one that exim writes?";
	if (pulse->dry_run)
		return "DRY RUN: nothing is dropped";
	return NULL;
}

static const char *status_ago(uint32_t second, char text[DURATION_TEXT_SIZE])
{
	uint32_t now = blocks_now();

	return duration_format(now > second ? now - second : 0, text);
}

/* "port 25", "ports 25, 465 (whatever comes there)" */
static const char *status_ports(const struct sobig_pulse *pulse, char text[STATUS_PORTS_SIZE])
{
	size_t used = snprintf(text, STATUS_PORTS_SIZE, "port%s", pulse->ports[1] ? "s" : "");

	for (int i = 0; i < SOBIG_PORTS_MAX && pulse->ports[i]; i++)
		used += snprintf(text + used, STATUS_PORTS_SIZE - used, "%s %u", i ? "," : "",
				 pulse->ports[i]);
	snprintf(text + used, STATUS_PORTS_SIZE - used, "%s",
		 pulse->scope_port ? ", live connections too" : "");
	return text;
}

/* Drops of the less usual kinds, if there were any. */
static void status_print_drops(const struct status_interface *interface)
{
	static const struct {
		enum sobig_count count;
		const char *words;
	} kinds[] = {
		{ SOBIG_DROPPED_NETWORK, "of these were dropped for their network" },
		{ SOBIG_DROPPED_RATE, "dropped by syn-rate, of hosts that are not blocked" },
		{ SOBIG_DROPPED_LIVE, "packets of live connections dropped" },
		{ SOBIG_DROPPED_HIDDEN, "packets dropped that hid what they were" },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (interface->counters[kinds[i].count])
			printf("            %llu %s\n",
			       (unsigned long long)interface->counters[kinds[i].count],
			       kinds[i].words);
}

static void status_print(const struct status_interface *interface)
{
	const struct sobig_pulse *pulse = &interface->pulse;
	const uint64_t *counts = interface->counters;
	const char *trouble = status_trouble(interface);
	char time[CLI_TIME_SIZE], ago[DURATION_TEXT_SIZE], ports[STATUS_PORTS_SIZE];

	printf("%s: %s\n", interface->name, trouble ? trouble : "all is well");
	if (interface->filter.id)
		printf("  filter    %s mode, %s, program %u, since %s\n",
		       filter_mode_name(interface->filter.mode), status_ports(pulse, ports),
		       interface->filter.id, cli_time(status_loaded(interface), time));
	printf("  SYNs      %llu dropped, %llu passed, %llu passed after a block had lapsed\n",
	       (unsigned long long)(counts[SOBIG_DROPPED] + counts[SOBIG_DROPPED_NETWORK]),
	       (unsigned long long)counts[SOBIG_PASSED_SYN],
	       (unsigned long long)counts[SOBIG_PASSED_LAPSED]);
	status_print_drops(interface);
	if (pulse->dry_run || counts[SOBIG_PASSED_DRY_RUN])
		printf("            %llu would have been dropped, but for --dry-run\n",
		       (unsigned long long)counts[SOBIG_PASSED_DRY_RUN]);
	printf("  packets   %llu others passed, %llu of them malformed\n",
	       (unsigned long long)(counts[SOBIG_PASSED_OTHER] + counts[SOBIG_PASSED_MALFORMED]),
	       (unsigned long long)counts[SOBIG_PASSED_MALFORMED]);
	if (!pulse->pid)
		return;
	printf("  daemon    process %u%s, since %s\n", pulse->pid,
	       interface->guarded ? "" : " (gone)", cli_time(pulse->started, time));
	printf("  log       %s%s, %llu bytes read", pulse->log,
	       pulse->logs > 1 ? " and others" : "", (unsigned long long)pulse->position);
	if (pulse->last_line)
		printf(", last line %s ago\n", status_ago(pulse->last_line, ago));
	else
		printf(", no line yet\n");
	printf("  judged    %llu lines, %llu offences, %llu blocks, %llu hosts under watch\n",
	       (unsigned long long)pulse->lines, (unsigned long long)pulse->offences,
	       (unsigned long long)pulse->blocked, (unsigned long long)pulse->watched);
	if (pulse->watch_drops)
		printf("            %llu hosts forgotten, as too many were under watch\n",
		       (unsigned long long)pulse->watch_drops);
	if (pulse->skipped)
		printf("            %llu lines skipped, too long for exim's\n",
		       (unsigned long long)pulse->skipped);
}

static json_t *status_ports_json(const struct sobig_pulse *pulse)
{
	json_t *ports = json_array();

	for (int i = 0; i < SOBIG_PORTS_MAX && pulse->ports[i]; i++)
		json_array_append_new(ports, json_integer(pulse->ports[i]));
	return ports;
}

static json_t *status_json(const struct status_interface *interface)
{
	static const char *const names[SOBIG_COUNTS] = {
		[SOBIG_PASSED_OTHER] = "passed_other",
		[SOBIG_PASSED_SYN] = "passed_syn",
		[SOBIG_PASSED_LAPSED] = "passed_lapsed",
		[SOBIG_PASSED_MALFORMED] = "passed_malformed",
		[SOBIG_PASSED_DRY_RUN] = "passed_dry_run",
		[SOBIG_DROPPED] = "dropped",
		[SOBIG_DROPPED_NETWORK] = "dropped_network",
		[SOBIG_DROPPED_LIVE] = "dropped_live",
		[SOBIG_DROPPED_HIDDEN] = "dropped_hidden",
		[SOBIG_DROPPED_RATE] = "dropped_rate",
	};
	const struct sobig_pulse *pulse = &interface->pulse;
	const char *trouble = status_trouble(interface);
	char since[CLI_TIME_SIZE], started[CLI_TIME_SIZE], last[CLI_TIME_SIZE];
	json_t *json, *counters = json_object();

	for (int i = 0; i < SOBIG_COUNTS; i++)
		json_object_set_new(counters, names[i], json_integer(interface->counters[i]));
	json = json_pack("{s:s, s:b, s:s?, s:b, s:o}", "interface", interface->name, "well",
			 !trouble, "trouble", trouble, "guarded", interface->guarded, "counters",
			 counters);
	if (interface->filter.id)
		json_object_set_new(json, "filter",
				    json_pack("{s:s, s:o, s:s, s:i, s:b, s:s}", "mode",
					      filter_mode_name(interface->filter.mode), "ports",
					      status_ports_json(pulse), "scope",
					      pulse->scope_port ? "port" : "syn", "program",
					      (int)interface->filter.id, "dry_run",
					      (int)pulse->dry_run, "since",
					      cli_time_rfc3339(status_loaded(interface), since)));
	if (pulse->pid)
		json_object_set_new(
			json, "daemon",
			json_pack(
				"{s:i, s:s, s:s, s:b, s:I, s:s?, s:I, s:I, s:I, s:I, s:I, "
				"s:I, s:I}",
				"pid", (int)pulse->pid, "since",
				cli_time_rfc3339(pulse->started, started), "log", pulse->log,
				"readable", (int)pulse->readable, "position",
				(json_int_t)pulse->position, "last_line",
				pulse->last_line ? cli_time_rfc3339(pulse->last_line, last) : NULL,
				"lines", (json_int_t)pulse->lines, "offences",
				(json_int_t)pulse->offences, "skipped", (json_int_t)pulse->skipped,
				"blocked", (json_int_t)pulse->blocked, "evictions",
				(json_int_t)pulse->evictions, "watched", (json_int_t)pulse->watched,
				"forgotten", (json_int_t)pulse->watch_drops));
	return json;
}

static int status_all(const struct cli_common *common, const unsigned int *indices, int count)
{
	struct status_interface interfaces[PINS_INTERFACES_MAX] = { 0 };
	struct status_fill fill = { 0 };
	struct blocks *blocks = NULL;
	json_t *document, *array;
	uint64_t evictions = 0;
	int err;

	/* All is read before anything is printed: no half a table on failure. */
	err = blocks_open(common->pins, &blocks);
	if (!err)
		err = survey_each(blocks, status_count, &fill);
	if (!err) {
		fill.ipv4_max = blocks_room(blocks, true);
		fill.ipv6_max = blocks_room(blocks, false);
	}
	blocks_close(blocks);
	for (int i = 0; i < count && !err; i++) {
		err = status_read(common, indices[i], &interfaces[i]);
		evictions += interfaces[i].pulse.evictions;
	}
	if (err)
		return cli_cannot_open(common, err);
	if (!common->json) {
		for (int i = 0; i < count; i++)
			status_print(&interfaces[i]);
		printf("blocks: %llu of %llu (IPv4), %llu of %llu (IPv6), %llu networks in force; "
		       "%llu lost by the kernel and put back\n",
		       (unsigned long long)fill.ipv4, (unsigned long long)fill.ipv4_max,
		       (unsigned long long)fill.ipv6, (unsigned long long)fill.ipv6_max,
		       (unsigned long long)fill.networks, (unsigned long long)evictions);
		return CLI_DONE;
	}
	document = cli_document("status");
	array = json_array();
	for (int i = 0; i < count; i++)
		json_array_append_new(array, status_json(&interfaces[i]));
	json_object_set_new(document, "interfaces", array);
	json_object_set_new(document, "blocks",
			    json_pack("{s:I, s:I, s:I, s:I, s:I}", "ipv4", (json_int_t)fill.ipv4,
				      "ipv4_max", (json_int_t)fill.ipv4_max, "ipv6",
				      (json_int_t)fill.ipv6, "ipv6_max", (json_int_t)fill.ipv6_max,
				      "networks", (json_int_t)fill.networks));
	return cli_print_json(common, document);
}

int cmd_status(int argc, char **argv)
{
	static const struct option options[] = { CLI_COMMON_OPTIONS };
	unsigned int interfaces[PINS_INTERFACES_MAX];
	struct cli_common common;
	int option, status, count;

	cli_start(&common, argv);
	while ((option = getopt_long(argc, argv, CLI_COMMON_LETTERS, options, NULL)) != -1)
		if (cli_common_option(&common, option, &status))
			return status;
	if (optind < argc)
		return cli_usage(&common, "status takes no arguments");
	status = cli_need_privilege();
	if (status)
		return status;
	count = pins_interfaces(common.pins, interfaces);
	if (count <= 0)
		return cli_cannot_open(&common, count == -EACCES	     ? -EPERM
						: !count || count == -ENODEV ? -ENOENT
									     : count);
	return status_all(&common, interfaces, count);
}
