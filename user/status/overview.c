// SPDX-License-Identifier: GPL-2.0-only
/* A snapshot of an installation: interfaces, daemons, blocks, rules. */
#include "status/overview.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"
#include "kernel/links.h"
#include "kernel/start_note.h"
#include "kernel/stats.h"

/* The kernel reports CLOCK_BOOTTIME, which also advances during suspend. */
static uint32_t overview_loaded(const struct filter_info *filter)
{
	struct timespec boot, now;

	clock_gettime(CLOCK_BOOTTIME, &boot);
	clock_gettime(CLOCK_MONOTONIC, &now);
	return filter->loaded / 1000000000 - (boot.tv_sec - now.tv_sec);
}

/*
 * Names of interfaces and files may contain any bytes; terminals, JSON and Prometheus accept UTF-8
 * only.
 */
static void overview_clean(char *text)
{
	json_t *json = json_string(text);
	bool utf8 = json;

	json_decref(json);
	for (unsigned char *at = (unsigned char *)text; *at; at++)
		if (*at < ' ' || *at == 0x7f || (!utf8 && *at >= 0x80))
			*at = '?';
}

static int overview_read_stats(const char *pins, struct overview_interface *out)
{
	struct stats *stats;
	int err = stats_open(pins, out->index, &stats);

	if (err)
		return err;
	err = stats_read(stats, &out->stats);
	if (!err)
		err = stats_counters(stats, out->counters);
	stats_close(stats);
	out->stats.log[sizeof(out->stats.log) - 1] = '\0';
	out->stats.state[sizeof(out->stats.state) - 1] = '\0';
	out->stats.proxies[sizeof(out->stats.proxies) - 1] = '\0';
	out->stats.config[sizeof(out->stats.config) - 1] = '\0';
	out->stats.allow_error[sizeof(out->stats.allow_error) - 1] = '\0';
	overview_clean(out->stats.log);
	overview_clean(out->stats.state);
	overview_clean(out->stats.proxies);
	overview_clean(out->stats.config);
	overview_clean(out->stats.allow_error);
	for (int i = 0; i < SOBIG_RULES_MAX; i++)
		out->stats.rules[i].name[SOBIG_RULE_SIZE - 1] = '\0';
	return err;
}

static int overview_read_interface(const char *pins, unsigned int index,
				   struct overview_interface *out)
{
	int claimed = pins_is_claimed(pins, index), err;

	*out = (struct overview_interface){ .index = index, .daemon = -1 };
	if (start_note_read(pins, index, &out->start))
		out->daemon_running = claimed;
	links_name(index, out->name);
	overview_clean(out->name);
	err = filter_find(index, pins, 0, &out->filter);
	if (err == -EPERM)
		return err;
	out->present = err != -ENODEV;
	if (!err)
		out->loaded = overview_loaded(&out->filter);
	else if (err != -ENOENT && err != -ENODEV)
		out->unseen = -err;
	else if (claimed < 0)
		out->unseen = -claimed;
	err = overview_read_stats(pins, out);
	/* An attach that is starting has not created them yet. */
	return err == -ENOENT && out->start.since ? 0 : err;
}

/* Interfaces of one process share its statistics, which are counted once. */
static void overview_find_daemon(struct overview *overview, int at)
{
	struct overview_interface *interface = &overview->interfaces[at];
	const struct sobig_stats *stats = &interface->stats;
	int i;

	if (!stats->pid)
		return;
	for (i = 0; i < overview->daemons_count; i++)
		if (overview->daemons[i].stats->pid == stats->pid &&
		    overview->daemons[i].stats->started == stats->started)
			break;
	if (i == overview->daemons_count) {
		overview->daemons[i] = (struct overview_daemon){ .stats = stats };
		overview->daemons_count++;
	}
	overview->daemons[i].interfaces |= UINT64_C(1) << at;
	overview->daemons[i].alive |= interface->daemon_running;
	interface->daemon = i;
}

/* The rule's entry; adds one if there is none. */
static struct overview_rule *overview_rule(struct overview *overview, const char *name)
{
	struct overview_rule *rule = overview->rules;
	struct overview_rule *end = rule + overview->rules_count;

