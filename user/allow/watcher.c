// SPDX-License-Identifier: GPL-2.0-only
/* Keeps the allow list up to date in a separate thread. */
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
#include "allow/sources.h"
#include "common/clock.h"
#include "common/netlink.h"

/* Seconds between two reads. List files are checked every second. */
#define WATCHER_LOGINS 5
#define WATCHER_ROUND  30
#define WATCHER_ASK    60

#define WATCHER_DNS_MS	  3000 /* the first read waits for the DNS */
#define WATCHER_SETTLE_MS 50   /* network changes arrive in bursts */
#define WATCHER_CLOSE_MS  100  /* watcher_close() waits for the thread */

struct watcher {
	struct sources *sources;
	pthread_t thread;
	bool started;
	int wake;  /* eventfd: asks the thread to end */
	int ready; /* eventfd: a new set is available */
	int network;
	uint64_t noted;	      /* second of the last network change that was handled */
	pthread_mutex_t lock; /* protects all below */
	bool stop;
	bool ended;	     /* the thread is about to end */
	pthread_cond_t over; /* signals `ended` */
	bool abandoned;	     /* watcher_close() did not wait: the thread frees the watcher */
	struct prefix_set *fresh;
	struct proxies proxies;
	struct sources_missing missing;
};

/* Makes the current set available; replaces a set that was not taken. False: no memory. */
static bool watcher_publish(struct watcher *watcher)
{
	struct prefix_set *set, *old;
	const uint64_t one = 1;

	if (sources_join(watcher->sources, &set))
		return false;
	pthread_mutex_lock(&watcher->lock);
	old = watcher->fresh;
	watcher->fresh = set;
	watcher->proxies = *sources_proxies(watcher->sources);
	watcher->missing = *sources_missing(watcher->sources);
	pthread_mutex_unlock(&watcher->lock);
	prefix_set_free(old);
	if (write(watcher->ready, &one, sizeof(one)) < 0)
		return true; /* it is readable already */
	return true;
}

static bool watcher_is_stopped(struct watcher *watcher)
{
	bool stop;

	pthread_mutex_lock(&watcher->lock);
	stop = watcher->stop;
	pthread_mutex_unlock(&watcher->lock);
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

/*
 * Waits for a second, a wake-up or a network change. Returns the sources to read because of a
 * network change. Routes that change continuously are read once a second.
 */
static unsigned int watcher_wait(struct watcher *watcher)
{
	const struct timespec settle = { .tv_nsec = WATCHER_SETTLE_MS * 1000000L };
	const bool noted = watcher->noted == clock_boot_seconds();
	struct pollfd fds[] = { { .fd = watcher->wake, .events = POLLIN },
				{ .fd = noted ? -1 : watcher->network, .events = POLLIN } };
	uint64_t count;

	if (poll(fds, sizeof(fds) / sizeof(fds[0]), noted ? 200 : 1000) <= 0)
		return 0;
	if (fds[0].revents && read(watcher->wake, &count, sizeof(count)) < 0)
		return 0;
	if (!fds[1].revents)
		return 0;
	nanosleep(&settle, NULL);
	netlink_drain(watcher->network);
	watcher->noted = clock_boot_seconds();
	return SOURCES_NETWORK;
}

static void watcher_work(struct watcher *watcher)
{
	uint64_t second = clock_boot_seconds(), last = second;
	unsigned int due;
	bool published;

	sources_renew(watcher->sources, SOURCES_ALL, WATCHER_DNS_MS);
	published = watcher_publish(watcher);
	for (;;) {
		due = watcher_wait(watcher);
		if (watcher_is_stopped(watcher))
			return;
		second = clock_boot_seconds();
		/* Each second that has passed may have sources due; after a long gap, all are. */
		if (second - last > WATCHER_ASK)
			last = second - WATCHER_ASK;
		for (; last < second; last++)
			due |= watcher_due(last + 1);
		if ((due && sources_renew(watcher->sources, due, 0)) || !published)
			published = watcher_publish(watcher);
	}
}

static void watcher_free(struct watcher *watcher)
{
	const int fds[] = { watcher->wake, watcher->ready, watcher->network };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (fds[i] >= 0)
			close(fds[i]);
	pthread_mutex_destroy(&watcher->lock);
	pthread_cond_destroy(&watcher->over);
	prefix_set_free(watcher->fresh);
	sources_close(watcher->sources);
	free(watcher);
}

static void *watcher_run(void *context)
{
	struct watcher *watcher = context;
	bool abandoned;

	watcher_work(watcher);
	pthread_mutex_lock(&watcher->lock);
	watcher->ended = true;
	pthread_cond_signal(&watcher->over);
	abandoned = watcher->abandoned;
	pthread_mutex_unlock(&watcher->lock);
	if (abandoned)
		watcher_free(watcher);
	return NULL;
}

/* The new thread blocks all signals; the main thread handles them. */
static int watcher_start(struct watcher *watcher)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = -pthread_create(&watcher->thread, NULL, watcher_run, watcher);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	watcher->started = !err;
	return err;
}

