// SPDX-License-Identifier: GPL-2.0-only
/* sobig-xdp replay: applies the policy to old logs, and reports its blocks and their price. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/skipped.h"
#include "common/duration.h"
#include "common/log.h"
#include "config/overrides.h"
#include "config/rules.h"
#include "judge/window.h"
#include "read/file/parallel.h"
#include "read/policy.h"
#include "replay/replay_files.h"
#include "replay/replay_grid.h"
#include "replay/replay_allow.h"

/* What a price is limited to, in millionths of the accepted messages. */
struct replay_price {
	bool given;
	uint32_t most;
};

struct replay {
	struct cli_common common;
	const char *html;
	const char *rule; /* to sweep */
	bool sweeps;
	bool advises;
	struct replay_price price;
	struct replay_ranges ranges;
	bool helo_checked;
	struct overrides overrides;

	struct policy policy;
	struct prefix_set *allowed;
	struct replay_result result;
	struct replay_events *events; /* to be judged again for an advice; NULL: none is wanted */
	int events_error;
	struct replay_advice advice;
	struct sweep_grid grid;
	struct sweep_cell cells[SWEEP_LIMITS_MAX * SWEEP_WINDOWS_MAX];
	struct replay_file *files;
	size_t files_count;
	struct skips skips;
};

#define REPLAY_FILES "files such as /var/log/exim4/mainlog, or - for standard input"
#define REPLAY_RANGES \
	"limit=A..B (1 to 1000) and window=C..D (1s to 7d), such as \"limit=5..30 window=1m..30m\""

/* `member` is the struct replay. */
static int replay_take_range(const char *text, void *member)
{
	struct replay *replay = member;

	replay->sweeps = true;
	return replay_grid_take(&replay->ranges, text);
}

/* `member` is a struct replay_price. */
static int replay_take_price(const char *text, void *member)
{
	struct replay_price *price = member;

	price->given = true;
	return replay_advice_take_price(text, &price->most);
}

/* "--sweep limit=5..30 window=1m..30m": the second word is not a log. CLI_DONE or CLI_USAGE. */
static int replay_take_words(struct replay *replay)
{
	struct cli_common *common = &replay->common;
	const int count = common->count;

	common->count = 0;
	for (int i = 0; i < count; i++) {
		char *word = common->arguments[i];

		if (!replay->sweeps || !replay_grid_is_range(word))
			common->arguments[common->count++] = word;
		else if (replay_take_range(word, replay))
			return cli_usage(common, "--sweep = \"%s\": expected " REPLAY_RANGES, word);
	}
	if (!common->count)
		return cli_usage(common, "no file given: expected " REPLAY_FILES);
	if (replay->rule && !replay->sweeps)
		return cli_usage(common, "--rule names the rule to sweep; it needs --sweep");
	if (replay->price.given && !replay->advises)
		return cli_usage(common,
				 "--price limits the price of an advice; it needs --advise");
	return CLI_DONE;
}

/* Applies --limit, --window and --for to rule worm-storm, and finds the rule to sweep. */
static int replay_set_rules(struct replay *replay)
{
	const char *swept = replay->rule ? replay->rule : rules_default.rules[0].name;
	struct rules *rules = &replay->policy.rules;

	if (overrides_apply(&replay->overrides, rules))
		return CLI_FAILED;
	if (!replay->sweeps)
		return CLI_DONE;
	replay->result.sweep.rule = rules_find(rules, swept);
	if (replay->result.sweep.rule && rule_is_network(replay->result.sweep.rule)) {
		log_error(
			"--rule = \"%s\": it judges networks; expected a rule for hosts (--advise tries the limits of rules for networks)",
			swept);
		return CLI_USAGE;
	}
	if (replay->result.sweep.rule) {
		replay_grid_fill(&replay->ranges, replay->result.sweep.rule, &replay->grid);
		return CLI_DONE;
	}
	log_error("--rule = \"%s\": no such rule, or it is disabled; expected one of:", swept);
	for (size_t i = 0; i < rules->count; i++)
		log_error("  %s", rules->rules[i].name);
	return replay->rule ? CLI_USAGE : CLI_FAILED;
}

