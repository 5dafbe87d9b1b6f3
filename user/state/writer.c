// SPDX-License-Identifier: GPL-2.0-only
/* Writes the state in a separate thread, so that the daemon never waits for a slow or full disk. */
#include "state/writer.h"

#include "common/clock.h"
#include "state/db_clock.h"
#include "state/writer_batch.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WRITER_WHO_SIZE 64
#define WRITER_RETRY	5 /* seconds */
#define WRITER_PRUNE	60

struct writer {
	char folder[PATH_MAX];
	char who[WRITER_WHO_SIZE];
	struct db_limits limits;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t posted;
	/* Under the lock: */
	struct writer_batch gathered; /* to be posted */
	struct writer_batch waiting;  /* posted */
	bool has_post;
	bool over;
	struct writer_state state;
	/* Used by the thread only: */
	struct db *db;
	bool checked; /* its rows were validated, which is done once */
	time_t pruned;
};

/* With the lock held: `block` is not written, and cannot be restored. */
static void writer_note_lost(struct writer *writer, const struct db_block *block)
{
	writer->state.lost++;
	if (!block->dry_run && block->until > writer->state.lost_until)
		writer->state.lost_until = block->until;
}

void writer_block(struct writer *writer, const struct db_block *block)
{
	struct db_block copy = *block;

	copy.log = block->log ? strdup(block->log) : NULL;
	copy.lines = block->lines ? strdup(block->lines) : NULL;
	pthread_mutex_lock(&writer->lock);
	if (!writer_batch_add_block(&writer->gathered, &copy))
		writer_note_lost(writer, &copy);
	pthread_mutex_unlock(&writer->lock);
}

void writer_unblock(struct writer *writer, const struct addr_prefix *target)
{
	pthread_mutex_lock(&writer->lock);
	writer_batch_add_unblock(&writer->gathered, target);
	pthread_mutex_unlock(&writer->lock);
}

void writer_standing(struct writer *writer, const struct standing_row *rows, size_t count,
		     const struct standing_clock *clock, bool anew)
{
	pthread_mutex_lock(&writer->lock);
	writer_batch_add_standing(&writer->gathered, rows, count, clock, anew);
	pthread_mutex_unlock(&writer->lock);
}

void writer_run(struct writer *writer, const struct db_run *run)
{
	pthread_mutex_lock(&writer->lock);
	writer_batch_add_run(&writer->waiting, run);
	if (!writer->waiting.now)
		writer->waiting.now = run->at;
	writer->has_post = true;
	pthread_cond_signal(&writer->posted);
	pthread_mutex_unlock(&writer->lock);
}

bool writer_is_busy(struct writer *writer)
{
	bool busy;

	pthread_mutex_lock(&writer->lock);
	/* How a run ended holds nothing up. */
	busy = writer->has_post && writer->waiting.has_totals;
	pthread_mutex_unlock(&writer->lock);
	return busy;
}

/* Appends `from` to `to`, which is older, and empties `from`. With the lock held. */
static void writer_merge(struct writer *writer, struct writer_batch *to, struct writer_batch *from)
{
	for (size_t i = 0; i < from->blocks_count; i++)
		if (!writer_batch_add_block(to, &from->blocks[i]))
			writer_note_lost(writer, &from->blocks[i]);
	from->blocks_count = 0;
	writer_batch_merge(to, from);
}

void writer_post(struct writer *writer, const struct db_log *logs, size_t count,
		 const struct db_totals *totals, int64_t now)
{
	struct writer_batch *gathered = &writer->gathered;

	pthread_mutex_lock(&writer->lock);
	gathered->logs_count = count < WRITER_BATCH_LOGS_MAX ? count : WRITER_BATCH_LOGS_MAX;
	memcpy(gathered->logs, logs, gathered->logs_count * sizeof(*logs));
	gathered->totals = *totals;
	gathered->has_totals = true;
	gathered->now = now;
	writer_merge(writer, &writer->waiting, gathered);
	writer->has_post = true;
	pthread_cond_signal(&writer->posted);
	pthread_mutex_unlock(&writer->lock);
}

/* Renames a damaged file, and creates a new one. */
static int writer_replace_damaged(struct writer *writer)
{
	char aside[PATH_MAX];
	int err;

	db_close(writer->db);
	writer->db = NULL;
	err = db_put_aside(writer->folder, aside, sizeof(aside));
	if (err)
		return err;
	pthread_mutex_lock(&writer->lock);
	writer->state.damaged++;
	pthread_mutex_unlock(&writer->lock);
	return db_open(writer->folder, &writer->limits, &writer->db);
}

/* In this thread, so that nothing has to wait for it. */
static void writer_check(struct writer *writer)
{
	uint64_t bad;

	if (writer->checked || !writer->db || db_count_bad(writer->db, &bad))
		return;
	writer->checked = true;
	pthread_mutex_lock(&writer->lock);
	writer->state.bad = bad;
	pthread_mutex_unlock(&writer->lock);
}