	for (; rule < end; rule++)
		if (!strcmp(rule->name, name))
			return rule;
	/* Manual and import come last. */
	if (overview->rules_count == OVERVIEW_RULES_MAX - 2)
		return end - 1;
	memcpy(rule->name, name, SOBIG_RULE_SIZE);
	rule->policy = true;
	overview->rules_count++;
	return rule;
}

static void overview_add_rules(struct overview *overview, const struct sobig_stats *stats)
{
	for (int i = 0; i < SOBIG_RULES_MAX && stats->rules[i].name[0]; i++) {
		struct overview_rule *rule = overview_rule(overview, stats->rules[i].name);

		rule->counted += stats->rules[i].counted;
		rule->blocks += stats->rules[i].blocks;
		rule->dry_runs += stats->rules[i].dry_runs;
		rule->left_open += stats->rules[i].left_open;
		if (stats->rules[i].open_port)
			rule->open_port = stats->rules[i].open_port;
	}
}

int overview_read(const char *pins, struct overview *out)
{
	unsigned int indices[PINS_INTERFACES_MAX];
	int count = pins_interfaces(pins, indices), err;

	memset(out, 0, sizeof(*out));
	out->pins = pins;
	out->now = clock_seconds();
	for (int i = 0; i < count; i++) {
		err = overview_read_interface(pins, indices[i],
					      &out->interfaces[out->interfaces_count]);
		/* Detached in the meantime. */
		if (err == -ENOENT)
			continue;
		if (err)
			return err;
		overview_find_daemon(out, out->interfaces_count++);
	}
	out->dry_run = out->daemons_count;
	for (int i = 0; i < out->daemons_count; i++)
		out->dry_run &= out->daemons[i].stats->dry_run != 0;
	for (int i = 0; i < out->daemons_count; i++)
		overview_add_rules(out, out->daemons[i].stats);
	strcpy(out->rules[out->rules_count++].name, OVERVIEW_MANUAL);
	strcpy(out->rules[out->rules_count++].name, OVERVIEW_IMPORT);
	if (count < 0 && count != -ENOTBLK)
		return count == -EACCES ? -EPERM : count;
	return out->interfaces_count ? 0 : -ENOENT;
}

void overview_add_run(void *context, const struct db_run *run)
{
	struct overview *overview = context;
	struct db_run *to = &overview->ended[overview->ended_count];

	if (overview->ended_count == OVERVIEW_ENDED_MAX)
		return;
	*to = *run;
	overview_clean(to->interface);
	for (int i = 0; i < overview->interfaces_count; i++)
		if (!strcmp(overview->interfaces[i].name, to->interface))
			return;
	overview->ended_count++;
}

/* Other pins are another installation that shares the state. */
static void overview_take_run(void *context, const struct db_run *run)
{
	const struct overview *overview = context;

	if (!strcmp(run->pins, overview->pins))
		overview_add_run(context, run);
}

void overview_read_ended(struct overview *overview)
{
	struct db *db = NULL;

	if (!overview->daemons_count || !*overview->daemons[0].stats->state ||
	    db_open(overview->daemons[0].stats->state, NULL, &db))
		return;
	db_runs(db, overview_take_run, overview);
	db_close(db);
}

struct overview_visitor {
	struct overview *overview;
	int (*each)(void *context, const struct blocks_list_entry *entry, int rule);
	void *context;
};

/*
 * A verdict's reason begins with its rule. Only names of active rules count: a manual reason may
 * contain a colon, too.
 */
static int overview_rule_of(const struct overview *overview, const char *reason)
{
	size_t length = strcspn(reason, ":");
	int manual = overview->rules_count - 2;

	for (int i = 0; i < manual && reason[length]; i++)
		if (!strncmp(overview->rules[i].name, reason, length) &&
		    !overview->rules[i].name[length])
			return i;
	return strncmp(reason, "list ", 5) ? manual : manual + 1;
}

