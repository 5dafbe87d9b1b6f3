// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp explain: why a host is blocked or not: the rule, the counts and the log lines. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allow/load.h"
#include "cli/absence.h"
#include "cli/cli.h"
#include "cli/explain_judge.h"
#include "cli/history.h"
#include "cli/home.h"
#include "cli/list.h"
#include "cli/targets.h"
#include "common/clock.h"
#include "common/duration.h"
#include "common/log.h"
#include "common/output.h"
#include "common/suggest.h"
#include "kernel/blocks_list.h"

#define EXPLAIN_HISTORY_MAX 20
#define EXPLAIN_OTHERS_MAX  10 /* other blocks that are listed */

/* Everything known about the target. */
struct explain {
	const struct addr_prefix *target;
	bool attached;
	char absence[ABSENCE_TEXT_SIZE]; /* why it is not */
	uint16_t ports[SOBIG_PORTS_MAX]; /* that are protected */
	bool blocked;
	struct blocks_list_entry entry; /* the block that matches first */
	struct list_blocks blocks;	/* all that overlap with the target */
	char allowed[PREFIX_SET_WHY_SIZE];
	struct addr_prefix allowed_entry;
	struct db_block history[EXPLAIN_HISTORY_MAX]; /* newest first; the texts are allocated */
	unsigned int count;
	bool history_unknown;	     /* reading it failed (logged) */
	struct explain_judge judged; /* of a host; all zero: not known */
};

static int explain_take_entry(void *context, const struct blocks_list_entry *entry)
{
	struct explain *explain = context;
	const struct addr_prefix *target = explain->target;
	int err;

	if (!addr_prefix_meets(&entry->target, target))
		return 0;
	err = list_add(&explain->blocks, entry);
	if (err || entry->target.length > target->length)
		return err;
	/* Prefers a real block to a dry run, then the narrowest. */
	if (explain->blocked && (explain->entry.dry_run < entry->dry_run ||
				 (explain->entry.dry_run == entry->dry_run &&
				  explain->entry.target.length > entry->target.length)))
		return 0;
	explain->blocked = true;
	explain->entry = *entry;
	return 0;
}

static int explain_take_history(void *context, const struct db_block *block)
{
	struct explain *explain = context;
	struct db_block *to = &explain->history[explain->count++];

	*to = *block;
	to->log = block->log ? strdup(block->log) : NULL;
	to->lines = strdup(block->lines ? block->lines : "");
	return to->lines ? 0 : -ENOMEM;
}

/* An address, or the /64 of one. */
static bool explain_is_host(const struct addr_prefix *target)
{
	return target->length >= (addr_is_ipv4(&target->addr) ? 32 : SOBIG_IPV6_PREFIX);
}

/* What the rules say now of a host; of a network, each of its hosts would have its own answer. */
static void explain_judge_it(struct explain *explain, const struct cli_common *common,
			     struct db *db)
{
	int64_t since = 0;

	if (!explain->attached || !explain_is_host(explain->target))
		return;
	for (unsigned int i = 0; i < explain->count && !since; i++)
		if (explain->history[i].log && !explain->history[i].dry_run)
			since = explain->history[i].event;
	explain_judge_open(common, db, &explain->target->addr, since, &explain->judged);
}

static int explain_read(struct explain *explain, const struct cli_common *common)
{
	struct blocks *blocks = NULL;
	struct db *db = NULL;
	int err = blocks_open(common->pins, &blocks);

	explain->attached = !err;
	if (err)
		absence_text(common, false, explain->absence);
	home_ports(common->pins, true, explain->ports);
	if (!err)
		err = blocks_list_each(blocks, explain_take_entry, explain);
	if (home_is_dry_run(common->pins)) {
		list_is_dry_run(&explain->blocks);
		explain->entry.dry_run = true;
	}
	list_sort(&explain->blocks);
	blocks_close(blocks);
	if (err && err != -ENOENT) {
		absence_report(common, err);
		return err;
	}
	err = history_open(common, false, &db);
	explain->history_unknown = err && err != -ENOENT;
	if (!err) {
		err = db_history(db, explain->target, EXPLAIN_HISTORY_MAX, explain_take_history,
				 explain);
		explain->history_unknown = err;
		if (err)
			log_error("cannot read the history: %s", strerror(-err));
		history_warn_bad(db);
	}
	explain_judge_it(explain, common, db);
	db_close(db);
	return 0;
}

