// SPDX-License-Identifier: GPL-2.0-only
/* Writes the state in a thread of its own: however slow or full the disk is, nobody waits for it.
 */
#include "state/writer.h"

#include "state/db_clock.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Blocks that wait for a disk; with their evidence, some 100 MB at worst. */
#define WRITER_WAITING_MAX 20000
#define WRITER_LOGS_MAX	   16
#define WRITER_WHO_SIZE	   64
#define WRITER_RETRY	   5 /* seconds */
#define WRITER_PRUNE	   60

/* What one writer_post() leads to, or several that could not be written yet. */
struct writer_batch {
	struct db_block *blocks;
	size_t blocks_count, blocks_room;
	struct addr_prefix *lifts;
	size_t lifts_count, lifts_room;
	struct db_log logs[WRITER_LOGS_MAX];
	size_t logs_count;
	struct db_totals totals;
	int64_t now;
};

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
	/* The thread's own: */
	struct db *store;
	bool checked; /* the rows of it, once */
	time_t pruned;
};

static void writer_free_block(struct db_block *block)
{
	free((char *)block->log);
	free((char *)block->lines);
}

static void writer_clear(struct writer_batch *batch)
{
	for (size_t i = 0; i < batch->blocks_count; i++)
		writer_free_block(&batch->blocks[i]);
	free(batch->blocks);
	free(batch->lifts);
	memset(batch, 0, sizeof(*batch));
}

/* Room for one more. False: there is none. */
static bool writer_make_room(void **items, size_t count, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : 64;
	void *grown;

	if (count >= WRITER_WAITING_MAX)
		return false;
	if (count < *room)
		return true;
	grown = reallocarray(*items, more, size);
	if (!grown)
		return false;
	*items = grown;
	*room = more;
	return true;
}

/* Under the lock: that `block` is not entered, and would not be restored. */
static void writer_note_lost(struct writer *scribe, const struct db_block *block)
{
	scribe->state.lost++;
	if (!block->dry_run && block->until > scribe->state.lost_until)
		scribe->state.lost_until = block->until;
}

/* Takes over the strings of `block`. */
static void writer_add_block(struct writer *scribe, struct writer_batch *batch,
			     const struct db_block *block)
{
	if (writer_make_room((void **)&batch->blocks, batch->blocks_count, &batch->blocks_room,
			     sizeof(*block))) {
		batch->blocks[batch->blocks_count++] = *block;
		return;
	}
	writer_note_lost(scribe, block);
	writer_free_block(&(struct db_block){ .log = block->log, .lines = block->lines });
}

void writer_block(struct writer *scribe, const struct db_block *block)
{
	struct db_block copy = *block;

	copy.log = block->log ? strdup(block->log) : NULL;
	copy.lines = block->lines ? strdup(block->lines) : NULL;
	pthread_mutex_lock(&scribe->lock);
	writer_add_block(scribe, &scribe->gathered, &copy);
	pthread_mutex_unlock(&scribe->lock);
}

static void writer_add_lift(struct writer_batch *batch, const struct addr_prefix *whom)
{
	if (writer_make_room((void **)&batch->lifts, batch->lifts_count, &batch->lifts_room,
			     sizeof(*whom)))
		batch->lifts[batch->lifts_count++] = *whom;
}

void writer_lift(struct writer *scribe, const struct addr_prefix *whom)
{
	pthread_mutex_lock(&scribe->lock);
	writer_add_lift(&scribe->gathered, whom);
	pthread_mutex_unlock(&scribe->lock);
}

/* Adds `from` to `to`, which is older; `from` is empty after that. */
static void writer_merge(struct writer *scribe, struct writer_batch *to, struct writer_batch *from)
{
	for (size_t i = 0; i < from->blocks_count; i++)
		writer_add_block(scribe, to, &from->blocks[i]);
	from->blocks_count = 0;
	for (size_t i = 0; i < from->lifts_count; i++)
		writer_add_lift(to, &from->lifts[i]);
	memcpy(to->logs, from->logs, sizeof(to->logs));
	to->logs_count = from->logs_count;
	to->totals = from->totals;
	to->now = from->now;
	writer_clear(from);
}

void writer_post(struct writer *scribe, const struct db_log *logs, size_t count,
		 const struct db_totals *totals, int64_t now)
{
	struct writer_batch *gathered = &scribe->gathered;

	pthread_mutex_lock(&scribe->lock);
	gathered->logs_count = count < WRITER_LOGS_MAX ? count : WRITER_LOGS_MAX;
	memcpy(gathered->logs, logs, gathered->logs_count * sizeof(*logs));
	gathered->totals = *totals;
	gathered->now = now;
	writer_merge(scribe, &scribe->waiting, gathered);
	scribe->has_post = true;
	pthread_cond_signal(&scribe->posted);
	pthread_mutex_unlock(&scribe->lock);
}

/* A file that is damaged is put aside, and a new one begun. */
static int writer_mend(struct writer *scribe)
{
	char aside[PATH_MAX];
	int err;

	db_close(scribe->store);
	scribe->store = NULL;
	err = db_put_aside(scribe->folder, aside, sizeof(aside));
	if (err)
		return err;
	pthread_mutex_lock(&scribe->lock);
	scribe->state.damaged++;
	pthread_mutex_unlock(&scribe->lock);
	return db_open(scribe->folder, &scribe->limits, &scribe->store);
}

/* Here, where nobody waits for it. */
static void writer_check(struct writer *scribe)
{
	uint64_t bad;

	if (scribe->checked || !scribe->store || db_count_bad(scribe->store, &bad))
		return;
	scribe->checked = true;
	pthread_mutex_lock(&scribe->lock);
	scribe->state.bad = bad;
	pthread_mutex_unlock(&scribe->lock);
}

