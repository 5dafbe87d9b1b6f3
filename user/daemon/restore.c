// SPDX-License-Identifier: GPL-2.0-only
/* Saves log positions, blocks and known hosts for the next daemon, and restores them at start. */
#include "daemon/restore.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/array.h"
#include "common/clock.h"
#include "common/hash.h"
#include "common/log.h"
#include "common/lru.h"
#include "judge/window.h"
#include "state/db_row.h"
#include "state/writer.h"

/*
 * After a restart, lines that are still in a window are read again. Windows may be longer than
 * this, but reading days of log again would take too long.
 */
#define RESTORE_REACH	  3600 /* seconds */
#define RESTORE_EACH	  10   /* seconds between two saved log positions */
#define RESTORE_POSITIONS (RESTORE_REACH / RESTORE_EACH + 16)
#define RESTORE_HOSTS	  (1u << 20)
#define RESTORE_LINES	  10 /* lines of evidence for a block */

/* Rows of standing in the state whose hosts were forgotten; with more, all are written anew. */
#define RESTORE_FORGOTTEN_MAX (1u << 19)

/* Ring of previous positions in a log. */
struct restore_log {
	struct log_position *positions;
	uint32_t *times; /* seconds of CLOCK_MONOTONIC */
	unsigned int first, count;
};

/* The line that caused the last verdict on a host. */
struct restore_verdict {
	uint64_t log; /* hash of the log's name */
	uint64_t serial;
	int64_t event;
};

struct restore {
	struct db *db; /* the state at the start; NULL: none */
	struct writer *writer;
	struct lru *verdicts;
	/* Daemons of several interfaces share the state, except log positions and totals. */
	char interface[IF_NAMESIZE];
	struct db_totals totals; /* of all previous daemons of this interface */
	struct restore_log logs[DAEMON_LOGS_MAX];
	char names[DAEMON_LOGS_MAX][IF_NAMESIZE + PATH_MAX];
	bool learned;			/* standing includes the old logs */
	bool anew;			/* what is saved next of standing replaces all rows */
	uint64_t forgotten;		/* hosts and networks, when all rows were replaced last */
	struct standing_row *standings; /* that changed */
	size_t standings_count;
	int error; /* errno logged last */
	uint64_t damaged, lost, gone;
	bool strangers; /* it was said that the standing of strangers does not fit */
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
	struct restore *restore = context;
	struct restore_verdict *verdict;

	if (!addr_prefix_is_host(&block->target))
		return 0;
	verdict = lru_find(restore->verdicts, &block->target.addr);
	if (!verdict)
		verdict = lru_add(restore->verdicts, &block->target.addr);
	if (!verdict || block->event < verdict->event)
		return 0;
	verdict->log = restore_name(block->log);
	verdict->serial = block->serial;
	verdict->event = block->event;
	return 0;
}

static void restore_take_standing(void *context, const struct standing_row *row)
{
	standing_set(context, row);
}

/* Standing that does not include the old logs is learned anew, with what was read since. */
static int restore_read_standing(struct restore *restore, struct daemon *daemon)
{
	struct standing *standing = judge_standing(daemon->judge);
	struct standing_clock saved = { 0 };
	int err = db_standings(restore->db, restore->interface, &saved, restore_take_standing,
			       standing);

	if (err)
		return err == -ENOENT ? 0 : err;
	if (!saved.learned) {
		judge_forget_standing(daemon->judge);
		return 0;
	}
	standing_set_clock(standing, &saved);
	restore->learned = true;
	restore->anew = false;
	return 0;
}

static void restore_read(struct restore *restore, struct daemon *daemon, const char *folder)
{
	int64_t reach = clock_wall_ms() - 2 * RESTORE_REACH * INT64_C(1000);
	int err = db_open(folder, NULL, &restore->db);

	if (err == -ENOENT)
		return;
	if (!err)
		err = db_totals(restore->db, restore->interface, &restore->totals);
	if (!err && restore->totals.braked)
		judge_brake(daemon->judge);
	if (!err)
		err = db_repeats(restore->db, restore_take_repeat, daemon->judge);
	if (!err)
		err = db_since(restore->db, reach, restore_take_verdict, restore);
	if (!err)
		err = restore_read_standing(restore, daemon);
	if (!err)
		return;
	db_close(restore->db);
	restore->db = NULL;
	memset(&restore->totals, 0, sizeof(restore->totals));
	if (err == -EBADMSG)
		log_error(
			"the state in \"%s/%s\" is damaged and was renamed: previous blocks and log positions are not known",
			folder, DB_FILE);
	else
		log_error(
			"cannot read the state in \"%s\": %s; previous blocks and log positions are not known",
			folder, db_strerror(-err));
}

