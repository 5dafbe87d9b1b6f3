// SPDX-License-Identifier: GPL-2.0-only
/* Computes the results of one rule with many other limits and windows in one pass. */
#include "replay/sweep.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/array.h"
#include "config/rules.h"
#include "judge/window.h"

/* Events are stored in blocks of this many; the kernel allocates only touched pages. */
#define SWEEP_BLOCK	  (1u << 20)
#define SWEEP_BLOCKS_MAX  (SWEEP_EVENTS_MAX / SWEEP_BLOCK)
#define SWEEP_POINT_BITS  8
#define SWEEP_EVENT_BITS  12 /* points and flags */
#define SWEEP_EVENT(it)	  ((unsigned int)(it) & ((1u << SWEEP_EVENT_BITS) - 1))
#define SWEEP_POINTS(it)  ((unsigned int)(it) & ((1u << SWEEP_POINT_BITS) - 1))
#define SWEEP_IS_OPEN(it) (SWEEP_POINTS(it) != SWEEP_ARRIVAL && (SWEEP_POINTS(it) & SWEEP_OPEN))
#define SWEEP_COUNTED(it) (SWEEP_POINTS(it) & ~(unsigned int)SWEEP_OPEN)
#define SWEEP_TIME(it)	  ((it) >> SWEEP_EVENT_BITS)
#define SWEEP_THREADS_MAX 8
#define SWEEP_BATCH	  64

/* A window holds at most `limit` points, and an offence has at least one. */
#define SWEEP_RING 1024
_Static_assert(SWEEP_RING >= RULES_LIMIT_MAX, "a window fits");

/* As in offenders.c: more doublings exceed every maximum. */
#define SWEEP_DOUBLINGS 25

struct sweep_block {
	uint32_t hosts[SWEEP_BLOCK];
	int64_t events[SWEEP_BLOCK]; /* time << SWEEP_EVENT_BITS | points | flags */
};

struct sweep_of_host {
	uint64_t points; /* of all its offences */
	uint32_t events;
};

struct sweep {
	struct rule rule;
	struct sweep_block *blocks[SWEEP_BLOCKS_MAX];
	uint32_t events;
	struct sweep_of_host *hosts;
	uint32_t hosts_count;
};

int sweep_open(const struct rule *rule, struct sweep **out)
{
	struct sweep *sweep = calloc(1, sizeof(*sweep));

	if (!sweep)
		return -ENOMEM;
	sweep->rule = *rule;
	*out = sweep;
	return 0;
}

int sweep_host(struct sweep *sweep, uint32_t *out)
{
	struct sweep_of_host *hosts = array_grow(sweep->hosts, sweep->hosts_count, sizeof(*hosts));

	if (!hosts)
		return -ENOMEM;
	sweep->hosts = hosts;
	sweep->hosts[sweep->hosts_count] = (struct sweep_of_host){ 0 };
	*out = sweep->hosts_count++;
	return 0;
}

