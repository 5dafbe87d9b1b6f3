// SPDX-License-Identifier: GPL-2.0-only
/* Turns a whole log into events with a worker thread per processor, in the order of its lines. */
#include "read/file/parallel.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PARALLEL_WORKERS_MAX 8
#define PARALLEL_SOON	     8 /* events */
#define PARALLEL_AHEAD	     2 /* chunks read ahead, so that no worker waits for the disk */

/* The length of the shortest event line, with its LF: timestamp_skip() accepts nothing shorter. */
#define PARALLEL_LINE_MIN 32

enum parallel_state {
	PARALLEL_FREE,
	PARALLEL_TAKEN,
	PARALLEL_DONE
};

struct parallel_found {
	uint64_t line; /* in its chunk, from 0 */
	struct exim_log_found found;
};

/* A chunk in progress. The thread that set its current state owns the other members. */
struct parallel_slot {
	enum parallel_state state;
	uint64_t lines;
	size_t found_count;
	struct chunk chunk;
	struct parallel_found found[CHUNKS_SIZE / PARALLEL_LINE_MIN];
};

struct parallel {
	pthread_mutex_t lock;
	pthread_cond_t idle, done;
	struct chunks *chunks; /* belongs to the worker that set `reading` */
	bool reading;
	bool finished; /* no more chunks will come */
	int err;       /* of the last chunk, as of chunks_next() */
	int workers;
	pthread_t threads[PARALLEL_WORKERS_MAX];
	struct exim_log exims[PARALLEL_WORKERS_MAX];
	struct classifier *classes[PARALLEL_WORKERS_MAX];
	struct parallel_slot *slots; /* a ring, in use from `first` up to, not including, `last` */
	int slots_count, first, last, in_use;

	struct reader *reader;
	uint64_t line; /* number of lines delivered */
	parallel_event *event;
	parallel_soon *soon;
	parallel_pause *pause;
	void *context;
};

/* Reads each line of a chunk by itself. */
static void parallel_read_chunk(struct exim_log *exim, struct parallel_slot *slot)
{
	const char *at = slot->chunk.text, *end = at + slot->chunk.size, *lf;

	slot->lines = 0;
	slot->found_count = 0;
	for (; at < end; at = lf + 1, slot->lines++) {
		lf = memchr(at, '\n', end - at);
		if (!exim_log_read(exim, at, lf - at, &slot->found[slot->found_count].found))
			slot->found[slot->found_count++].line = slot->lines;
	}
}

/*
 * Waits for a free slot and reads the next chunk into it, while no other worker does; NULL: there
 * is none left. The worker that reads a chunk has it in the cache of its CPU.
 */
static struct parallel_slot *parallel_take(struct parallel *parallel)
{
	struct parallel_slot *slot;
	int err;

	while (!parallel->finished &&
	       (parallel->reading || parallel->in_use == parallel->slots_count))
		pthread_cond_wait(&parallel->idle, &parallel->lock);
	if (parallel->finished)
		return NULL;
	slot = &parallel->slots[parallel->last];
	parallel->reading = true;
	pthread_mutex_unlock(&parallel->lock);
	err = chunks_next(parallel->chunks, &slot->chunk);
	pthread_mutex_lock(&parallel->lock);
	parallel->reading = false;
	if (err <= 0) {
		parallel->err = err;
		parallel->finished = true;
		pthread_cond_broadcast(&parallel->idle);
		pthread_cond_signal(&parallel->done);
		return NULL;
	}
	slot->state = PARALLEL_TAKEN;
	parallel->last = (parallel->last + 1) % parallel->slots_count;
	parallel->in_use++;
	pthread_cond_signal(&parallel->idle);
	return slot;
}

struct parallel_worker {
	struct parallel *parallel;
	struct exim_log *exim;
};

static void *parallel_run_worker(void *context)
{
	struct parallel_worker worker = *(struct parallel_worker *)context;
	struct parallel *parallel = worker.parallel;
	struct parallel_slot *slot;

	free(context);
	pthread_mutex_lock(&parallel->lock);
	while ((slot = parallel_take(parallel))) {
		pthread_mutex_unlock(&parallel->lock);
		parallel_read_chunk(worker.exim, slot);
		pthread_mutex_lock(&parallel->lock);
		slot->state = PARALLEL_DONE;
		pthread_cond_signal(&parallel->done);
	}
	pthread_mutex_unlock(&parallel->lock);
	return NULL;
}

/*
 * Waits for the oldest chunk and delivers its events, settled against the lines before them. False:
 * there is none left.
 */
static bool parallel_deliver(struct parallel *parallel)
{
	struct parallel_slot *slot = &parallel->slots[parallel->first];
	bool any;

	pthread_mutex_lock(&parallel->lock);
	while (slot->state != PARALLEL_DONE && (parallel->in_use || !parallel->finished))
		pthread_cond_wait(&parallel->done, &parallel->lock);
	any = parallel->in_use;
	pthread_mutex_unlock(&parallel->lock);
	if (!any)
		return false;
	parallel->line += slot->chunk.skipped;
	for (size_t i = 0; i < slot->found_count; i++) {
		if (parallel->soon && i + PARALLEL_SOON < slot->found_count)
			parallel->soon(parallel->context, &slot->found[i + PARALLEL_SOON].found);
		if (exim_log_settle(&parallel->reader->exim, &slot->found[i].found))
			parallel->event(parallel->context, parallel->line + slot->found[i].line + 1,
					&slot->found[i].found);
	}
	parallel->line += slot->lines;
	pthread_mutex_lock(&parallel->lock);
	slot->state = PARALLEL_FREE;
	parallel->first = (parallel->first + 1) % parallel->slots_count;
	parallel->in_use--;
	pthread_cond_signal(&parallel->idle);
	pthread_mutex_unlock(&parallel->lock);
	return true;
}