int restore_open(struct daemon *daemon, const char *folder, const char *interface,
		 struct restore **out)
{
	const struct lru_options of_hosts = { .record = sizeof(struct restore_verdict),
					      .most = RESTORE_HOSTS,
					      .seed = daemon->seed };
	const struct config_state *config = &daemon->policy.config.state;
	struct db_limits limits = { .size = config->size,
				    .history = config->history * INT64_C(1000) };
	struct restore *restore = calloc(1, sizeof(*restore));
	int err;

	if (!restore)
		return -ENOMEM;
	for (size_t i = 0; i < daemon->policy.rules.count; i++)
		if (limits.remember < daemon->policy.rules.rules[i].remember * INT64_C(1000))
			limits.remember = daemon->policy.rules.rules[i].remember * INT64_C(1000);
	snprintf(restore->interface, sizeof(restore->interface), "%s", interface);
	restore->anew = true;
	err = lru_open(&of_hosts, &restore->verdicts);
	if (!err) {
		restore_read(restore, daemon, folder);
		err = writer_open(folder, interface, &limits, &restore->writer);
	}
	if (err)
		restore_close(restore);
	else
		*out = restore;
	return err;
}

int restore_position(struct restore *restore, const char *log, struct log_position *done,
		     struct log_position *from)
{
	char name[IF_NAMESIZE + PATH_MAX];

	if (!restore->db)
		return -ENOENT;
	snprintf(name, sizeof(name), "%s %s", restore->interface, log);
	return db_log(restore->db, name, done, from);
}

static void restore_note_position(struct restore_log *log, const struct log_position *position,
				  uint32_t now)
{
	unsigned int at;

	if (log->count == RESTORE_POSITIONS) {
		log->first = (log->first + 1) % RESTORE_POSITIONS;
		log->count--;
	}
	at = (log->first + log->count++) % RESTORE_POSITIONS;
	log->positions[at] = *position;
	log->times[at] = now;
}

void restore_follow(struct restore *restore, const struct daemon *daemon, int number)
{
	struct restore_log *log = &restore->logs[number];
	struct log_position position;

	snprintf(restore->names[number], sizeof(restore->names[number]), "%s %s",
		 restore->interface, source_name(daemon->logs[number].source));
	log->positions = calloc(RESTORE_POSITIONS, sizeof(*log->positions));
	log->times = calloc(RESTORE_POSITIONS, sizeof(*log->times));
	if (!log->positions || !log->times) {
		free(log->positions);
		free(log->times);
		memset(log, 0, sizeof(*log));
		return;
	}
	/* All lines from here on are needed, however old they are. */
	source_position(daemon->logs[number].source, &position);
	restore_note_position(log, &position, clock_seconds());
}

/* The latest position that is old enough for all windows. */
static void restore_choose_from(struct restore_log *log, uint32_t reach, struct log_position *out)
{
	uint32_t now = clock_seconds();

	memset(out, 0, sizeof(*out));
	while (log->count > 1 && log->times[(log->first + 1) % RESTORE_POSITIONS] + reach <= now) {
		log->first = (log->first + 1) % RESTORE_POSITIONS;
		log->count--;
	}
	if (log->count)
		*out = log->positions[log->first];
}

static uint32_t restore_reach(const struct daemon *daemon)
{
	uint32_t reach = 0;

	for (size_t i = 0; i < daemon->policy.rules.count; i++)
		if (daemon->policy.rules.rules[i].window > reach)
			reach = daemon->policy.rules.rules[i].window;
	reach = reach < RESTORE_REACH ? reach : RESTORE_REACH;
	return reach + WINDOW_TOLERANCE / 1000;
}

static void restore_take_changed(void *context, const struct standing_row *row)
{
	struct restore *restore = context;
	struct standing_row *grown =
		array_grow(restore->standings, restore->standings_count, sizeof(*grown));

	if (!grown) {
		restore->learned = false; /* the next daemon learns it anew */
		return;
	}
	restore->standings = grown;
	grown[restore->standings_count++] = *row;
}

static void restore_take_none(void *context, const struct standing_row *row)
{
	(void)context;
	(void)row;
}

