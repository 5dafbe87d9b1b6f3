// SPDX-License-Identifier: GPL-2.0-only
/* Puts together who is never blocked, in a thread of its own, and hands it over as it changes. */
#include "allow/watcher.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "allow/gateways.h"
#include "kernel/links.h"
#include "allow/sources.h"

/* Seconds between two looks. List files are looked at each second. */
#define WATCHER_LOGINS 5
#define WATCHER_ROUND  30
#define WATCHER_ASK    60

#define WATCHER_DNS_MS	  3000 /* that the first gathering may wait for */
#define WATCHER_SETTLE_MS 50   /* changes of the network come in bursts */
#define WATCHER_CLOSE_MS  100  /* that whoever closes waits for the thread */

struct watcher {
	struct sources *parts;
	pthread_t thread;
	bool started;
	bool later; /* the thread gathers the first set as well */
	int wake;   /* an eventfd: the thread shall end */
	int ready;  /* and one that it says to have a new set by */
	int network;
	uint64_t noted;	      /* the second in which a change of the network was last looked at */
	pthread_mutex_t lock; /* for all below */
	bool stop;
	bool ended;	     /* the thread has done its last */
	pthread_cond_t over; /* and says so */
	bool abandoned;	     /* nobody waits for it: it frees all of this */
	struct prefix_set *fresh;
};

/* The set as it is now takes the place of one that nobody took. */
static void watcher_publish(struct watcher *gather)
{
	struct prefix_set *set, *old;
	const uint64_t one = 1;

	if (sources_join(gather->parts, &set))
		return;
	pthread_mutex_lock(&gather->lock);
	old = gather->fresh;
	gather->fresh = set;
	pthread_mutex_unlock(&gather->lock);
	prefix_set_free(old);
	if (write(gather->ready, &one, sizeof(one)) < 0)
		return; /* it is readable already */
}

static bool watcher_is_stopped(struct watcher *gather)
{
	bool stop;

	pthread_mutex_lock(&gather->lock);
	stop = gather->stop;
	pthread_mutex_unlock(&gather->lock);
	return stop;
}

static unsigned int watcher_due(uint64_t second)
{
	unsigned int due = SOURCES_FILES | SOURCES_NAMES;

	if (!(second % WATCHER_LOGINS))
		due |= SOURCES_LOGINS;
	if (!(second % WATCHER_ROUND))
		due |= SOURCES_NETWORK | SOURCES_LOOK_UP;
	if (!(second % WATCHER_ASK))
		due |= SOURCES_ASK;
	return due;
}

static uint64_t watcher_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec;
}

/*
 * Until a second has gone by, or something happens. What has to be looked at for that. Where routes
 * change all the time, they are looked at once a second.
 */
static unsigned int watcher_wait(struct watcher *gather)
{
	const struct timespec settle = { .tv_nsec = WATCHER_SETTLE_MS * 1000000L };
	const bool noted = gather->noted == watcher_now();
	struct pollfd fds[] = { { .fd = gather->wake, .events = POLLIN },
				{ .fd = noted ? -1 : gather->network, .events = POLLIN } };
	uint64_t count;

	if (poll(fds, sizeof(fds) / sizeof(fds[0]), noted ? 200 : 1000) <= 0)
		return 0;
	if (fds[0].revents && read(gather->wake, &count, sizeof(count)) < 0)
		return 0;
	if (!fds[1].revents)
		return 0;
	nanosleep(&settle, NULL);
	links_drain(gather->network);
	gather->noted = watcher_now();
	return SOURCES_NETWORK;
}

static void watcher_work(struct watcher *gather)
{
	uint64_t second = watcher_now(), last = second;
	unsigned int due;

	if (gather->later) {
		sources_renew(gather->parts, SOURCES_ALL, WATCHER_DNS_MS);
		watcher_publish(gather);
	}
	for (;;) {
		due = watcher_wait(gather);
		if (watcher_is_stopped(gather))
			return;
		second = watcher_now();
		/* Each second that passed asks for its own; of many, for all. */
		if (second - last > WATCHER_ASK)
			last = second - WATCHER_ASK;
		for (; last < second; last++)
			due |= watcher_due(last + 1);
		if (due && sources_renew(gather->parts, due, 0))
			watcher_publish(gather);
	}
}

