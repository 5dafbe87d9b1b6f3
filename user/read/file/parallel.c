// SPDX-License-Identifier: GPL-2.0-only
/* A whole log to events, by as many threads as there are processors, in the order of its lines. */
#include "read/file/parallel.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PARALLEL_MOST  8
#define PARALLEL_AHEAD 2 /* chunks that wait for a hand, so that nobody waits for the disk */

/* No line that is an event is shorter, with its LF: timestamp_skip() passes nothing shorter. */
#define PARALLEL_LINE_LEAST 32

enum parallel_state {
	PARALLEL_FREE,
	PARALLEL_FILLED, /* waits for a hand */
	PARALLEL_TAKEN,
	PARALLEL_DONE
};

struct parallel_found {
	uint64_t line; /* in its chunk, from 0 */
	struct exim_log_found found;
};

/* A chunk on its way. Whoever has set its state to what it is owns the rest. */
struct parallel_slot {
	enum parallel_state state;
	uint64_t lines;
	size_t found_count;
	struct chunk chunk;
	struct parallel_found found[CHUNKS_SIZE / PARALLEL_LINE_LEAST];
};

struct parallel {
	pthread_mutex_t lock;
	pthread_cond_t filled, done;
	bool over;
	int hands;
	pthread_t threads[PARALLEL_MOST];
	struct exim_log exims[PARALLEL_MOST];
	struct classifier *classes[PARALLEL_MOST];
	struct parallel_slot *slots; /* a ring, in use from the first to before the last */
	int slots_count, first, last, in_use;

	struct reader *reader;
	uint64_t line; /* how many were handed over */
	parallel_event *event;
	parallel_pause *pause;
	void *context;
};

/* What the lines of a chunk say by themselves. */
static void parallel_work(struct exim_log *exim, struct parallel_slot *slot)
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

/* The slots are filled in a ring, so the first that waits is the oldest. */
static struct parallel_slot *parallel_take(struct parallel *parallel)
{
	for (;;) {
		for (int i = 0; i < parallel->in_use; i++) {
			struct parallel_slot *slot =
				&parallel->slots[(parallel->first + i) % parallel->slots_count];

			if (slot->state == PARALLEL_FILLED) {
				slot->state = PARALLEL_TAKEN;
				return slot;
			}
		}
		if (parallel->over)
			return NULL;
		pthread_cond_wait(&parallel->filled, &parallel->lock);
	}
}

struct parallel_hand {
	struct parallel *parallel;
	struct exim_log *exim;
};

static void *parallel_hand(void *context)
{
	struct parallel_hand hand = *(struct parallel_hand *)context;
	struct parallel *parallel = hand.parallel;
	struct parallel_slot *slot;

	free(context);
	pthread_mutex_lock(&parallel->lock);
	while ((slot = parallel_take(parallel))) {
		pthread_mutex_unlock(&parallel->lock);
		parallel_work(hand.exim, slot);
		pthread_mutex_lock(&parallel->lock);
		slot->state = PARALLEL_DONE;
		pthread_cond_signal(&parallel->done);
	}
	pthread_mutex_unlock(&parallel->lock);
	return NULL;
}

/* Waits for the oldest chunk, and tells what was found in it in the light of what was before. */
static void parallel_hand_over(struct parallel *parallel)
{
	struct parallel_slot *slot = &parallel->slots[parallel->first];

	pthread_mutex_lock(&parallel->lock);
	while (slot->state != PARALLEL_DONE)
		pthread_cond_wait(&parallel->done, &parallel->lock);
	pthread_mutex_unlock(&parallel->lock);
	parallel->line += slot->chunk.skipped;
	for (size_t i = 0; i < slot->found_count; i++)
		if (exim_log_settle(&parallel->reader->exim, &slot->found[i].found))
			parallel->event(parallel->context, parallel->line + slot->found[i].line + 1,
					&slot->found[i].found);
	parallel->line += slot->lines;
	pthread_mutex_lock(&parallel->lock);
	slot->state = PARALLEL_FREE;
	parallel->first = (parallel->first + 1) % parallel->slots_count;
	parallel->in_use--;
	pthread_mutex_unlock(&parallel->lock);
}

/* In this thread, for all forms of lines. */
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

