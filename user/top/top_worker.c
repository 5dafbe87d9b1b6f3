// SPDX-License-Identifier: GPL-2.0-only
/* A thread that reads all hosts for top, so that keys need not wait. */
#include "top/top_worker.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"

/* It pauses so many times as long as a reading took, to limit the load during a storm. */
#define TOP_WORKER_REST 9

struct top_worker {
	const char *pins;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	int done; /* eventfd */
	/* Protected by `lock`. */
	bool asked; /* or in progress */
	bool stop;
	int err;
	struct top_hosts *ready; /* not fetched yet */
	double rested;		 /* when it may be asked again */
};

/* Waits for a request. True: read the hosts; false: the thread shall end. */
static bool top_worker_wait(struct top_worker *worker)
{
	bool go;

	pthread_mutex_lock(&worker->lock);
	while (!worker->asked && !worker->stop)
		pthread_cond_wait(&worker->wake, &worker->lock);
	go = !worker->stop;
	pthread_mutex_unlock(&worker->lock);
	return go;
}

static void *top_worker_run(void *context)
{
	struct top_worker *worker = context;
	struct top_hosts *before = NULL, *hosts;
	const uint64_t one = 1;

	while (top_worker_wait(worker)) {
		double began = clock_precise(), ended;
		int err;

		hosts = NULL;
		err = top_hosts_read(worker->pins, before, &hosts);
		top_hosts_free(before);
		before = hosts;
		if (hosts)
			top_hosts_hold(hosts);
		ended = clock_precise();
		pthread_mutex_lock(&worker->lock);
		top_hosts_free(worker->ready);
		worker->ready = hosts;
		worker->err = err;
		worker->asked = false;
		worker->rested = ended + (ended - began) * TOP_WORKER_REST;
		pthread_mutex_unlock(&worker->lock);
		if (write(worker->done, &one, sizeof(one)) != sizeof(one))
			break;
	}
	top_hosts_free(before);
	return NULL;
}

int top_worker_start(const char *pins, struct top_worker **out)
{
	struct top_worker *worker = calloc(1, sizeof(*worker));
	sigset_t all, was;
	int err;

	if (!worker)
		return -ENOMEM;
	worker->pins = pins;
	worker->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (worker->done < 0) {
		free(worker);
		return -errno;
	}
	pthread_mutex_init(&worker->lock, NULL);
	pthread_cond_init(&worker->wake, NULL);
	/* Only the thread that uses the terminal receives signals. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &was);
	err = -pthread_create(&worker->thread, NULL, top_worker_run, worker);
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	if (err) {
		close(worker->done);
		free(worker);
		return err;
	}
	*out = worker;
	return 0;
}

int top_worker_fd(const struct top_worker *worker)
{
	return worker->done;
}

void top_worker_ask(struct top_worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	if (!worker->asked && clock_precise() >= worker->rested) {
		worker->asked = true;
		pthread_cond_signal(&worker->wake);
	}
	pthread_mutex_unlock(&worker->lock);
}

struct top_hosts *top_worker_take(struct top_worker *worker, int *err)
{
	struct top_hosts *hosts;
	uint64_t count;

	/* Only clears the eventfd. */
	(void)!read(worker->done, &count, sizeof(count));
	pthread_mutex_lock(&worker->lock);
	hosts = worker->ready;
	worker->ready = NULL;
	*err = worker->err;
	pthread_mutex_unlock(&worker->lock);
	return hosts;
}

void top_worker_stop(struct top_worker *worker)
{
	if (!worker)
		return;
	pthread_mutex_lock(&worker->lock);
	worker->stop = true;
	pthread_cond_signal(&worker->wake);
	pthread_mutex_unlock(&worker->lock);
	pthread_join(worker->thread, NULL);
	top_hosts_free(worker->ready);
	pthread_cond_destroy(&worker->wake);
	pthread_mutex_destroy(&worker->lock);
	close(worker->done);
	free(worker);
}
