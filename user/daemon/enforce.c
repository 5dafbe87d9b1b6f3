// SPDX-License-Identifier: GPL-2.0-only
/* Judges each event, and blocks, logs and records the verdict. */
#include "daemon/enforce.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/duration.h"
#include "common/log.h"
#include "common/output.h"
#include "common/suggest.h"
#include "config/rule_ports.h"
#include "daemon/closer.h"
#include "daemon/exempt.h"
#include "daemon/restore.h"
#include "kernel/blocks_exempt.h"

/* ms of clock difference of a new line that is tolerated */
#define ENFORCE_SKEW_MAX (2 * 60 * 1000)

/* Seconds after which a difference is a wrong clock, not a delay. */
#define ENFORCE_SKEW_STANDS 10

/*
 * A log may use another time zone than this machine or another log. New lines are judged by the
 * system clock, so that all logs have one clock; a difference is logged. It must persist: one
 * broken timestamp changes nothing, and lines that arrive late and all at once keep their times,
 * because minutes would otherwise be judged as one moment.
 */
static int64_t enforce_time(struct daemon_log *log, int64_t time)
{
	int64_t skew = time - clock_wall_ms();
	char text[DURATION_TEXT_SIZE];

	if (llabs(skew) < ENFORCE_SKEW_MAX)
		skew = 0;
	if (llabs(skew - log->skew) < ENFORCE_SKEW_MAX) {
		log->skew_since = 0;
		return time - log->skew;
	}
	if (llabs(skew - log->skew_seen) >= ENFORCE_SKEW_MAX || !log->skew_since) {
		log->skew_seen = skew;
		log->skew_since = clock_seconds();
	}
	if (clock_seconds() < log->skew_since + ENFORCE_SKEW_STANDS)
		return time - log->skew;
	log->skew = skew;
	if (skew)
		log_warning(
			"the clock of %s is %s %s the system clock; times in this log are corrected by that difference; check exim's \"timezone\" and the daemon's TZ",
			source_name(log->source), duration_format(llabs(skew) / 1000, text),
			skew < 0 ? "behind" : "ahead of");
	else
		log_notice("the clock of %s agrees with the system clock again",
			   source_name(log->source));
	return time - skew;
}

/*
 * The table is full, or the kernel refuses. Logged at powers of two, so that a storm does not fill
 * the disk.
 */
static void enforce_log_failure(struct daemon *daemon, const char *address, int err)
{
	if (err != -E2BIG) {
		log_error("%s was not blocked: %s", address, strerror(-err));
		return;
	}
	daemon->full++;
	if (!(daemon->full & (daemon->full - 1)))
		log_error(
			"%s was not blocked: the table of blocks is full (%llu host%s not blocked so far); raise \"blocks\" in [filter], or attach --blocks",
			address, (unsigned long long)daemon->full, suggest_plural(daemon->full));
}

/* The brake is engaged: log it once. */
static void enforce_log_brake(struct daemon *daemon)
{
	if (daemon->stats.braked)
		return;
	daemon->stats.braked = 1;
	log_error(
		"brake engaged: within an hour, verdicts were made on more than %u known sender%s, or on known senders that sent more than 10%% of the mail; further verdicts on known senders are dry runs; check the scanner, the DNS lists, and sobig-xdp list; to resume blocking: sobig-xdp release",
		daemon->policy.rules.brake, suggest_plural(daemon->policy.rules.brake));
	daemon_event(daemon, "brake",
		     json_pack("{s:i}", "known_senders", (int)daemon->policy.rules.brake));
}

static void enforce_log_block(struct daemon *daemon, const struct verdict *verdict,
			      const struct blocks_request *request)
{
	char address[ADDR_TEXT_SIZE], duration[DURATION_TEXT_SIZE];
	const bool dry_run = verdict->dry_run || daemon->filter.dry_run;

	addr_prefix_format(&verdict->target, address);
	duration_format(request->seconds, duration);
	if (verdict->repeats)
		log_notice("%s %s for %s (%s; blocked %u time%s before)",
			   dry_run ? "dry run: block" : "blocked", address, duration,
			   verdict->reason, verdict->repeats, suggest_plural(verdict->repeats));
	else
		log_notice("%s %s for %s (%s)", dry_run ? "dry run: block" : "blocked", address,
			   duration, verdict->reason);
	daemon_event(daemon, dry_run ? "dry-run" : "block",
		     json_pack("{s:s, s:i, s:s, s:i, s:o}", "address", address, "seconds",
			       (int)request->seconds, "reason", verdict->reason, "repeats",
			       (int)verdict->repeats, "ports",
			       *request->ports ? output_ports(request->ports) : json_null()));
}

/*
 * Seconds to block. New lines count from now, whatever the log's clock says; for lines that were
 * written while no daemon was running, only the remaining time.
 */
static uint32_t enforce_seconds(const struct daemon_log *log, const struct verdict *verdict)
{
	int64_t whole = verdict->until - verdict->time, left = verdict->until - clock_wall_ms();

	if (log->behind && left < whole)
		whole = left > 0 ? left : 0;
	return (whole + 999) / 1000;
}

/* What is blocked for a verdict: the target without allowed hosts and known senders in it. */
struct enforce_target {
	struct prefix_set *allowed;
	struct blocks_exempt_pieces pieces;
	int err;
};

static void enforce_exempt_known(void *context, const struct addr *host)
{
	struct enforce_target *target = context;
	const struct addr_prefix known = addr_prefix_host(host);

	if (!target->err)
		target->err = prefix_set_add(target->allowed, &known, "known sender");
}