/* Mapped, so that a block is returned to the kernel as soon as it is processed. */
static struct sweep_block *sweep_block(void)
{
	void *block = mmap(NULL, sizeof(struct sweep_block), PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return block == MAP_FAILED ? NULL : block;
}

static void sweep_unblock(struct sweep_block **block)
{
	if (*block)
		munmap(*block, sizeof(**block));
	*block = NULL;
}

int sweep_add(struct sweep *sweep, uint32_t host, int64_t time, unsigned int event)
{
	struct sweep_block **block = &sweep->blocks[sweep->events / SWEEP_BLOCK];
	struct sweep_of_host *of = &sweep->hosts[host];
	uint32_t at = sweep->events % SWEEP_BLOCK;

	if (sweep->events == SWEEP_EVENTS_MAX)
		return -E2BIG;
	if (!*block)
		*block = sweep_block();
	if (!*block)
		return -ENOMEM;
	(*block)->hosts[at] = host;
	(*block)->events[at] = (int64_t)((uint64_t)time << SWEEP_EVENT_BITS | event);
	sweep->events++;
	of->events++;
	if (SWEEP_POINTS(event) != SWEEP_ARRIVAL)
		of->points += SWEEP_COUNTED(event);
	return 0;
}

/* The events of one host that at least one limit may block. */
struct sweep_span {
	uint32_t first, count;
};

struct sweep_work {
	const struct sweep *sweep;
	const struct sweep_grid *grid;
	int64_t *events;
	struct sweep_span *spans;
	uint32_t spans_count;
	uint32_t next; /* first span that no thread has taken */
	pthread_mutex_t lock;
	struct sweep_cell *cells; /* the sums */
};

/* The points within the window, counted as in window.c. */
struct sweep_window {
	int64_t span; /* ms */
	int64_t last;
	uint32_t first, count, points;
	int64_t times[SWEEP_RING];
	uint8_t each[SWEEP_RING];
};

static void sweep_clear(struct sweep_window *window)
{
	window->first = window->count = window->points = 0;
}

/* Makes room for `points`: forgets the earliest. */
static void sweep_forget(struct sweep_window *window, uint32_t limit, unsigned int points)
{
	uint32_t over = window->points + points - limit;

	while (over) {
		uint8_t *each = &window->each[window->first];
		const uint32_t less = *each < over ? *each : over;

		*each -= less;
		over -= less;
		window->points -= less;
		if (*each)
			break;
		window->first = (window->first + 1) % SWEEP_RING;
		window->count--;
	}
}

/* Adds an offence. True if it exceeds `limit` points; the latest `limit` stay counted. */
static bool sweep_count(struct sweep_window *window, uint32_t limit, int64_t time,
			unsigned int points)
{
	bool exceeded;

	if (time < window->last - WINDOW_TOLERANCE)
		sweep_clear(window);
	else if (time < window->last)
		time = window->last;
	window->last = time;
	while (window->count && time - window->times[window->first] >= window->span) {
		window->points -= window->each[window->first];
		window->first = (window->first + 1) % SWEEP_RING;
		window->count--;
	}
	exceeded = window->points + points > limit;
	if (points > limit)
		points = limit;
	if (exceeded)
		sweep_forget(window, limit, points);
	window->times[(window->first + window->count) % SWEEP_RING] = time;
	window->each[(window->first + window->count++) % SWEEP_RING] = points;
	window->points += points;
	return exceeded;
}

/*
 * An upper bound of the points in the window at any time: no limit from there on is exceeded. A
 * late event leaves the window together with the event before it, as in sweep_count(). Blocks
 * and restarted counts only reduce the points.
 */
static uint32_t sweep_peak(const int64_t *events, uint32_t count, int64_t span)
{
	uint32_t first = 0, points = 0, peak = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (SWEEP_POINTS(events[i]) == SWEEP_ARRIVAL)
			continue;
		points += SWEEP_COUNTED(events[i]);
		for (; SWEEP_TIME(events[i]) - SWEEP_TIME(events[first]) >= span; first++)
			if (SWEEP_POINTS(events[first]) != SWEEP_ARRIVAL)
				points -= SWEEP_COUNTED(events[first]);
		if (points > peak)
			peak = points;
	}
	return peak;
}

/* One host under the rule with one limit and one window. */
struct sweep_host {
	int64_t until;	/* end of its last block */
	uint32_t times; /* how often it was blocked, if that is remembered */
	uint64_t blocks, known_blocks;
	uint64_t avoided[2], price[2]; /* of strangers, and of known senders */
};

/* The end of the next block. See judge_verdict.c and offenders.c. */
static int64_t sweep_until(const struct rule *rule, struct sweep_host *host, int64_t event)
{
	const int64_t time = SWEEP_TIME(event);
	uint64_t seconds = rule->block;

	if (SWEEP_EVENT(event) & SWEEP_KNOWN)
		return time + INT64_C(1000) * (rule->block < rule_known_max(rule)
						       ? rule->block
						       : rule_known_max(rule));
	if (SWEEP_EVENT(event) & SWEEP_ACCEPTED)
		return time + INT64_C(1000) * rule->block;
	if (host->times && time >= host->until + rule->remember * INT64_C(1000))
		host->times = 0;
	seconds <<= host->times < SWEEP_DOUBLINGS ? host->times : SWEEP_DOUBLINGS;
	host->times++;
	if (seconds > rule->max)
		seconds = rule->max;
	return time + (int64_t)seconds * 1000;
}