/* In this thread, and for lines of any form. */
static void parallel_read_alone(struct parallel *parallel, const struct chunk *chunk)
{
	const char *at = chunk->text, *end = at + chunk->size, *lf;
	struct exim_log_found found;

	parallel->line += chunk->skipped;
	for (; at < end; at = lf + 1) {
		lf = memchr(at, '\n', end - at);
		parallel->line++;
		if (!reader_line(parallel->reader, at, lf - at, &found))
			parallel->event(parallel->context, parallel->line, &found);
	}
	parallel->pause(parallel->context);
}

/* Reads a last line without its LF. True: it is ambiguous without its end, and not counted. */
static bool parallel_read_last(struct parallel *parallel, const struct chunk *chunk)
{
	struct exim_log *exim = &parallel->reader->exim;
	const struct skips before = exim->skips;
	struct exim_log_found found;
	bool cut;

	parallel->line += chunk->skipped;
	if (!chunk->size)
		return false;
	parallel->line++;
	exim->is_unterminated = true;
	if (!reader_line(parallel->reader, chunk->text, chunk->size, &found))
		parallel->event(parallel->context, parallel->line, &found);
	exim->is_unterminated = false;
	cut = exim->skips.of[SKIP_DOUBTFUL] != before.of[SKIP_DOUBTFUL];
	exim->skips.of[SKIP_DOUBTFUL] = before.of[SKIP_DOUBTFUL];
	return cut;
}

/* Starts a worker; false: it could not be started, which is no error. */
static bool parallel_start_worker(struct parallel *parallel)
{
	struct parallel_worker *worker = malloc(sizeof(*worker));
	int i = parallel->workers;

	if (!worker)
		return false;
	if (classifier_share(parallel->reader->exim.classes, &parallel->classes[i])) {
		free(worker);
		return false;
	}
	exim_log_init(&parallel->exims[i], parallel->classes[i]);
	parallel->exims[i].helo_is_checked = parallel->reader->exim.helo_is_checked;
	parallel->exims[i].wants_arrivals = parallel->reader->exim.wants_arrivals;
	worker->parallel = parallel;
	worker->exim = &parallel->exims[i];
	if (pthread_create(&parallel->threads[i], NULL, parallel_run_worker, worker)) {
		free(worker);
		classifier_close(parallel->classes[i]);
		return false;
	}
	parallel->workers++;
	return true;
}

static void parallel_join(struct parallel *parallel)
{
	pthread_mutex_lock(&parallel->lock);
	parallel->finished = true;
	pthread_cond_broadcast(&parallel->idle);
	pthread_mutex_unlock(&parallel->lock);
	for (int i = 0; i < parallel->workers; i++) {
		pthread_join(parallel->threads[i], NULL);
		skip_add(&parallel->reader->exim.skips, &parallel->exims[i].skips);
		classifier_close(parallel->classes[i]);
	}
}

/* The number of workers for `fd`; 0: it is a pipe or a small file. */
static int parallel_size(int fd)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	struct stat stat;

	if (fstat(fd, &stat) || !S_ISREG(stat.st_mode) || stat.st_size < 4 * CHUNKS_SIZE)
		return 0;
	return processors < 2			   ? 0
	       : processors > PARALLEL_WORKERS_MAX ? PARALLEL_WORKERS_MAX
						   : processors;
}

int parallel_read(int fd, struct reader *reader, parallel_event *event, parallel_soon *soon,
		  parallel_pause *pause, void *context, struct chunks_end *end)
{
	struct parallel parallel = {
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.idle = PTHREAD_COND_INITIALIZER,
		.done = PTHREAD_COND_INITIALIZER,
		.reader = reader,
		.event = event,
		.soon = soon,
		.pause = pause,
		.context = context,
	};
	int size = parallel_size(fd), err;
	bool cut = false;
	struct chunks *chunks;

	memset(end, 0, sizeof(*end));
	err = chunks_open(fd, &chunks);
	if (err)
		return err;
	parallel.slots_count = size + PARALLEL_AHEAD;
	parallel.slots = calloc(parallel.slots_count, sizeof(*parallel.slots));
	err = parallel.slots ? 1 : -ENOMEM;
	/* Alone until the form of the lines is known, and to the end if it is not exim's. */
	while (err > 0 && !(size && reader->form == READER_EXIM)) {
		err = chunks_next(chunks, &parallel.slots[0].chunk);
		if (err > 0)
			parallel_read_alone(&parallel, &parallel.slots[0].chunk);
	}
	parallel.chunks = chunks;
	while (parallel.workers < size && err > 0 && parallel_start_worker(&parallel))
		;
	if (parallel.workers) {
		while (parallel_deliver(&parallel))
			;
		err = parallel.err;
	}
	while (err > 0 && (err = chunks_next(chunks, &parallel.slots[0].chunk)) > 0)
		parallel_read_alone(&parallel, &parallel.slots[0].chunk);
	parallel_join(&parallel);
	if (!err) {
		chunks_last(chunks, &parallel.slots[0].chunk);
		cut = parallel_read_last(&parallel, &parallel.slots[0].chunk);
	}
	*end = chunks_end(chunks);
	end->cut |= cut;
	reader->exim.skips.of[SKIP_OVERLONG] += end->skipped;
	end->lines = parallel.line;
	chunks_close(chunks);
	free(parallel.slots);
	return err;
}
