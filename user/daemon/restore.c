// SPDX-License-Identifier: GPL-2.0-only
/* What a daemon leaves to the next one: its place in each log, its blocks, whom it knows. */
#include "daemon/restore.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "state/writer.h"
#include "state/db_row.h"
#include "common/hash.h"
#include "common/log.h"
#include "common/lru.h"
#include "judge/window.h"

/*
 * Lines that are still in a window are read again after a restart. Windows may be longer than this;
 * reading days of log again is not worth it.
 */
#define RESTORE_REACH  3600 /* seconds */
#define RESTORE_EACH   10   /* seconds between two places that can be gone back to */
#define RESTORE_PLACES (RESTORE_REACH / RESTORE_EACH + 16)
#define RESTORE_HOSTS  (1u << 20)
#define RESTORE_LINES  10 /* of evidence for a block */

/* Places that a log was at. */
struct restore_log {
	struct log_position *places;
	uint32_t *times; /* seconds of CLOCK_MONOTONIC */
	unsigned int first, count;
};

/* The line that led to the last verdict on a host. */
struct restore_verdict {
	uint64_t log; /* a hash of its name */
	uint64_t serial;
	int64_t event;
};

struct restore {
	struct db *store; /* what was there at the start; NULL: nothing */
	struct writer *scribe;
	struct lru *verdicts;
	/* Daemons at several interfaces share the state, but for what each has read by itself. */
	char who[IF_NAMESIZE];
	struct db_totals totals; /* of all former daemons there */
	struct restore_log logs[DAEMON_LOGS_MAX];
	char names[DAEMON_LOGS_MAX][IF_NAMESIZE + PATH_MAX];
	int error; /* as last told */
	uint64_t damaged, lost, gone;
};

static uint64_t restore_name(const char *log)
{
	return hash_bytes(log, strlen(log), 0);
}

static void restore_take_repeat(void *context, const struct addr *host, unsigned int times,
				int64_t until)
{
	judge_remember(context, host, times, until);
}

static int restore_take_verdict(void *context, const struct db_block *block)
{
	struct restore *memory = context;
	struct restore_verdict *verdict = lru_find(memory->verdicts, &block->whom.addr);

	if (!verdict)
		verdict = lru_add(memory->verdicts, &block->whom.addr);
	if (!verdict || block->event < verdict->event)
		return 0;
	verdict->log = restore_name(block->log);
	verdict->serial = block->serial;
	verdict->event = block->event;
	return 0;
}

static void restore_read(struct restore *memory, struct daemon *guard, const char *folder)
{
	int64_t reach = clock_wall_ms() - 2 * RESTORE_REACH * INT64_C(1000);
	int err = db_open(folder, NULL, &memory->store);

	if (err == -ENOENT)
		return;
	if (!err)
		err = db_totals(memory->store, memory->who, &memory->totals);
	if (!err && memory->totals.braked)
		judge_brake(guard->judge);
	if (!err)
		err = db_repeats(memory->store, restore_take_repeat, guard->judge);
	if (!err)
		err = db_since(memory->store, reach, restore_take_verdict, memory);
	if (!err)
		return;
	db_close(memory->store);
	memory->store = NULL;
	memset(&memory->totals, 0, sizeof(memory->totals));
	if (err == -EBADMSG)
		log_error("the state in \"%s/%s\" is damaged, and is put aside: who was blocked "
			  "before, and where the log was left, is not known",
			  folder, DB_FILE);
	else
		log_error("cannot read the state in \"%s\": %s; who was blocked before, and where "
			  "the log was left, is not known",
			  folder, db_strerror(-err));
}

int restore_open(struct daemon *guard, const char *folder, const char *interface,
		 struct restore **out)
{
	const struct lru_options of_hosts = { .record = sizeof(struct restore_verdict),
					      .most = RESTORE_HOSTS,
					      .seed = guard->seed };
	const struct config_state *config = &guard->setup.config.state;
	struct db_limits limits = { .size = config->size,
				    .history = config->history * INT64_C(1000) };
	struct restore *memory = calloc(1, sizeof(*memory));
	int err;

	if (!memory)
		return -ENOMEM;
	for (size_t i = 0; i < guard->setup.rules.count; i++)
		if (limits.memory < guard->setup.rules.rules[i].memory * INT64_C(1000))
			limits.memory = guard->setup.rules.rules[i].memory * INT64_C(1000);
	snprintf(memory->who, sizeof(memory->who), "%s", interface);
	err = lru_open(&of_hosts, &memory->verdicts);
	if (!err) {
		restore_read(memory, guard, folder);
		err = writer_open(folder, interface, &limits, &memory->scribe);
	}
	if (err)
		restore_close(memory);
	else
		*out = memory;
	return err;
}

int restore_place(struct restore *memory, const char *log, struct log_position *done,
		  struct log_position *from)
{
	char name[IF_NAMESIZE + PATH_MAX];

	if (!memory->store)
		return -ENOENT;
	snprintf(name, sizeof(name), "%s %s", memory->who, log);
	return db_log(memory->store, name, done, from);
}