/* The allow list as far as it overlaps with the network. */
static void enforce_exempt_allowed(struct enforce_target *target, const struct prefix_set *allowed,
				   const struct addr_prefix *network)
{
	const char *why;

	for (size_t i = 0; i < prefix_set_count(allowed) && !target->err; i++) {
		const struct addr_prefix *entry = prefix_set_at(allowed, i, &why);

		if (addr_prefix_meets(network, entry))
			target->err = prefix_set_add(target->allowed, entry, why);
	}
}

/* 0 or -errno; the caller calls blocks_exempt_free(). */
static int enforce_find_target(const struct daemon *daemon, const struct verdict *verdict,
			       struct blocks_exempt_pieces *out)
{
	struct enforce_target target = { 0 };

	target.err = prefix_set_new(&target.allowed);
	if (!target.err && !addr_prefix_is_host(&verdict->target)) {
		enforce_exempt_allowed(&target, exempt_set(daemon->exempt), &verdict->target);
		standing_known_in(judge_standing(daemon->judge), &verdict->target, verdict->time,
				  enforce_exempt_known, &target);
	}
	if (!target.err) {
		prefix_set_seal(target.allowed);
		target.err = blocks_exempt_rest(target.allowed, &verdict->target, &target.pieces);
	}
	prefix_set_free(target.allowed);
	*out = target.pieces;
	return target.err;
}

/* True if the open connections may finish: by the configuration, or those of a known sender. */
static bool enforce_may_finish(const struct daemon *daemon, const struct verdict *verdict)
{
	return daemon->policy.config.filter.finish || verdict->known;
}

static void enforce_block(struct daemon_log *log, const struct verdict *verdict,
			  const struct source_line *line)
{
	struct daemon *daemon = log->daemon;
	struct blocks_exempt_pieces pieces = { 0 };
	struct blocks_request request = {
		.seconds = enforce_seconds(log, verdict),
		/* A known sender's block ends in time for its mail queue. */
		.extend = daemon->policy.config.filter.extend && !verdict->known,
		.dry_run = daemon->filter.dry_run || verdict->dry_run,
		.reason = verdict->reason,
	};
	char address[ADDR_TEXT_SIZE];
	size_t done;
	int err;

	/* Counted only: what is learned in three days must not fill the tables meanwhile. */
	if (verdict->learning) {
		daemon->stats.dry_runs++;
		return;
	}
	rule_ports_closed(judge_rules(daemon->judge), verdict->closes, request.ports);
	if (verdict->braked)
		enforce_log_brake(daemon);
	if (!request.seconds)
		return;
	request.until = clock_seconds_after(request.seconds);
	err = enforce_find_target(daemon, verdict, &pieces);
	if (!err && pieces.count)
		err = blocks_add(daemon->blocks, pieces.target, pieces.count, &request, NULL,
				 &done);
	if (err) {
		enforce_log_failure(daemon, addr_prefix_format(&verdict->target, address), err);
		goto out;
	}
	for (size_t i = 0; i < pieces.count; i++)
		if (!request.dry_run && !enforce_may_finish(daemon, verdict))
			closer_add(daemon->closer, &pieces.target[i], request.ports);
	if (verdict->dry_run)
		daemon->stats.dry_runs++;
	else
		daemon->stats.blocked++;
	enforce_log_block(daemon, verdict, &request);
	for (size_t i = 0; i < pieces.count; i++)
		restore_block(daemon, verdict, &pieces.target[i], &request, log, line);
out:
	blocks_exempt_free(&pieces);
}

/* A line that a previous daemon judged: only restores the windows. */
static void enforce_recall(struct daemon_log *log, const struct event *event,
			   const struct source_line *line)
{
	struct daemon *daemon = log->daemon;

	if (restore_is_open(daemon->restore, source_name(log->source), event, line))
		judge_recall(daemon->judge, event);
}

/* Accepted mail gives its host a standing. A line that was read before was counted before. */
static void enforce_accept(struct daemon_log *log, const struct event *event,
			   const struct source_line *line)
{
	struct event now = *event;
	struct verdict none;

	if (line->old)
		return;
	if (!log->behind)
		now.time = enforce_time(log, event->time);
	judge_event(log->daemon->judge, &now, &none);
}

/* Notes that the offence came by a port that a block leaves open. */
static void enforce_note_port(struct daemon *daemon, const struct addr *host,
			      const struct event *event)
{
	const struct rules *rules = judge_rules(daemon->judge);

	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->rules[i];

		if (!rule->weights[event->class] ||
		    (rule->mark != RULES_NO_MARK && !(event->marks & 1u << rule->mark)) ||
		    rule_ports_closes(rules, rule->closes, event->port))
			continue;
		daemon->left_open[i].offences++;
		daemon->left_open[i].port = event->port;
	}
	for (int i = 0; i < SOBIG_PORTS_MAX && daemon->filter.ports[i]; i++)
		if (daemon->filter.ports[i] == event->port)
			blocks_note_offence(daemon->blocks, host, daemon->filter.bits[i]);
}

void enforce_take(void *context, const struct event *event, const struct source_line *line)
{
	struct daemon_log *log = context;
	struct daemon *daemon = log->daemon;
	struct addr host = addr_host(&event->peer);
	struct event now = *event;
	struct verdict verdict;

	if (event->class >= EVENT_OFFENCES) {
		enforce_accept(log, event, line);
		return;
	}
	evidence_add(daemon->evidence, &host, line->text, line->length);
	if (!daemon->stats.judged_from)
		daemon->stats.judged_from = event->time;
	if (line->old) {
		enforce_recall(log, event, line);
		return;
	}
	daemon->stats.offences++;
	daemon->stats.classes[event->class]++;
	if (event->port)
		enforce_note_port(daemon, &host, event);
	if (!log->behind)
		now.time = enforce_time(log, event->time);
	if (!judge_event(daemon->judge, &now, &verdict))
		enforce_block(log, &verdict, line);
}