/* Adds a thread; false: it goes without. */
static bool parallel_hire(struct parallel *parallel)
{
	struct parallel_hand *hand = malloc(sizeof(*hand));
	int i = parallel->hands;

	if (!hand)
		return false;
	if (classifier_share(parallel->reader->exim.classes, &parallel->classes[i])) {
		free(hand);
		return false;
	}
	exim_log_init(&parallel->exims[i], parallel->classes[i]);
	parallel->exims[i].helo_is_checked = parallel->reader->exim.helo_is_checked;
	parallel->exims[i].wants_arrivals = parallel->reader->exim.wants_arrivals;
	hand->parallel = parallel;
	hand->exim = &parallel->exims[i];
	if (pthread_create(&parallel->threads[i], NULL, parallel_hand, hand)) {
		free(hand);
		classifier_close(parallel->classes[i]);
		return false;
	}
	parallel->hands++;
	return true;
}

/* Reads on with all hands. */
static int parallel_read_together(struct parallel *parallel, struct chunks *lines)
{
	int err;

	for (;;) {
		struct parallel_slot *slot = &parallel->slots[parallel->last];

		if (parallel->in_use == parallel->slots_count)
			parallel_hand_over(parallel);
		err = chunks_next(lines, &slot->chunk);
		if (err <= 0)
			break;
		pthread_mutex_lock(&parallel->lock);
		slot->state = PARALLEL_FILLED;
		parallel->last = (parallel->last + 1) % parallel->slots_count;
		parallel->in_use++;
		pthread_cond_signal(&parallel->filled);
		pthread_mutex_unlock(&parallel->lock);
	}
	while (parallel->in_use)
		parallel_hand_over(parallel);
	return err;
}

static void parallel_dismiss(struct parallel *parallel)
{
	pthread_mutex_lock(&parallel->lock);
	parallel->over = true;
	pthread_cond_broadcast(&parallel->filled);
	pthread_mutex_unlock(&parallel->lock);
	for (int i = 0; i < parallel->hands; i++) {
		pthread_join(parallel->threads[i], NULL);
		skip_add(&parallel->reader->exim.skips, &parallel->exims[i].skips);
		classifier_close(parallel->classes[i]);
	}
}

/* How many threads are worth their wages for `fd`. */
static int parallel_size(int fd)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	struct stat stat;

	if (fstat(fd, &stat) || !S_ISREG(stat.st_mode) || stat.st_size < 4 * CHUNKS_SIZE)
		return 0;
	return processors < 2 ? 0 : processors > PARALLEL_MOST ? PARALLEL_MOST : processors;
}

int parallel_read(int fd, struct reader *reader, parallel_event *event, parallel_pause *pause,
		  void *context, struct chunks_end *end)
{
	struct parallel parallel = {
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.filled = PTHREAD_COND_INITIALIZER,
		.done = PTHREAD_COND_INITIALIZER,
		.reader = reader,
		.event = event,
		.pause = pause,
		.context = context,
	};
	int size = parallel_size(fd), err;
	struct chunks *lines;

	memset(end, 0, sizeof(*end));
	err = chunks_open(fd, &lines);
	if (err)
		return err;
	parallel.slots_count = size + PARALLEL_AHEAD;
	parallel.slots = calloc(parallel.slots_count, sizeof(*parallel.slots));
	err = parallel.slots ? 1 : -ENOMEM;
	/* Until it is known whose form the lines have, and throughout if it is not exim's. */
	while (err > 0 && !(size && reader->form == READER_EXIM)) {
		err = chunks_next(lines, &parallel.slots[0].chunk);
		if (err > 0)
			parallel_read_alone(&parallel, &parallel.slots[0].chunk);
	}
	while (parallel.hands < size && err > 0 && parallel_hire(&parallel))
		;
	if (err > 0 && parallel.hands)
		err = parallel_read_together(&parallel, lines);
	while (err > 0 && (err = chunks_next(lines, &parallel.slots[0].chunk)) > 0)
		parallel_read_alone(&parallel, &parallel.slots[0].chunk);
	parallel_dismiss(&parallel);
	*end = chunks_end(lines);
	reader->exim.skips.of[SKIP_OVERLONG] += end->skipped;
	end->lines = parallel.line;
	chunks_close(lines);
	free(parallel.slots);
	return err;
}
