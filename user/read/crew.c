// SPDX-License-Identifier: GPL-2.0-only
/* A whole log to events, by as many threads as there are processors, in the order of its lines. */
#include "read/crew.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CREW_MOST  8
#define CREW_AHEAD 2 /* chunks that wait for a hand, so that nobody waits for the disk */

/* No line that is an event is shorter, with its LF: stamp_skip() passes nothing shorter. */
#define CREW_LINE_LEAST 32

enum crew_state {
	CREW_FREE,
	CREW_FILLED, /* waits for a hand */
	CREW_TAKEN,
	CREW_DONE
};

struct crew_found {
	uint64_t line; /* in its chunk, from 0 */
	struct exim_found found;
};

/* A chunk on its way. Whoever has set its state to what it is owns the rest. */
struct crew_slot {
	enum crew_state state;
	uint64_t lines;
	size_t found_count;
	struct lines_chunk chunk;
	struct crew_found found[LINES_CHUNK / CREW_LINE_LEAST];
};

struct crew {
	pthread_mutex_t lock;
	pthread_cond_t filled, done;
	bool over;
	int hands;
	pthread_t threads[CREW_MOST];
	struct exim exims[CREW_MOST];
	struct classes *classes[CREW_MOST];
	struct crew_slot *slots; /* a ring, in use from the first to before the last */
	int slots_count, first, last, in_use;

	struct reader *reader;
	uint64_t line; /* how many were handed over */
	crew_event *event;
	crew_pause *pause;
	void *context;
};

/* What the lines of a chunk say by themselves. */
static void crew_work(struct exim *exim, struct crew_slot *slot)
{
	const char *at = slot->chunk.text, *end = at + slot->chunk.size, *lf;

	slot->lines = 0;
	slot->found_count = 0;
	for (; at < end; at = lf + 1, slot->lines++) {
		lf = memchr(at, '\n', end - at);
		if (!exim_read(exim, at, lf - at, &slot->found[slot->found_count].found))
			slot->found[slot->found_count++].line = slot->lines;
	}
}

/* The slots are filled in a ring, so the first that waits is the oldest. */
static struct crew_slot *crew_take(struct crew *crew)
{
	for (;;) {
		for (int i = 0; i < crew->in_use; i++) {
			struct crew_slot *slot =
				&crew->slots[(crew->first + i) % crew->slots_count];

			if (slot->state == CREW_FILLED) {
				slot->state = CREW_TAKEN;
				return slot;
			}
		}
		if (crew->over)
			return NULL;
		pthread_cond_wait(&crew->filled, &crew->lock);
	}
}

struct crew_hand {
	struct crew *crew;
	struct exim *exim;
};

static void *crew_hand(void *context)
{
	struct crew_hand hand = *(struct crew_hand *)context;
	struct crew *crew = hand.crew;
	struct crew_slot *slot;

	free(context);
	pthread_mutex_lock(&crew->lock);
	while ((slot = crew_take(crew))) {
		pthread_mutex_unlock(&crew->lock);
		crew_work(hand.exim, slot);
		pthread_mutex_lock(&crew->lock);
		slot->state = CREW_DONE;
		pthread_cond_signal(&crew->done);
	}
	pthread_mutex_unlock(&crew->lock);
	return NULL;
}

/* Waits for the oldest chunk, and tells what was found in it in the light of what was before. */
static void crew_hand_over(struct crew *crew)
{
	struct crew_slot *slot = &crew->slots[crew->first];

	pthread_mutex_lock(&crew->lock);
	while (slot->state != CREW_DONE)
		pthread_cond_wait(&crew->done, &crew->lock);
	pthread_mutex_unlock(&crew->lock);
	crew->line += slot->chunk.skipped;
	for (size_t i = 0; i < slot->found_count; i++)
		if (exim_settle(&crew->reader->exim, &slot->found[i].found))
			crew->event(crew->context, crew->line + slot->found[i].line + 1,
				    &slot->found[i].found);
	crew->line += slot->lines;
	pthread_mutex_lock(&crew->lock);
	slot->state = CREW_FREE;
	crew->first = (crew->first + 1) % crew->slots_count;
	crew->in_use--;
	pthread_mutex_unlock(&crew->lock);
}