int watcher_open(const struct sources_options *options, struct watcher **out)
{
	struct watcher *watcher = calloc(1, sizeof(*watcher));
	pthread_condattr_t monotonic;
	int err;

	if (!watcher)
		return -ENOMEM;
	pthread_mutex_init(&watcher->lock, NULL);
	/* Timeouts do not depend on the wall clock. */
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&watcher->over, &monotonic);
	pthread_condattr_destroy(&monotonic);
	watcher->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	watcher->ready = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	/* Before the first read, so that no change is missed. */
	watcher->network = gateways_watch();
	err = watcher->wake < 0 || watcher->ready < 0 ? -errno
						      : sources_open(options, &watcher->sources);
	if (!err)
		err = watcher_start(watcher);
	if (err) {
		watcher_close(watcher);
		return err;
	}
	*out = watcher;
	return 0;
}

int watcher_once(const struct sources_options *options, struct prefix_set **out)
{
	struct sources *sources;
	int err = sources_open(options, &sources);

	if (err)
		return err;
	sources_renew(sources, SOURCES_ALL, WATCHER_DNS_MS);
	err = sources_join(sources, out);
	sources_close(sources);
	return err;
}

int watcher_fd(const struct watcher *watcher)
{
	return watcher->ready;
}

struct prefix_set *watcher_take(struct watcher *watcher)
{
	struct prefix_set *fresh;
	uint64_t count;

	if (read(watcher->ready, &count, sizeof(count)) < 0)
		return NULL;
	pthread_mutex_lock(&watcher->lock);
	fresh = watcher->fresh;
	watcher->fresh = NULL;
	pthread_mutex_unlock(&watcher->lock);
	return fresh;
}

struct proxies watcher_proxies(struct watcher *watcher)
{
	struct proxies proxies;

	pthread_mutex_lock(&watcher->lock);
	proxies = watcher->proxies;
	pthread_mutex_unlock(&watcher->lock);
	return proxies;
}

struct sources_missing watcher_missing(struct watcher *watcher)
{
	struct sources_missing missing;

	pthread_mutex_lock(&watcher->lock);
	missing = watcher->missing;
	pthread_mutex_unlock(&watcher->lock);
	return missing;
}

static void watcher_stop(struct watcher *watcher)
{
	const uint64_t one = 1;

	pthread_mutex_lock(&watcher->lock);
	watcher->stop = true;
	pthread_mutex_unlock(&watcher->lock);
	if (write(watcher->wake, &one, sizeof(one)) < 0)
		return; /* it is awake already */
}

/*
 * The thread may be waiting for exim or the DNS. The caller does not wait for that; the thread then
 * frees the watcher.
 */
void watcher_close(struct watcher *watcher)
{
	struct timespec until;
	bool running;

	if (!watcher)
		return;
	if (!watcher->started) {
		watcher_free(watcher);
		return;
	}
	watcher_stop(watcher);
	until = clock_deadline(WATCHER_CLOSE_MS);
	pthread_mutex_lock(&watcher->lock);
	while (!watcher->ended &&
	       pthread_cond_timedwait(&watcher->over, &watcher->lock, &until) != ETIMEDOUT)
		;
	running = !watcher->ended;
	watcher->abandoned = running;
	if (running)
		pthread_detach(watcher->thread);
	pthread_mutex_unlock(&watcher->lock);
	if (running)
		return;
	pthread_join(watcher->thread, NULL);
	watcher_free(watcher);
}