static int writer_write(struct writer *writer, const struct writer_batch *batch)
{
	const struct db_batch rows = writer_batch_rows(batch, writer->who);
	size_t left_out = 0;
	int err = 0;

	if (writer->db && !db_is_there(writer->db)) {
		db_close(writer->db);
		writer->db = NULL;
		pthread_mutex_lock(&writer->lock);
		writer->state.gone++;
		pthread_mutex_unlock(&writer->lock);
	}
	if (!writer->db)
		err = db_open(writer->folder, &writer->limits, &writer->db);
	if (err == -EBADMSG)
		err = writer_replace_damaged(writer);
	if (!err)
		err = db_write(writer->db, &rows, &left_out);
	if (err == -EBADMSG) {
		err = writer_replace_damaged(writer);
		if (!err)
			err = db_write(writer->db, &rows, &left_out);
	}
	if (!err) {
		pthread_mutex_lock(&writer->lock);
		writer->state.strangers = db_standings_left(writer->db);
		pthread_mutex_unlock(&writer->lock);
	}
	if (left_out) {
		pthread_mutex_lock(&writer->lock);
		for (size_t i = 0; i < batch->blocks_count; i++)
			writer_note_lost(writer, &batch->blocks[i]);
		pthread_mutex_unlock(&writer->lock);
	}
	/* The disk may no longer be there: open the file again next time. */
	if (err && writer->db) {
		db_close(writer->db);
		writer->db = NULL;
	}
	return err;
}

static void writer_prune(struct writer *writer, int64_t now)
{
	time_t second = time(NULL);
	struct db_clock clock;

	if (!writer->db || llabs(second - writer->pruned) < WRITER_PRUNE)
		return;
	db_clock_now(now, &clock);
	if (!db_prune(writer->db, &clock))
		writer->pruned = second;
}

/* Waits for a post, and takes it. False: there is none, and the writer is being closed. */
static bool writer_take(struct writer *writer, struct writer_batch *out, bool failed)
{
	struct timespec until;
	bool goes_on;

	until = clock_deadline(WRITER_RETRY * 1000);
	pthread_mutex_lock(&writer->lock);
	while (!writer->over && (failed || !writer->has_post) &&
	       pthread_cond_timedwait(&writer->posted, &writer->lock, &until) != ETIMEDOUT)
		;
	/* Under one lock, or a last post in between would not be written. */
	goes_on = writer->has_post || !writer->over;
	*out = writer->waiting;
	memset(&writer->waiting, 0, sizeof(writer->waiting));
	writer->has_post = false;
	pthread_mutex_unlock(&writer->lock);
	return goes_on;
}

/* A batch that could not be written waits, followed by what was posted since. */
static void writer_put_back(struct writer *writer, struct writer_batch *batch)
{
	struct writer_batch since;

	pthread_mutex_lock(&writer->lock);
	since = writer->waiting;
	writer->waiting = *batch;
	if (writer->has_post)
		writer_merge(writer, &writer->waiting, &since);
	writer->has_post = true;
	pthread_mutex_unlock(&writer->lock);
	memset(batch, 0, sizeof(*batch));
}

static void *writer_work(void *context)
{
	struct writer *writer = context;
	struct writer_batch batch;
	int err = 0;

	while (writer_take(writer, &batch, err)) {
		bool over;

		if (!batch.logs_count && !batch.blocks_count && !batch.unblocks_count &&
		    !batch.runs_count)
			continue;
		err = writer_write(writer, &batch);
		pthread_mutex_lock(&writer->lock);
		writer->state.error = -err;
		over = writer->over;
		pthread_mutex_unlock(&writer->lock);
		if (!err) {
			writer_check(writer);
			writer_prune(writer, batch.now);
		} else if (!over) {
			writer_put_back(writer, &batch);
		}
		writer_batch_clear(&batch);
	}
	db_close(writer->db);
	return NULL;
}

int writer_open(const char *folder, const char *who, const struct db_limits *limits,
		struct writer **out)
{
	struct writer *writer = calloc(1, sizeof(*writer));
	pthread_condattr_t monotonic;
	sigset_t all, before;
	int err;

	if (!writer)
		return -ENOMEM;
	snprintf(writer->folder, sizeof(writer->folder), "%s", folder);
	snprintf(writer->who, sizeof(writer->who), "%s", who);
	writer->limits = *limits;
	pthread_mutex_init(&writer->lock, NULL);
	/* A step of the wall clock must not prolong the wait. */
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&writer->posted, &monotonic);
	pthread_condattr_destroy(&monotonic);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&writer->thread, NULL, writer_work, writer);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err) {
		free(writer);
		return -ENOMEM;
	}
	*out = writer;
	return 0;
}

struct writer_state writer_state(struct writer *writer)
{
	struct writer_state state;

	pthread_mutex_lock(&writer->lock);
	state = writer->state;
	pthread_mutex_unlock(&writer->lock);
	return state;
}

void writer_close(struct writer *writer)
{
	if (!writer)
		return;
	pthread_mutex_lock(&writer->lock);
	writer->over = true;
	pthread_cond_signal(&writer->posted);
	pthread_mutex_unlock(&writer->lock);
	pthread_join(writer->thread, NULL);
	writer_batch_clear(&writer->gathered);
	writer_batch_clear(&writer->waiting);
	pthread_mutex_destroy(&writer->lock);
	pthread_cond_destroy(&writer->posted);
	free(writer);
}