/* In this thread, for all forms of lines. */
static void crew_read_alone(struct crew *crew, const struct lines_chunk *chunk)
{
	const char *at = chunk->text, *end = at + chunk->size, *lf;
	struct exim_found found;

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
static bool crew_hire(struct crew *crew)
{
	struct crew_hand *hand = malloc(sizeof(*hand));
	int i = crew->hands;

	if (!hand)
		return false;
	if (classes_share(crew->reader->exim.classes, &crew->classes[i])) {
		free(hand);
		return false;
	}
	exim_init(&crew->exims[i], crew->classes[i]);
	crew->exims[i].helo_is_checked = crew->reader->exim.helo_is_checked;
	crew->exims[i].wants_arrivals = crew->reader->exim.wants_arrivals;
	hand->crew = crew;
	hand->exim = &crew->exims[i];
	if (pthread_create(&crew->threads[i], NULL, crew_hand, hand)) {
		free(hand);
		classes_close(crew->classes[i]);
		return false;
	}
	crew->hands++;
	return true;
}

/* Reads on with all hands. */
static int crew_read_together(struct crew *crew, struct lines *lines)
{
	int err;

	for (;;) {
		struct crew_slot *slot = &crew->slots[crew->last];

		if (crew->in_use == crew->slots_count)
			crew_hand_over(crew);
		err = lines_next(lines, &slot->chunk);
		if (err <= 0)
			break;
		pthread_mutex_lock(&crew->lock);
		slot->state = CREW_FILLED;
		crew->last = (crew->last + 1) % crew->slots_count;
		crew->in_use++;
		pthread_cond_signal(&crew->filled);
		pthread_mutex_unlock(&crew->lock);
	}
	while (crew->in_use)
		crew_hand_over(crew);
	return err;
}

static void crew_dismiss(struct crew *crew)
{
	pthread_mutex_lock(&crew->lock);
	crew->over = true;
	pthread_cond_broadcast(&crew->filled);
	pthread_mutex_unlock(&crew->lock);
	for (int i = 0; i < crew->hands; i++) {
		pthread_join(crew->threads[i], NULL);
		skip_add(&crew->reader->exim.skips, &crew->exims[i].skips);
		classes_close(crew->classes[i]);
	}
}

/* How many threads are worth their wages for `fd`. */
static int crew_size(int fd)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	struct stat stat;

	if (fstat(fd, &stat) || !S_ISREG(stat.st_mode) || stat.st_size < 4 * LINES_CHUNK)
		return 0;
	return processors < 2 ? 0 : processors > CREW_MOST ? CREW_MOST : processors;
}

int crew_read(int fd, struct reader *reader, crew_event *event, crew_pause *pause, void *context,
	      struct lines_end *end)
{
	struct crew crew = {
		.lock = PTHREAD_MUTEX_INITIALIZER,
		.filled = PTHREAD_COND_INITIALIZER,
		.done = PTHREAD_COND_INITIALIZER,
		.reader = reader,
		.event = event,
		.pause = pause,
		.context = context,
	};
	int size = crew_size(fd), err;
	struct lines *lines;

	memset(end, 0, sizeof(*end));
	err = lines_open(fd, &lines);
	if (err)
		return err;
	crew.slots_count = size + CREW_AHEAD;
	crew.slots = calloc(crew.slots_count, sizeof(*crew.slots));
	err = crew.slots ? 1 : -ENOMEM;
	/* Until it is known whose form the lines have, and throughout if it is not exim's. */
	while (err > 0 && !(size && reader->form == READER_EXIM)) {
		err = lines_next(lines, &crew.slots[0].chunk);
		if (err > 0)
			crew_read_alone(&crew, &crew.slots[0].chunk);
	}
	while (crew.hands < size && err > 0 && crew_hire(&crew))
		;
	if (err > 0 && crew.hands)
		err = crew_read_together(&crew, lines);
	while (err > 0 && (err = lines_next(lines, &crew.slots[0].chunk)) > 0)
		crew_read_alone(&crew, &crew.slots[0].chunk);
	crew_dismiss(&crew);
	*end = lines_end(lines);
	reader->exim.skips.of[SKIP_OVERLONG] += end->skipped;
	end->lines = crew.line;
	lines_close(lines);
	free(crew.slots);
	return err;
}