static int writer_write(struct writer *scribe, const struct writer_batch *batch)
{
	const struct db_batch rows = {
		.blocks = batch->blocks,
		.blocks_count = batch->blocks_count,
		.lifts = batch->lifts,
		.lifts_count = batch->lifts_count,
		.logs = batch->logs,
		.logs_count = batch->logs_count,
		.who = scribe->who,
		.totals = &batch->totals,
		.now = batch->now,
	};
	size_t left_out = 0;
	int err = 0;

	if (scribe->store && !db_is_there(scribe->store)) {
		db_close(scribe->store);
		scribe->store = NULL;
		pthread_mutex_lock(&scribe->lock);
		scribe->state.gone++;
		pthread_mutex_unlock(&scribe->lock);
	}
	if (!scribe->store)
		err = db_open(scribe->folder, &scribe->limits, &scribe->store);
	if (err == -EBADMSG)
		err = writer_mend(scribe);
	if (!err)
		err = db_write(scribe->store, &rows, &left_out);
	if (err == -EBADMSG) {
		err = writer_mend(scribe);
		if (!err)
			err = db_write(scribe->store, &rows, &left_out);
	}
	if (left_out) {
		pthread_mutex_lock(&scribe->lock);
		for (size_t i = 0; i < batch->blocks_count; i++)
			writer_note_lost(scribe, &batch->blocks[i]);
		pthread_mutex_unlock(&scribe->lock);
	}
	/* What the file stood for may be gone: it is looked for again. */
	if (err && scribe->store) {
		db_close(scribe->store);
		scribe->store = NULL;
	}
	return err;
}

static void writer_prune(struct writer *scribe, int64_t now)
{
	time_t second = time(NULL);
	struct db_clock clock;

	if (!scribe->store || llabs(second - scribe->pruned) < WRITER_PRUNE)
		return;
	db_clock_now(now, &clock);
	if (!db_prune(scribe->store, &clock))
		scribe->pruned = second;
}

/* Waits for a post, and takes it out. False: there is none, and it is over. */
static bool writer_take(struct writer *scribe, struct writer_batch *out, bool failed)
{
	struct timespec until;
	bool goes_on;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += WRITER_RETRY;
	pthread_mutex_lock(&scribe->lock);
	while (!scribe->over && (failed || !scribe->has_post) &&
	       pthread_cond_timedwait(&scribe->posted, &scribe->lock, &until) != ETIMEDOUT)
		;
	/* As one, or a last post that comes in between is left unwritten. */
	goes_on = scribe->has_post || !scribe->over;
	*out = scribe->waiting;
	memset(&scribe->waiting, 0, sizeof(scribe->waiting));
	scribe->has_post = false;
	pthread_mutex_unlock(&scribe->lock);
	return goes_on;
}

/* What could not be written waits, with what has come since behind it. */
static void writer_put_back(struct writer *scribe, struct writer_batch *batch)
{
	struct writer_batch since;

	pthread_mutex_lock(&scribe->lock);
	since = scribe->waiting;
	scribe->waiting = *batch;
	if (scribe->has_post)
		writer_merge(scribe, &scribe->waiting, &since);
	scribe->has_post = true;
	pthread_mutex_unlock(&scribe->lock);
	memset(batch, 0, sizeof(*batch));
}

static void *writer_run(void *context)
{
	struct writer *scribe = context;
	struct writer_batch batch;
	int err = 0;

	while (writer_take(scribe, &batch, err)) {
		bool over;

		if (!batch.logs_count && !batch.blocks_count && !batch.lifts_count)
			continue;
		err = writer_write(scribe, &batch);
		pthread_mutex_lock(&scribe->lock);
		scribe->state.error = -err;
		over = scribe->over;
		pthread_mutex_unlock(&scribe->lock);
		if (!err) {
			writer_check(scribe);
			writer_prune(scribe, batch.now);
		} else if (!over) {
			writer_put_back(scribe, &batch);
		}
		writer_clear(&batch);
	}
	db_close(scribe->store);
	return NULL;
}

int writer_open(const char *folder, const char *who, const struct db_limits *limits,
		struct writer **out)
{
	struct writer *scribe = calloc(1, sizeof(*scribe));
	pthread_condattr_t monotonic;
	sigset_t all, before;
	int err;

	if (!scribe)
		return -ENOMEM;
	snprintf(scribe->folder, sizeof(scribe->folder), "%s", folder);
	snprintf(scribe->who, sizeof(scribe->who), "%s", who);
	scribe->limits = *limits;
	pthread_mutex_init(&scribe->lock, NULL);
	/* Setting the wall clock makes nobody wait. */
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&scribe->posted, &monotonic);
	pthread_condattr_destroy(&monotonic);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&scribe->thread, NULL, writer_run, scribe);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err) {
		free(scribe);
		return -ENOMEM;
	}
	*out = scribe;
	return 0;
}

struct writer_state writer_state(struct writer *scribe)
{
	struct writer_state state;

	pthread_mutex_lock(&scribe->lock);
	state = scribe->state;
	pthread_mutex_unlock(&scribe->lock);
	return state;
}

void writer_close(struct writer *scribe)
{
	if (!scribe)
		return;
	pthread_mutex_lock(&scribe->lock);
	scribe->over = true;
	pthread_cond_signal(&scribe->posted);
	pthread_mutex_unlock(&scribe->lock);
	pthread_join(scribe->thread, NULL);
	writer_clear(&scribe->gathered);
	writer_clear(&scribe->waiting);
	pthread_mutex_destroy(&scribe->lock);
	pthread_cond_destroy(&scribe->posted);
	free(scribe);
}