/* Looks up the target in the allow list. This asks exim and the DNS, which can take seconds. */
static void explain_ask(struct explain *explain, const struct cli_common *common)
{
	struct prefix_set *allowed = NULL;
	const char *why;

	if (!load_once(common->state, common->config, &allowed)) {
		why = prefix_set_find(allowed, explain->target, &explain->allowed_entry);
		snprintf(explain->allowed, sizeof(explain->allowed), "%s", why ? why : "");
	}
	prefix_set_free(allowed);
}

static void explain_free(struct explain *explain)
{
	explain_judge_close(&explain->judged);
	free(explain->blocks.entries);
	for (unsigned int i = 0; i < explain->count; i++) {
		free((char *)explain->history[i].log);
		free((char *)explain->history[i].lines);
	}
}

static void explain_print_lines(FILE *to, const char *lines)
{
	for (const char *lf; (lf = strchr(lines, '\n')); lines = lf + 1) {
		fputs("    ", to);
		history_print_line(to, lines, lf - lines);
		putc('\n', to);
	}
}

/* The active block. */
static void explain_print_entry(FILE *to, const struct explain *explain)
{
	char address[ADDR_TEXT_SIZE], other[ADDR_TEXT_SIZE], time[CLOCK_TEXT_SIZE];
	char left[DURATION_TEXT_SIZE], ports[RULE_PORTS_TEXT_SIZE];
	const struct blocks_list_entry *entry = &explain->entry;
	uint32_t now = clock_seconds();

	fprintf(to,
		entry->dry_run
			? "%s is not blocked: its block is a dry run until %s, for another %s.\n"
			: "%s is blocked until %s, for another %s.\n",
		addr_prefix_format(explain->target, address), clock_local(entry->until, time),
		duration_format(entry->until > now ? entry->until - now : 0, left));
	if (entry->target.length != explain->target->length)
		fprintf(to, "  network  %s\n", addr_prefix_format(&entry->target, other));
	fprintf(to, "  reason   %s\n", entry->reason);
	fprintf(to, "  ports    %s\n", list_ports(entry, explain->ports, ports));
	if (entry->offended[0])
		fprintf(to,
			"  offends  although blocked, on port%s %s, which the block leaves open\n",
			entry->offended[1] ? "s" : "", rule_ports_format(entry->offended, ports));
	fprintf(to, "  since    %s\n", clock_local(entry->since, time));
	if (entry->quiet)
		fprintf(to, "  extends  ends %s after the last SYN\n",
			duration_format(entry->quiet, left));
	if (entry->last_drop)
		fprintf(to, "  dropped  %llu SYN%s, last at %s\n", (unsigned long long)entry->drops,
			suggest_plural(entry->drops), clock_local(entry->last_drop, time));
	else
		fprintf(to, "  dropped  0 SYNs\n");
}

/* Other blocks that overlap with the target. */
static void explain_print_others(FILE *to, const struct explain *explain)
{
	char address[ADDR_TEXT_SIZE], until[CLOCK_TEXT_SIZE];
	const struct addr_prefix *main = &explain->entry.target;
	size_t others = 0, rest;
	uint64_t drops = 0;

	for (size_t i = 0; i < explain->blocks.count; i++) {
		const struct blocks_list_entry *entry = &explain->blocks.entries[i];

		if (explain->blocked && entry->target.length == main->length &&
		    !addr_compare(&entry->target.addr, &main->addr))
			continue;
		if (++others > EXPLAIN_OTHERS_MAX) {
			drops += entry->drops;
			continue;
		}
		fprintf(to, "  %-8s %s until %s%s: %s\n",
			entry->target.length > explain->target->length ? "contains" : "also in",
			addr_prefix_format(&entry->target, address),
			clock_local(entry->until, until), entry->dry_run ? ", dry run" : "",
			entry->reason);
	}
	if (others <= EXPLAIN_OTHERS_MAX)
		return;
	rest = others - EXPLAIN_OTHERS_MAX;
	fprintf(to, "  and      %zu other block%s, %llu SYN%s dropped by them: sobig-xdp list %s\n",
		rest, suggest_plural(rest), (unsigned long long)drops, suggest_plural(drops),
		addr_prefix_format(explain->target, address));
}