/* True if fewer points are enough. See judge.c. */
static bool sweep_is_again(const struct rule *rule, const struct sweep_host *host,
			   const struct sweep_window *window, int64_t event)
{
	return rule->again && !(SWEEP_EVENT(event) & (SWEEP_KNOWN | SWEEP_ACCEPTED)) &&
	       host->times && SWEEP_TIME(event) >= host->until &&
	       SWEEP_TIME(event) < host->until + rule->remember * INT64_C(1000) &&
	       window->points >= rule->again;
}

/* Judges an offence. */
static void sweep_judge(const struct rule *rule, uint32_t limit, int64_t event,
			struct sweep_window *window, struct sweep_host *host)
{
	const bool known = SWEEP_EVENT(event) & SWEEP_KNOWN;
	const unsigned int points = SWEEP_COUNTED(event);

	if (!points || (known ? rule->who == RULE_STRANGERS : rule->who == RULE_KNOWN))
		return;
	if (!sweep_count(window, limit, SWEEP_TIME(event), points) &&
	    !sweep_is_again(rule, host, window, event))
		return;
	if (SWEEP_EVENT(event) & SWEEP_SPARED)
		return;
	if (SWEEP_EVENT(event) & SWEEP_LEARNING) {
		sweep_clear(window);
		return;
	}
	/* What led to the block that runs, and came by a port that it leaves open. */
	if (rule->who == RULE_KNOWN && SWEEP_TIME(event) < host->until)
		return;
	host->until = sweep_until(rule, host, event);
	host->blocks++;
	host->known_blocks += known;
	if (rule->who != RULE_KNOWN)
		sweep_clear(window);
}

static void sweep_sum(const struct sweep_host *host, struct sweep_cell *cell)
{
	cell->blocks += host->blocks;
	cell->hosts += host->blocks > 0;
	cell->avoided += host->avoided[0] + host->avoided[1];
	cell->price += host->price[0] + host->price[1];
	cell->paying += host->price[0] + host->price[1] > 0;
	cell->known_hosts += host->known_blocks > 0;
	cell->known_avoided += host->avoided[1];
	cell->known_price += host->price[1];
}

/* One host, one limit, one window. */
static void sweep_try(const struct rule *rule, const int64_t *events, uint32_t count,
		      uint32_t limit, struct sweep_window *window, struct sweep_cell *cell)
{
	struct sweep_host host = { .until = INT64_MIN / 2 };

	sweep_clear(window);
	window->last = INT64_MIN / 2;
	for (uint32_t i = 0; i < count; i++) {
		const bool known = SWEEP_EVENT(events[i]) & SWEEP_KNOWN;
		const bool arrival = SWEEP_POINTS(events[i]) == SWEEP_ARRIVAL;

		if (SWEEP_TIME(events[i]) < host.until && !SWEEP_IS_OPEN(events[i])) {
			host.price[known] += arrival;
			host.avoided[known] += !arrival;
		} else if (!arrival) {
			sweep_judge(rule, limit, events[i], window, &host);
		}
	}
	sweep_sum(&host, cell);
}

static void sweep_span(const struct sweep_work *work, const struct sweep_span *span,
		       struct sweep_window *window, struct sweep_cell *cells)
{
	const struct sweep_grid *grid = work->grid;
	const int64_t *events = work->events + span->first;
	uint32_t peak;

	for (size_t w = 0; w < grid->windows_count; w++) {
		window->span = grid->windows[w] * INT64_C(1000);
		peak = sweep_peak(events, span->count, window->span);
		for (size_t l = 0; l < grid->limits_count && grid->limits[l] < peak; l++)
			sweep_try(&work->sweep->rule, events, span->count, grid->limits[l], window,
				  &cells[w * grid->limits_count + l]);
	}
}