static void restore_note_place(struct restore_log *log, const struct log_position *place,
			       uint32_t now)
{
	unsigned int at;

	if (log->count == RESTORE_PLACES) {
		log->first = (log->first + 1) % RESTORE_PLACES;
		log->count--;
	}
	at = (log->first + log->count++) % RESTORE_PLACES;
	log->places[at] = *place;
	log->times[at] = now;
}

void restore_follow(struct restore *memory, const struct daemon *guard, int number)
{
	struct restore_log *log = &memory->logs[number];
	struct log_position place;

	snprintf(memory->names[number], sizeof(memory->names[number]), "%s %s", memory->who,
		 source_name(guard->logs[number].source));
	log->places = calloc(RESTORE_PLACES, sizeof(*log->places));
	log->times = calloc(RESTORE_PLACES, sizeof(*log->times));
	if (!log->places || !log->times) {
		free(log->places);
		free(log->times);
		memset(log, 0, sizeof(*log));
		return;
	}
	/* What is read from here on is of interest, however old it is. */
	source_place(guard->logs[number].source, &place);
	restore_note_place(log, &place, blocks_now());
}

/* The latest place that is far enough back for all windows. */
static void restore_choose_from(struct restore_log *log, uint32_t reach, struct log_position *out)
{
	uint32_t now = blocks_now();

	memset(out, 0, sizeof(*out));
	while (log->count > 1 && log->times[(log->first + 1) % RESTORE_PLACES] + reach <= now) {
		log->first = (log->first + 1) % RESTORE_PLACES;
		log->count--;
	}
	if (log->count)
		*out = log->places[log->first];
}

static uint32_t restore_reach(const struct daemon *guard)
{
	uint32_t reach = 0;

	for (size_t i = 0; i < guard->setup.rules.count; i++)
		if (guard->setup.rules.rules[i].window > reach)
			reach = guard->setup.rules.rules[i].window;
	reach = reach < RESTORE_REACH ? reach : RESTORE_REACH;
	return reach + WINDOW_TOLERANCE / 1000;
}

void restore_post(struct daemon *guard)
{
	struct restore *memory = guard->memory;
	struct db_totals totals = memory->totals;
	struct db_log logs[DAEMON_LOGS_MAX];
	uint32_t now = blocks_now();

	for (int i = 0; i < guard->logs_count; i++) {
		struct restore_log *log = &memory->logs[i];
		unsigned int last = (log->first + log->count - 1) % RESTORE_PLACES;

		logs[i].name = memory->names[i];
		source_place(guard->logs[i].source, &logs[i].done);
		restore_choose_from(log, restore_reach(guard), &logs[i].from);
		if (log->count && now >= log->times[last] + RESTORE_EACH)
			restore_note_place(log, &logs[i].done, now);
	}
	totals.lines += guard->stats.lines;
	totals.offences += guard->stats.offences;
	totals.blocks += guard->stats.blocked;
	totals.braked = judge_state(guard->judge).braked;
	writer_post(memory->scribe, logs, guard->logs_count, &totals, clock_wall_ms());
}

bool restore_is_open(struct restore *memory, const char *log, const struct event *event,
		     const struct source_line *line)
{
	const struct addr host = addr_host(&event->peer);
	const struct restore_verdict *verdict = lru_find(memory->verdicts, &host);

	if (!verdict)
		return true;
	if (verdict->log == restore_name(log))
		return line->serial > verdict->serial;
	return event->time > verdict->event;
}

/* Lines of evidence, put together. */
struct restore_lines {
	char text[RESTORE_LINES * (EVIDENCE_LINE_MAX + 1) + 1];
	const char *lines[RESTORE_LINES];
	size_t lengths[RESTORE_LINES];
	unsigned int count;
};

static void restore_take_line(void *context, const char *line, size_t length)
{
	struct restore_lines *lines = context;

	lines->lines[lines->count] = line;
	lines->lengths[lines->count++] = length;
}

/* The latest lines of a host, the oldest first. A NUL in them would be their end. */
static void restore_gather_lines(const struct daemon *guard, const struct addr *host,
				 struct restore_lines *lines)
{
	char *to = lines->text;

	lines->count = 0;
	evidence_each(guard->evidence, host, RESTORE_LINES, restore_take_line, lines);
	for (unsigned int i = lines->count; i-- > 0;) {
		for (size_t j = 0; j < lines->lengths[i]; j++)
			*to++ = lines->lines[i][j] ? lines->lines[i][j] : ' ';
		*to++ = '\n';
	}
	*to = '\0';
}