static void explain_print_history(FILE *to, const struct explain *explain)
{
	char since[CLOCK_TEXT_SIZE], until[CLOCK_TEXT_SIZE], address[ADDR_TEXT_SIZE];
	char ports[RULE_PORTS_TEXT_SIZE];

	for (unsigned int i = 0; i < explain->count; i++) {
		const struct db_block *block = &explain->history[i];

		fprintf(to, "\n%s was %s%s on %s: %s\n",
			addr_prefix_format(&block->target, address),
			block->dry_run ? "listed as dry run" : "blocked",
			block->log ? "" : " manually", clock_local_ms(block->since, since),
			block->reason);
		if (block->ports[0])
			fprintf(to, "  ports    %s\n", rule_ports_format(block->ports, ports));
		if (block->repeats)
			fprintf(to, "  repeats  blocked %u time%s before\n", block->repeats,
				suggest_plural(block->repeats));
		fprintf(to, "  %s %s\n", block->unblocked ? "unblocked" : "until   ",
			clock_local_ms(block->unblocked ? block->unblocked : block->until, until));
		if (*block->lines) {
			fprintf(to, "  evidence last lines of %s:\n",
				block->log ? block->log : "the log");
			explain_print_lines(to, block->lines);
		}
	}
}

static void explain_print_all(FILE *to, const struct explain *explain)
{
	char address[ADDR_TEXT_SIZE];

	addr_prefix_format(explain->target, address);
	if (explain->blocked)
		explain_print_entry(to, explain);
	else if (explain->attached)
		fprintf(to, "%s is not blocked%s.\n", address,
			explain->blocks.count ? " as a whole" : "");
	else
		fprintf(to, "%s is not blocked: %s.\n", address, explain->absence);
	explain_print_others(to, explain);
	if (explain->judged.judge)
		explain_judge_print(to, &explain->judged);
	if (!explain->count && !explain->history_unknown)
		fprintf(to, explain->blocked ? "  The history does not contain this block yet.\n"
					     : "  The history contains no block of it.\n");
	explain_print_history(to, explain);
}

static void explain_print_allowed(FILE *to, const struct explain *explain)
{
	char entry[ADDR_TEXT_SIZE];

	if (*explain->allowed)
		fprintf(to, "\nIt is an allowed host, so no rule blocks it: %s (%s).\n",
			explain->allowed, addr_prefix_format(&explain->allowed_entry, entry));
}

static int explain_print(FILE *to, const struct cli_common *common,
			 const struct addr_prefix *target)
{
	struct explain explain = { .target = target };
	int err = explain_read(&explain, common);

	if (!err) {
		explain_print_all(to, &explain);
		fflush(to);
		explain_ask(&explain, common);
		explain_print_allowed(to, &explain);
	}
	explain_free(&explain);
	return err ? cli_status(err) : CLI_DONE;
}

static int explain_print_json(const struct cli_common *common, const struct addr_prefix *target)
{
	struct explain explain = { .target = target };
	char address[ADDR_TEXT_SIZE];
	json_t *document, *history;
	int err = explain_read(&explain, common);

	if (!err) {
		explain_ask(&explain, common);
		document = output_document("explain");
		history = json_array();
		for (unsigned int i = 0; i < explain.count; i++)
			json_array_append_new(history, history_json(&explain.history[i]));
		json_object_set_new(document, "address",
				    json_string(addr_prefix_format(target, address)));
		json_object_set_new(document, "blocked",
				    json_boolean(explain.blocked && !explain.entry.dry_run));
		json_object_set_new(document, "block",
				    explain.blocked ? list_json(&explain.entry) : json_null());
		json_object_set_new(document, "blocks", list_json_all(&explain.blocks));
		if (explain.judged.judge) {
			explain_judge_json(&explain.judged, document);
		} else {
			json_object_set_new(document, "standing", json_null());
			json_object_set_new(document, "points", json_null());
		}
		json_object_set_new(document, "allowed",
				    *explain.allowed ? output_text(explain.allowed) : json_null());
		json_object_set(document, "history",
				explain.history_unknown ? json_null() : history);
		json_decref(history);
		err = cli_print_json(common, document) ? -EIO : 0;
	}
	explain_free(&explain);
	return err ? cli_status(err) : CLI_DONE;
}

static int explain_run(void *values)
{
	struct cli_common *common = values;
	struct addr_prefix target;
	int status;

	if (targets_parse(common->arguments[0], &target))
		return CLI_USAGE;
	status = cli_need_privilege();
	if (status)
		return status;
	home_take(common);
	return common->json ? explain_print_json(common, &target)
			    : explain_print(stdout, common, &target);
}

const struct cli_command explain_command = {
	"explain",
	"show why a host is blocked or not, with its log lines",
	.options = {
		CLI_CONFIG,
		{ NULL, OPTIONS_NETWORK, "ADDRESS[/LENGTH]", .min = 1,
		  .expected = "one address or network" },
	},
	.run = explain_run,
};