static int replay_start(struct replay *replay)
{
	uint64_t seed;
	int err;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		return -EIO;
	err = judge_open(&replay->policy.rules, seed, &replay->result.judge);
	if (!err)
		err = replay_allow(replay->common.state, &replay->policy.config, &replay->allowed);
	if (err)
		return err;
	replay->result.allowed = replay->allowed;
	judge_allow(replay->result.judge, replay->allowed);
	if (replay->sweeps)
		err = sweep_open(replay->result.sweep.rule, &replay->result.sweep.sweep);
	if (!err && replay->advises)
		err = replay_events_open(seed, &replay->events);
	replay->advice.seed = seed;
	if (!err)
		err = replay_result_open(&replay->result, seed);
	return err;
}

static void replay_event(void *context, uint64_t line, const struct exim_log_found *found)
{
	struct replay *replay = context;

	(void)line;
	replay_result_event(&replay->result, &found->event);
	if (replay->events && !replay->events_error)
		replay->events_error = replay_events_add(replay->events, &found->event);
}

static void replay_soon(void *context, const struct exim_log_found *found)
{
	const struct replay *replay = context;

	replay_result_prefetch(&replay->result, &found->event);
}

static void replay_pause(void *context)
{
	(void)context;
}

/*
 * 0 or -errno (logged); -ENOMSG: not a log of exim. Lines read before an error are counted.
 */
static int replay_file(struct replay *replay, struct replay_file *file)
{
	const struct replay_result *result = &replay->result;
	struct reader reader;
	struct chunks_end end;
	int err;

	if (result->clock.has_time && file->first != INT64_MAX &&
	    file->first < result->to - WINDOW_TOLERANCE)
		log_warning(
			"\"%s\" begins before the end of the previous log; expected the logs of one server, each given once",
			file->name);
	reader_init(&reader, replay->policy.classes, replay->helo_checked, file->modified);
	reader.exim.wants_arrivals = true;
	err = parallel_read(file->fd, &reader, replay_event, replay_soon, replay_pause, replay,
			    &end);
	file->lines = end.lines;
	file->broken = err != 0;
	skip_add(&replay->skips, &reader.exim.skips);
	if (err)
		skipped_log_error(file->name, err, &end);
	else if (skipped_is_foreign(file->name, &reader, &end))
		err = -ENOMSG;
	if ((!err || err == -ENOMSG) && end.cut)
		log_warning(
			"the last line of \"%s\" has no newline and was not counted: its end can be missing",
			file->name);
	return err;
}

/* Logs which lines of the logs were not counted. */
static void replay_report_skips(const struct replay *replay)
{
	const struct judge_state state = judge_state(replay->result.judge);

	skipped_log(&replay->skips);
	if (state.dropped)
		log_warning("too many watched hosts: rules forgot a host early %llu times",
			    (unsigned long long)state.dropped);
}

/* Computes the cells of the sweep, if requested. CLI_DONE or CLI_FAILED (logged). */
static int replay_sweep(struct replay *replay, struct replay_report *report)
{
	int err;

	if (!replay->sweeps)
		return CLI_DONE;
	err = replay->result.sweep.is_full
		      ? -E2BIG
		      : sweep_run(replay->result.sweep.sweep, &replay->grid, replay->cells);
	if (err) {
		log_error("cannot sweep: %s",
			  err == -E2BIG ? "too many events; replay fewer days" : strerror(-err));
		return CLI_FAILED;
	}
	report->grid = &replay->grid;
	report->cells = replay->cells;
	report->swept = replay->result.sweep.rule;
	return CLI_DONE;
}

/* Finds the best settings, if requested. CLI_DONE or CLI_FAILED (logged). */
static int replay_advise(struct replay *replay, struct replay_report *report)
{
	struct replay_advice *advice = &replay->advice;
	int err = replay->events_error;

	if (!replay->advises)
		return CLI_DONE;
	advice->events = replay->events;
	advice->config = &replay->policy.config;
	advice->rules = &replay->policy.rules;
	advice->allowed = replay->allowed;
	advice->from = replay->result.from;
	advice->to = replay->result.to;
	advice->price = replay->price.most;
	log_info("--advise: judging %zu events with other settings",
		 replay_events_count(replay->events));
	if (!err)
		err = replay_advice_run(advice);
	if (err) {
		log_error("cannot advise: %s",
			  err == -E2BIG ? "too many events; replay fewer days" : strerror(-err));
		return CLI_FAILED;
	}
	report->advice = advice;
	return CLI_DONE;
}