void restore_block(struct daemon *guard, const struct verdict *verdict,
		   const struct blocks_order *order, const struct daemon_log *log,
		   const struct source_line *line)
{
	static struct restore_lines lines;
	struct db_block block = {
		.whom = addr_prefix_host(&verdict->host),
		.since = clock_wall_ms(),
		.quiet = order->extend ? order->seconds : 0,
		.dry_run = order->dry_run,
		.repeats = verdict->repeats,
		.log = source_name(log->source),
		.serial = line->serial,
		.event = verdict->time,
		.lines = lines.text,
	};

	block.until = block.since + order->seconds * INT64_C(1000);
	memcpy(block.reason, verdict->reason, sizeof(block.reason));
	/* Of what the brake lets through only for show, there may be very much. */
	if (verdict->braked)
		*lines.text = '\0';
	else
		restore_gather_lines(guard, &verdict->host, &lines);
	writer_block(guard->memory->scribe, &block);
}

void restore_lift(struct restore *memory, const struct addr_prefix *whom)
{
	writer_lift(memory->scribe, whom);
}

struct restore_restoring {
	struct daemon *guard;
	int64_t now;
	uint64_t restored, failed;
};

/*
 * A block lasts no longer than it was made for, whatever the clock says: it may have been set
 * since, or not be set yet.
 */
static int restore_put_back(void *context, const struct db_block *block)
{
	struct restore_restoring *restoring = context;
	int64_t whole = block->until - block->since, left = block->until - restoring->now;
	struct blocks_order order = { .extend = block->quiet, .reason = block->reason };
	size_t done;

	left = left < whole ? left : whole;
	left = left < DB_ROW_LONGEST ? left : DB_ROW_LONGEST;
	order.seconds = (left + 999) / 1000;
	order.age = whole > left ? (whole - left) / 1000 : 0;
	if (blocks_add(restoring->guard->blocks, &block->whom, 1, &order, NULL, &done))
		restoring->failed++;
	else
		restoring->restored++;
	return 0;
}

void restore_restore(struct daemon *guard)
{
	struct restore_restoring restoring = { .guard = guard, .now = clock_wall_ms() };
	int err;

	if (!guard->memory->store)
		return;
	err = db_running(guard->memory->store, restoring.now, restore_put_back, &restoring);
	if (err)
		log_error("cannot read the blocks that ran: %s", strerror(-err));
	if (restoring.restored && guard->filter.dry_run)
		log_notice("restored %llu blocks; this is a dry run: they are listed as such, and "
			   "nothing is dropped",
			   (unsigned long long)restoring.restored);
	else if (restoring.restored)
		log_notice("blocks that still run, and are in force again: %llu",
			   (unsigned long long)restoring.restored);
	if (restoring.failed)
		log_error("blocks that still run, and could not be put back: %llu",
			  (unsigned long long)restoring.failed);
}

/* A time of ours as the maps count; 0: it is over, or never was. */
static uint64_t restore_second(int64_t time)
{
	int64_t left = time - clock_wall_ms();

	return left > 0 ? blocks_now() + left / 1000 + 1 : 0;
}

bool restore_check(struct daemon *guard)
{
	struct restore *memory = guard->memory;
	struct writer_state state = writer_state(memory->scribe);
	const bool changed = state.error != (int)guard->stats.state_error;
	/* Of what cannot be written, not all has been looked through. */
	const uint64_t seen = memory->store ? db_bad(memory->store) : 0;
	const uint64_t bad = state.error ? seen : state.bad;

	guard->stats.state_error = state.error;
	if (state.lost != guard->stats.state_lost) {
		guard->stats.state_lost = state.lost;
		guard->stats.state_lost_until = restore_second(state.lost_until);
	}
	if (state.error != memory->error && state.error)
		log_error("the state cannot be written: %s; blocks go on, their history waits, and "
			  "a restart would not know of it",
			  db_strerror(state.error));
	else if (state.error != memory->error)
		log_notice("the state can be written again");
	if (bad != guard->stats.state_bad) {
		log_warning(
			"the state in \"%s\" has %llu rows that are not valid; they are skipped; "
			"has somebody else written to %s?",
			guard->stats.state, (unsigned long long)bad, DB_FILE);
		guard->stats.state_bad = bad;
	}
	if (state.damaged != memory->damaged)
		log_error("the state was damaged, and was put aside; a new one is begun");
	if (state.gone != memory->gone)
		log_warning("somebody has taken the state away: a new one is begun, which knows "
			    "nothing of what was before");
	memory->gone = state.gone;
	/* At powers of two, lest a full disk gets fuller. */
	if (state.lost && (!memory->lost || state.lost >= 2 * memory->lost)) {
		log_error("the state has no room: %llu blocks so far were not saved, and a restart "
			  "would not restore them; raise \"size\" in [state], or free disk space",
			  (unsigned long long)state.lost);
		memory->lost = state.lost;
	}
	memory->error = state.error;
	memory->damaged = state.damaged;
	return changed;
}

void restore_close(struct restore *memory)
{
	if (!memory)
		return;
	writer_close(memory->scribe);
	db_close(memory->store);
	lru_close(memory->verdicts);
	for (int i = 0; i < DAEMON_LOGS_MAX; i++) {
		free(memory->logs[i].places);
		free(memory->logs[i].times);
	}
	free(memory);
}