/* Thread: processes batches of hosts and adds the results to the sums. */
static void *sweep_share(void *context)
{
	struct sweep_cell cells[SWEEP_LIMITS_MAX * SWEEP_WINDOWS_MAX] = { 0 };
	struct sweep_work *work = context;
	struct sweep_window window;
	uint32_t at, end;

	while ((at = __atomic_fetch_add(&work->next, SWEEP_BATCH, __ATOMIC_RELAXED)) <
	       work->spans_count) {
		end = at + SWEEP_BATCH;
		for (; at < end && at < work->spans_count; at++)
			sweep_span(work, &work->spans[at], &window, cells);
	}
	pthread_mutex_lock(&work->lock);
	for (size_t i = 0; i < work->grid->limits_count * work->grid->windows_count; i++) {
		work->cells[i].blocks += cells[i].blocks;
		work->cells[i].hosts += cells[i].hosts;
		work->cells[i].avoided += cells[i].avoided;
		work->cells[i].price += cells[i].price;
		work->cells[i].paying += cells[i].paying;
		work->cells[i].known_hosts += cells[i].known_hosts;
		work->cells[i].known_avoided += cells[i].known_avoided;
		work->cells[i].known_price += cells[i].known_price;
	}
	pthread_mutex_unlock(&work->lock);
	return NULL;
}

/* Groups the events by host, except hosts that reach no limit. 0 or -ENOMEM. */
static int sweep_sort(struct sweep *sweep, struct sweep_work *work)
{
	uint32_t *where = calloc((size_t)sweep->hosts_count + 1, sizeof(*where));
	uint32_t kept = 0;

	work->spans = calloc((size_t)sweep->hosts_count + 1, sizeof(*work->spans));
	for (uint32_t h = 0; where && work->spans && h < sweep->hosts_count; h++) {
		const struct sweep_of_host *of = &sweep->hosts[h];

		where[h] = UINT32_MAX;
		if (of->points <= work->grid->limits[0])
			continue;
		where[h] = kept;
		work->spans[work->spans_count++] =
			(struct sweep_span){ .first = kept, .count = of->events };
		kept += of->events;
	}
	work->events = malloc(((size_t)kept + 1) * sizeof(*work->events));
	if (!where || !work->spans || !work->events) {
		free(where);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < sweep->events; i++) {
		struct sweep_block *block = sweep->blocks[i / SWEEP_BLOCK];
		uint32_t host = block->hosts[i % SWEEP_BLOCK];

		if (where[host] != UINT32_MAX)
			work->events[where[host]++] = block->events[i % SWEEP_BLOCK];
		if (i % SWEEP_BLOCK == SWEEP_BLOCK - 1)
			sweep_unblock(&sweep->blocks[i / SWEEP_BLOCK]);
	}
	free(where);
	return 0;
}

int sweep_run(struct sweep *sweep, const struct sweep_grid *grid, struct sweep_cell *cells)
{
	struct sweep_work work = {
		.sweep = sweep, .grid = grid, .lock = PTHREAD_MUTEX_INITIALIZER, .cells = cells
	};
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	pthread_t threads[SWEEP_THREADS_MAX];
	int started = 0, err;

	memset(cells, 0, grid->limits_count * grid->windows_count * sizeof(*cells));
	err = sweep_sort(sweep, &work);
	/* This thread is a worker, too. */
	while (!err && started < SWEEP_THREADS_MAX && started + 1 < processors &&
	       !pthread_create(&threads[started], NULL, sweep_share, &work))
		started++;
	if (!err)
		sweep_share(&work);
	while (started)
		pthread_join(threads[--started], NULL);
	free(work.events);
	free(work.spans);
	return err;
}

void sweep_close(struct sweep *sweep)
{
	if (!sweep)
		return;
	for (uint32_t i = 0; i < SWEEP_BLOCKS_MAX; i++)
		sweep_unblock(&sweep->blocks[i]);
	free(sweep->hosts);
	free(sweep);
}