/* What changed of standing goes with the log positions into one transaction, so it stays exact. */
static void restore_post_standing(struct restore *restore, struct standing *standing)
{
	const uint64_t forgotten = standing_state(standing).forgotten;
	struct standing_clock clock;

	if (forgotten - restore->forgotten > RESTORE_FORGOTTEN_MAX)
		restore->anew = true;
	if (restore->anew) {
		restore->forgotten = forgotten;
		standing_changed(standing, restore_take_none, NULL);
		standing_each(standing, restore_take_changed, restore);
	} else {
		standing_changed(standing, restore_take_changed, restore);
	}
	standing_clock(standing, &clock);
	clock.learned = restore->learned;
	writer_standing(restore->writer, restore->standings, restore->standings_count, &clock,
			restore->anew);
	restore->anew = false;
	free(restore->standings);
	restore->standings = NULL;
	restore->standings_count = 0;
}

bool restore_is_learned(const struct restore *restore)
{
	return restore->learned;
}

void restore_set_learned(struct restore *restore)
{
	restore->learned = true;
}

void restore_post(struct daemon *daemon)
{
	struct restore *restore = daemon->restore;
	struct db_totals totals = restore->totals;
	struct db_log logs[DAEMON_LOGS_MAX];
	uint32_t now = clock_seconds();

	if (writer_is_busy(restore->writer) && !daemon->ending) {
		/* Again in a second, though no line comes. */
		daemon->changed = true;
		return;
	}
	restore_post_standing(restore, judge_standing(daemon->judge));
	for (int i = 0; i < daemon->logs_count; i++) {
		struct restore_log *log = &restore->logs[i];
		unsigned int last = (log->first + log->count - 1) % RESTORE_POSITIONS;

		logs[i].name = restore->names[i];
		source_position(daemon->logs[i].source, &logs[i].done);
		restore_choose_from(log, restore_reach(daemon), &logs[i].from);
		if (log->count && now >= log->times[last] + RESTORE_EACH)
			restore_note_position(log, &logs[i].done, now);
	}
	totals.lines += daemon->stats.lines;
	totals.offences += daemon->stats.offences;
	totals.blocks += daemon->stats.blocked;
	totals.braked = judge_state(daemon->judge).braked;
	writer_post(restore->writer, logs, daemon->logs_count, &totals, clock_wall_ms());
}

bool restore_is_open(struct restore *restore, const char *log, const struct event *event,
		     const struct source_line *line)
{
	const struct addr host = addr_host(&event->peer);
	const struct restore_verdict *verdict = lru_find(restore->verdicts, &host);

	if (!verdict)
		return true;
	if (verdict->log == restore_name(log))
		return line->serial > verdict->serial;
	return event->time > verdict->event;
}

/* Lines of evidence in one string. */
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

/* The latest lines of a host, oldest first. A NUL becomes a space. */
static void restore_gather_lines(const struct daemon *daemon, const struct addr *host,
				 struct restore_lines *lines)
{
	char *to = lines->text;

	lines->count = 0;
	evidence_each(daemon->evidence, host, RESTORE_LINES, restore_take_line, lines);
	for (unsigned int i = lines->count; i-- > 0;) {
		for (size_t j = 0; j < lines->lengths[i]; j++)
			*to++ = lines->lines[i][j] ? lines->lines[i][j] : ' ';
		*to++ = '\n';
	}
	*to = '\0';
}

void restore_block(struct daemon *daemon, const struct verdict *verdict,
		   const struct addr_prefix *target, const struct blocks_request *request,
		   const struct daemon_log *log, const struct source_line *line)
{
	static struct restore_lines lines;
	struct db_block block = {
		.target = *target,
		.since = clock_wall_ms(),
		.quiet = request->extend ? request->seconds : 0,
		.dry_run = request->dry_run,
		.repeats = verdict->repeats,
		.log = source_name(log->source),
		.serial = line->serial,
		.event = verdict->time,
		.lines = lines.text,
	};

	block.until = clock_wall_of(request->until) * INT64_C(1000);
	memcpy(block.reason, verdict->reason, sizeof(block.reason));
	memcpy(block.ports, request->ports, sizeof(block.ports));
	/* While the brake is engaged there may be very many dry-run verdicts. */
	if (verdict->braked)
		*lines.text = '\0';
	else
		restore_gather_lines(daemon, &verdict->host, &lines);
	writer_block(daemon->restore->writer, &block);
}

void restore_unblock(struct restore *restore, const struct addr_prefix *target)
{
	writer_unblock(restore->writer, target);
}

struct restore_restoring {
	struct daemon *daemon;
	int64_t now;
	uint64_t restored, failed;
};

/*
 * A block lasts no longer than its original duration: the system clock may have been set since, or
 * not be set yet.
 */