static void overview_add_offending(struct overview *overview, const struct blocks_list_entry *entry)
{
	uint16_t *ports = overview->offending_ports;

	overview->offending += entry->offended[0] != 0;
	for (int i = 0; i < SOBIG_PORTS_MAX && entry->offended[i]; i++) {
		int at = 0;

		while (at < SOBIG_PORTS_MAX && ports[at] && ports[at] != entry->offended[i])
			at++;
		if (at == SOBIG_PORTS_MAX)
			continue;
		ports[at] = entry->offended[i];
		overview->offending_by_port[at]++;
	}
}

static int overview_visit(void *context, const struct blocks_list_entry *entry)
{
	struct overview_visitor *visitor = context;
	struct overview *overview = visitor->overview;
	int at = overview_rule_of(overview, entry->reason);
	struct overview_rule *rule = &overview->rules[at];

	if (!addr_prefix_is_host(&entry->target)) {
		overview->networks++;
		overview->networks4 += addr_is_ipv4(&entry->target.addr);
	} else if (addr_is_ipv4(&entry->target.addr)) {
		overview->ipv4++;
	} else {
		overview->ipv6++;
	}
	if (entry->dry_run || overview->dry_run) {
		overview->dry_runs++;
		rule->active_dry_runs++;
	} else {
		rule->active++;
		rule->drops += entry->drops;
		overview_add_offending(overview, entry);
	}
	return visitor->each ? visitor->each(visitor->context, entry, at) : 0;
}

int overview_read_blocks(struct overview *overview,
			 int (*each)(void *context, const struct blocks_list_entry *entry,
				     int rule),
			 void *context)
{
	struct overview_visitor visitor = { overview, each, context };
	struct blocks *blocks;
	bool starting = overview->interfaces_count;
	int err = blocks_open(overview->pins, &blocks);

	for (int i = 0; i < overview->interfaces_count; i++)
		starting &= overview->interfaces[i].start.since != 0;
	if (err)
		return err == -ENOENT && starting ? 0 : err;
	err = blocks_list_each(blocks, overview_visit, &visitor);
	overview->room4 = blocks_room(blocks, true);
	overview->room6 = blocks_room(blocks, false);
	blocks_close(blocks);
	return err;
}

uint64_t overview_dropped(const struct overview_interface *interface)
{
	uint64_t sum = 0;

	for (int i = SOBIG_DROPS; i < SOBIG_COUNTS; i++)
		sum += interface->counters[i];
	return sum;
}

uint64_t overview_passed(const struct overview_interface *interface)
{
	return interface->counters[SOBIG_PASSED_SYN] + interface->counters[SOBIG_PASSED_EXPIRED] +
	       interface->counters[SOBIG_PASSED_DRY_RUN];
}

const char *overview_counter_name(enum sobig_count count)
{
	static const char *const names[SOBIG_COUNTS] = {
		[SOBIG_PASSED_OTHER] = "passed_other",
		[SOBIG_PASSED_SYN] = "passed_syn",
		[SOBIG_PASSED_EXPIRED] = "passed_expired",
		[SOBIG_PASSED_MALFORMED] = "passed_malformed",
		[SOBIG_PASSED_DRY_RUN] = "passed_dry_run",
		[SOBIG_DROPPED] = "dropped",
		[SOBIG_DROPPED_NETWORK] = "dropped_network",
		[SOBIG_DROPPED_LIVE] = "dropped_live",
		[SOBIG_DROPPED_HIDDEN] = "dropped_hidden",
		[SOBIG_DROPPED_RATE] = "dropped_rate",
	};

	return names[count];
}

char *overview_names(const struct overview *overview, uint64_t mask, const char *between,
		     char text[OVERVIEW_NAMES_SIZE])
{
	size_t used = 0;

	text[0] = '\0';
	for (int i = 0; i < overview->interfaces_count; i++) {
		if (!(mask & UINT64_C(1) << i))
			continue;
		used += snprintf(text + used, OVERVIEW_NAMES_SIZE - used, "%s%s",
				 used ? between : "", overview->interfaces[i].name);
		if (used >= OVERVIEW_NAMES_SIZE)
			break;
	}
	return text;
}