static int replay_show(struct replay *replay)
{
	struct replay_report report = {
		.result = &replay->result,
		.rules = &replay->policy.rules,
		.files = replay->files,
		.files_count = replay->files_count,
		.brake = replay->policy.rules.brake,
	};
	int status = replay_sweep(replay, &report), shown, err;

	if (replay_advise(replay, &report))
		status = CLI_FAILED;
	err = replay_report_fill(&report);
	if (err) {
		log_error("cannot compute the summary: %s", strerror(-err));
		return CLI_FAILED;
	}
	shown = replay->common.json ? replay_json(&report, replay->common.lines)
				    : replay_print(&report);
	if (replay->html && replay_page(replay->html, &report))
		status = CLI_FAILED;
	replay_report_free(&report);
	return shown ? CLI_FAILED : status;
}

static int replay_run(struct replay *replay)
{
	int status = CLI_DONE, err = replay_start(replay);

	for (size_t i = 0; i < replay->files_count && !err; i++) {
		if (replay_file(replay, &replay->files[i]))
			status = CLI_FAILED;
		err = replay->result.error;
	}
	if (err) {
		log_error("cannot replay: %s", err == -EINVAL ? "a rule is out of range"
					       : err == -E2BIG
						       ? "too many offenders; replay fewer days"
						       : strerror(-err));
		return CLI_FAILED;
	}
	replay_report_skips(replay);
	return replay_show(replay) || status ? CLI_FAILED : CLI_DONE;
}

static void replay_close(struct replay *replay)
{
	replay_result_close(&replay->result);
	sweep_close(replay->result.sweep.sweep);
	replay_events_close(replay->events);
	replay_advice_free(&replay->advice);
	judge_close(replay->result.judge);
	prefix_set_free(replay->allowed);
	policy_free(&replay->policy);
}

static int replay_main(void *values)
{
	struct replay *replay = values;
	int status = replay_take_words(replay);

	if (status)
		return status;
	status = policy_load(replay->common.config, &replay->policy) ? CLI_FAILED : CLI_DONE;
	if (!status)
		status = replay_set_rules(replay);
	replay->files = calloc(replay->common.count, sizeof(*replay->files));
	if (!status && replay->files)
		status = replay_files_open(replay->common.arguments, replay->common.count,
					   replay->files, &replay->files_count)
				 ? CLI_FAILED
				 : CLI_DONE;
	if (!status)
		status = replay->files ? replay_run(replay) : CLI_FAILED;
	if (replay->files)
		replay_files_close(replay->files, replay->files_count);
	free(replay->files);
	replay_close(replay);
	return status;
}

const struct cli_command replay_command = {
	"replay",
	"apply the policy to old logs: show its blocks and their price",
	.options = {
		CLI_OVERRIDES(offsetof(struct replay, overrides)),
		{ "sweep", OPTIONS_OWN, "RANGES", 0,
		  "try a range of values: \"limit=5..30 window=1m..30m\"", .repeats = true,
		  .take = replay_take_range, .expected = REPLAY_RANGES },
		{ "rule", OPTIONS_TEXT, "NAME", offsetof(struct replay, rule),
		  "sweep this rule (worm-storm)" },
		{ "advise", OPTIONS_FLAG, NULL, offsetof(struct replay, advises),
		  "find the limits and windows that avoid the most" },
		{ "price", OPTIONS_OWN, "SHARE", offsetof(struct replay, price),
		  "of accepted mail that --advise may delay (0.1%)", .take = replay_take_price,
		  .expected = "a share of the accepted mail from 0% to 100%, such as 0.1%" },
		{ "html", OPTIONS_FILE, "FILE", offsetof(struct replay, html),
		  "write an HTML report with charts" },
		{ "helo-checked", OPTIONS_FLAG, NULL, offsetof(struct replay, helo_checked),
		  "exim rejected each HELO that is not a host name (exim's default)" },
		CLI_CONFIG,
		{ NULL, OPTIONS_FILE, "FILE...|-", .repeats = true, .min = 1,
		  .expected = REPLAY_FILES },
	},
	.values = &(struct replay){ .price.most = REPLAY_ADVICE_PRICE },
	.run = replay_main,
};