static int restore_put_back(void *context, const struct db_block *block)
{
	struct restore_restoring *restoring = context;
	int64_t whole = block->until - block->since, left = block->until - restoring->now;
	struct blocks_request request = { .extend = block->quiet, .reason = block->reason };
	size_t done;

	memcpy(request.ports, block->ports, sizeof(request.ports));
	left = left < whole ? left : whole;
	left = left < DB_ROW_LONGEST ? left : DB_ROW_LONGEST;
	request.seconds = (left + 999) / 1000;
	request.until = left == block->until - restoring->now
				? clock_second_of((block->until + 999) / 1000)
				: clock_seconds_after(request.seconds);
	request.age = whole > left ? (whole - left) / 1000 : 0;
	if (blocks_add(restoring->daemon->blocks, &block->target, 1, &request, NULL, &done))
		restoring->failed++;
	else
		restoring->restored++;
	return 0;
}

void restore_restore(struct daemon *daemon)
{
	struct restore_restoring restoring = { .daemon = daemon, .now = clock_wall_ms() };
	int err;

	if (!daemon->restore->db)
		return;
	err = db_running(daemon->restore->db, restoring.now, restore_put_back, &restoring);
	if (err)
		log_error("cannot read the blocks to restore: %s", strerror(-err));
	if (restoring.restored && daemon->filter.dry_run)
		log_notice(
			"restored %llu blocks as dry run: they are listed, and nothing is dropped",
			(unsigned long long)restoring.restored);
	else if (restoring.restored)
		log_notice("restored %llu blocks that have not expired",
			   (unsigned long long)restoring.restored);
	if (restoring.failed)
		log_error("cannot restore %llu blocks that have not expired",
			  (unsigned long long)restoring.failed);
}

/* Converts wall-clock ms to the monotonic second used in the maps; 0: in the past, or none. */
static uint64_t restore_second(int64_t time)
{
	int64_t left = time - clock_wall_ms();

	return left > 0 ? clock_seconds() + left / 1000 + 1 : 0;
}

bool restore_check(struct daemon *daemon)
{
	struct restore *restore = daemon->restore;
	struct writer_state state = writer_state(restore->writer);
	const bool changed = state.error != (int)daemon->stats.state_error;
	/* If the state cannot be written, not all rows were checked by the writer. */
	const uint64_t seen = restore->db ? db_bad(restore->db) : 0;
	const uint64_t bad = state.error ? seen : state.bad;

	daemon->stats.state_error = state.error;
	if (state.lost != daemon->stats.state_lost) {
		daemon->stats.state_lost = state.lost;
		daemon->stats.state_lost_until = restore_second(state.lost_until);
	}
	if (state.error != restore->error && state.error)
		log_error(
			"cannot write the state: %s; blocking continues; the history is only in memory, and a restart loses it",
			db_strerror(state.error));
	else if (state.error != restore->error)
		log_notice("the state can be written again");
	if (bad != daemon->stats.state_bad) {
		log_warning(
			"the state in \"%s\" has %llu invalid rows, which are skipped; check whether another program writes to %s",
			daemon->stats.state, (unsigned long long)bad, DB_FILE);
		daemon->stats.state_bad = bad;
	}
	if (state.damaged != restore->damaged)
		log_error("the state was damaged and was renamed; a new one was created");
	if (state.gone != restore->gone)
		log_warning(
			"another program removed the state; a new one was created, without the previous history");
	restore->gone = state.gone;
	/* At powers of two, so that the log does not fill a full disk. */
	if (state.lost && (!restore->lost || state.lost >= 2 * restore->lost)) {
		log_error(
			"the state is full: %llu blocks so far were not saved, and a restart does not restore them; raise \"size\" in [state], or free disk space",
			(unsigned long long)state.lost);
		restore->lost = state.lost;
	}
	if (state.strangers && !restore->strangers)
		log_warning(
			"the state is full: hosts without a good day lose their standing at a restart; raise \"size\" in [state]");
	restore->strangers |= state.strangers > 0;
	restore->error = state.error;
	restore->damaged = state.damaged;
	return changed;
}

void restore_run(struct daemon *daemon, const char *interface, enum db_run_end end)
{
	struct db_run run = { .at = clock_wall_ms(), .end = end };

	if (!daemon->restore)
		return;
	snprintf(run.interface, sizeof(run.interface), "%s", interface);
	snprintf(run.pins, sizeof(run.pins), "%s", daemon->filter.pins);
	writer_run(daemon->restore->writer, &run);
}

void restore_close(struct restore *restore)
{
	if (!restore)
		return;
	writer_close(restore->writer);
	db_close(restore->db);
	lru_close(restore->verdicts);
	free(restore->standings);
	for (int i = 0; i < DAEMON_LOGS_MAX; i++) {
		free(restore->logs[i].positions);
		free(restore->logs[i].times);
	}
	free(restore);
}