static void watcher_free(struct watcher *gather)
{
	const int fds[] = { gather->wake, gather->ready, gather->network };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	pthread_mutex_destroy(&gather->lock);
	pthread_cond_destroy(&gather->over);
	prefix_set_free(gather->fresh);
	sources_close(gather->parts);
	free(gather);
}

static void *watcher_run(void *context)
{
	struct watcher *gather = context;
	bool abandoned;

	watcher_work(gather);
	pthread_mutex_lock(&gather->lock);
	gather->ended = true;
	pthread_cond_signal(&gather->over);
	abandoned = gather->abandoned;
	pthread_mutex_unlock(&gather->lock);
	if (abandoned)
		watcher_free(gather);
	return NULL;
}

/* Signals are for the thread that was there before. */
static int watcher_start(struct watcher *gather)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = -pthread_create(&gather->thread, NULL, watcher_run, gather);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	gather->started = !err;
	return err;
}

int watcher_open(const struct watcher_options *options, bool later, struct watcher **out)
{
	struct watcher *gather = calloc(1, sizeof(*gather));
	pthread_condattr_t monotonic;
	int err;

	if (!gather)
		return -ENOMEM;
	pthread_mutex_init(&gather->lock, NULL);
	/* Setting the wall clock makes nobody wait. */
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&gather->over, &monotonic);
	pthread_condattr_destroy(&monotonic);
	gather->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	gather->ready = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	/* Before the first look, so that no change slips through. */
	gather->network = gateways_watch();
	err = gather->wake < 0 || gather->ready < 0 ? -errno
						    : sources_open(options, &gather->parts);
	gather->later = later;
	if (!err && !later) {
		sources_renew(gather->parts, SOURCES_ALL, WATCHER_DNS_MS);
		watcher_publish(gather);
		err = gather->fresh ? 0 : -ENOMEM;
	}
	if (!err)
		err = watcher_start(gather);
	if (err) {
		watcher_close(gather);
		return err;
	}
	*out = gather;
	return 0;
}

int watcher_once(const struct watcher_options *options, struct prefix_set **out)
{
	struct sources *parts;
	int err = sources_open(options, &parts);

	if (err)
		return err;
	sources_renew(parts, SOURCES_ALL, WATCHER_DNS_MS);
	err = sources_join(parts, out);
	sources_close(parts);
	return err;
}

int watcher_fd(const struct watcher *gather)
{
	return gather->ready;
}

struct prefix_set *watcher_take(struct watcher *gather)
{
	struct prefix_set *fresh;
	uint64_t count;

	if (read(gather->ready, &count, sizeof(count)) < 0)
		return NULL;
	pthread_mutex_lock(&gather->lock);
	fresh = gather->fresh;
	gather->fresh = NULL;
	pthread_mutex_unlock(&gather->lock);
	return fresh;
}

static void watcher_stop(struct watcher *gather)
{
	const uint64_t one = 1;

	pthread_mutex_lock(&gather->lock);
	gather->stop = true;
	pthread_mutex_unlock(&gather->lock);
	if (write(gather->wake, &one, sizeof(one)) < 0)
		return; /* it is awake already */
}

/*
 * The thread may be waiting for exim or the DNS: whoever closes does not wait with it, and it
 * clears up behind itself.
 */
void watcher_close(struct watcher *gather)
{
	struct timespec until;
	bool left;

	if (!gather)
		return;
	if (!gather->started) {
		watcher_free(gather);
		return;
	}
	watcher_stop(gather);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += WATCHER_CLOSE_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&gather->lock);
	while (!gather->ended &&
	       pthread_cond_timedwait(&gather->over, &gather->lock, &until) != ETIMEDOUT)
		;
	left = !gather->ended;
	gather->abandoned = left;
	if (left)
		pthread_detach(gather->thread);
	pthread_mutex_unlock(&gather->lock);
	if (left)
		return;
	pthread_join(gather->thread, NULL);
	watcher_free(gather);
}
