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
static struct parallel_slot *parallel_take(struct parallel *crew)
{
	for (;;) {
		for (int i = 0; i < crew->in_use; i++) {
			struct parallel_slot *slot =
				&crew->slots[(crew->first + i) % crew->slots_count];

			if (slot->state == PARALLEL_FILLED) {
				slot->state = PARALLEL_TAKEN;
				return slot;
			}
		}
		if (crew->over)
			return NULL;
		pthread_cond_wait(&crew->filled, &crew->lock);
	}
}

struct parallel_hand {
	struct parallel *crew;
	struct exim_log *exim;
};

static void *parallel_hand(void *context)
{
	struct parallel_hand hand = *(struct parallel_hand *)context;
	struct parallel *crew = hand.crew;
	struct parallel_slot *slot;

	free(context);
	pthread_mutex_lock(&crew->lock);
	while ((slot = parallel_take(crew))) {
		pthread_mutex_unlock(&crew->lock);
		parallel_work(hand.exim, slot);
		pthread_mutex_lock(&crew->lock);
		slot->state = PARALLEL_DONE;
		pthread_cond_signal(&crew->done);
	}
	pthread_mutex_unlock(&crew->lock);
	return NULL;
}

/* Waits for the oldest chunk, and tells what was found in it in the light of what was before. */
static void parallel_hand_over(struct parallel *crew)
{
	struct parallel_slot *slot = &crew->slots[crew->first];

	pthread_mutex_lock(&crew->lock);
	while (slot->state != PARALLEL_DONE)
		pthread_cond_wait(&crew->done, &crew->lock);
	pthread_mutex_unlock(&crew->lock);
	crew->line += slot->chunk.skipped;
	for (size_t i = 0; i < slot->found_count; i++)
		if (exim_log_settle(&crew->reader->exim, &slot->found[i].found))
			crew->event(crew->context, crew->line + slot->found[i].line + 1,
				    &slot->found[i].found);
	crew->line += slot->lines;
	pthread_mutex_lock(&crew->lock);
	slot->state = PARALLEL_FREE;
	crew->first = (crew->first + 1) % crew->slots_count;
	crew->in_use--;
	pthread_mutex_unlock(&crew->lock);
}

/* In this thread, for all forms of lines. */
static void parallel_read_alone(struct parallel *crew, const struct chunk *chunk)
{
	const char *at = chunk->text, *end = at + chunk->size, *lf;
	struct exim_log_found found;

	crew->line += chunk->skipped;
	for (; at < end; at = lf + 1) {
		lf = memchr(at, '\n', end - at);
		crew->line++;
		if (!reader_line(crew->reader, at, lf - at, &found))
			crew->event(crew->context, crew->line, &found);
	}
	crew->pause(crew->context);
}

/* Adds a thread; false: it goes without. */
static bool parallel_hire(struct parallel *crew)
{
	struct parallel_hand *hand = malloc(sizeof(*hand));
	int i = crew->hands;

	if (!hand)
		return false;
	if (classifier_share(crew->reader->exim.classes, &crew->classes[i])) {
		free(hand);
		return false;
	}
	exim_log_init(&crew->exims[i], crew->classes[i]);
	crew->exims[i].helo_is_checked = crew->reader->exim.helo_is_checked;
	crew->exims[i].wants_arrivals = crew->reader->exim.wants_arrivals;
	hand->crew = crew;
	hand->exim = &crew->exims[i];
	if (pthread_create(&crew->threads[i], NULL, parallel_hand, hand)) {
		free(hand);
		classifier_close(crew->classes[i]);
		return false;
	}
	crew->hands++;
	return true;
}

/* Reads on with all hands. */
static int parallel_read_together(struct parallel *crew, struct chunks *lines)
{
	int err;

	for (;;) {
		struct parallel_slot *slot = &crew->slots[crew->last];

		if (crew->in_use == crew->slots_count)
			parallel_hand_over(crew);
		err = chunks_next(lines, &slot->chunk);
		if (err <= 0)
			break;
		pthread_mutex_lock(&crew->lock);
		slot->state = PARALLEL_FILLED;
		crew->last = (crew->last + 1) % crew->slots_count;
		crew->in_use++;
		pthread_cond_signal(&crew->filled);
		pthread_mutex_unlock(&crew->lock);
	}
	while (crew->in_use)
		parallel_hand_over(crew);
	return err;
}

static void parallel_dismiss(struct parallel *crew)
{
	pthread_mutex_lock(&crew->lock);
	crew->over = true;
	pthread_cond_broadcast(&crew->filled);
	pthread_mutex_unlock(&crew->lock);
	for (int i = 0; i < crew->hands; i++) {
		pthread_join(crew->threads[i], NULL);
		skip_add(&crew->reader->exim.skips, &crew->exims[i].skips);
		classifier_close(crew->classes[i]);
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
	struct parallel crew = {
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
	crew.slots_count = size + PARALLEL_AHEAD;
	crew.slots = calloc(crew.slots_count, sizeof(*crew.slots));
	err = crew.slots ? 1 : -ENOMEM;
	/* Until it is known whose form the lines have, and throughout if it is not exim's. */
	while (err > 0 && !(size && reader->form == READER_EXIM)) {
		err = chunks_next(lines, &crew.slots[0].chunk);
		if (err > 0)
			parallel_read_alone(&crew, &crew.slots[0].chunk);
	}
	while (crew.hands < size && err > 0 && parallel_hire(&crew))
		;
	if (err > 0 && crew.hands)
		err = parallel_read_together(&crew, lines);
	while (err > 0 && (err = chunks_next(lines, &crew.slots[0].chunk)) > 0)
		parallel_read_alone(&crew, &crew.slots[0].chunk);
	parallel_dismiss(&crew);
	*end = chunks_end(lines);
	reader->exim.skips.of[SKIP_OVERLONG] += end->skipped;
	end->lines = crew.line;
	chunks_close(lines);
	free(crew.slots);
	return err;
}
