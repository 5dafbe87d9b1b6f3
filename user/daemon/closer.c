// SPDX-License-Identifier: GPL-2.0-only
/* Ends the open connections of newly blocked hosts, in a thread of its own. */
#include "daemon/closer.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/array.h"
#include "common/clock.h"
#include "common/log.h"
#include "kernel/connections.h"

/* At least so long passes between two lists of connections: in a storm, a list serves many blocks.
 */
#define CLOSER_PAUSE_MS 1000

/*
 * Lists in which a host is looked for. The first comes at once; a connection whose SYN was accepted
 * before the block may be established after that.
 */
#define CLOSER_LOOKS 2

struct closer_target {
	struct addr_prefix target;
	uint16_t ports[SOBIG_PORTS_MAX];
	unsigned int looks; /* left */
};

struct closer {
	pthread_t thread;
	pthread_mutex_t lock; /* protects all below */
	pthread_cond_t wake;
	bool stop;
	struct closer_target *fresh; /* not taken by the thread yet */
	size_t fresh_count;
	struct prefix_set *allowed; /* not taken yet; NULL: no new one */
	uint16_t ports[SOBIG_PORTS_MAX];
	uint64_t ended, lost; /* connections ended; blocks without memory to look for them */
	int error;	      /* -errno: why connections cannot be ended; 0: they can */
};

/* What only the thread uses. */
struct closer_work {
	struct closer *closer;
	struct closer_target *targets;
	size_t count;
	struct prefix_set *allowed;
	uint16_t ports[SOBIG_PORTS_MAX];
};

/* Moves the fresh targets to the work; the caller holds the lock. */
static void closer_take(struct closer_work *work)
{
	struct closer *closer = work->closer;
	struct closer_target *targets;

	for (size_t i = 0; i < closer->fresh_count; i++) {
		targets = array_grow(work->targets, work->count, sizeof(*targets));
		if (!targets) {
			closer->lost += closer->fresh_count - i;
			break;
		}
		work->targets = targets;
		targets[work->count++] = closer->fresh[i];
	}
	free(closer->fresh);
	closer->fresh = NULL;
	closer->fresh_count = 0;
	if (closer->allowed) {
		prefix_set_free(work->allowed);
		work->allowed = closer->allowed;
		closer->allowed = NULL;
	}
	memcpy(work->ports, closer->ports, sizeof(work->ports));
}

/* Waits for targets, and then for the time `until`. False: the thread shall end. */
static bool closer_wait(struct closer_work *work, const struct timespec *until)
{
	struct closer *closer = work->closer;
	bool go_on;

	pthread_mutex_lock(&closer->lock);
	while (!closer->stop && !work->count && !closer->fresh_count)
		pthread_cond_wait(&closer->wake, &closer->lock);
	while (!closer->stop &&
	       pthread_cond_timedwait(&closer->wake, &closer->lock, until) != ETIMEDOUT)
		;
	go_on = !closer->stop;
	if (go_on)
		closer_take(work);
	pthread_mutex_unlock(&closer->lock);
	return go_on;
}

/* Lists the connections and ends those of the targets. 0 or -errno. */
static int closer_look(const struct closer_work *work, uint64_t *ended)
{
	struct connections *connections;
	int err = connections_open(work->ports, &connections);

	*ended = 0;
	if (err)
		return err;
	for (size_t i = 0; i < work->count && connections_count(connections); i++)
		connections_mark(connections, &work->targets[i].target, work->targets[i].ports);
	if (work->allowed)
		connections_spare(connections, work->allowed);
	err = connections_end(connections, ended);
	connections_free(connections);
	return err;
}

/* Drops the targets that were looked for often enough. */
static void closer_forget(struct closer_work *work)
{
	size_t kept = 0;

	for (size_t i = 0; i < work->count; i++)
		if (--work->targets[i].looks)
			work->targets[kept++] = work->targets[i];
	work->count = kept;
	if (kept)
		return;
	free(work->targets);
	work->targets = NULL;
}

static void *closer_run(void *context)
{
	struct closer_work work = { .closer = context };
	struct closer *closer = work.closer;
	struct timespec until = { 0 };
	uint64_t ended;
	int err;

	while (closer_wait(&work, &until)) {
		until = clock_deadline(CLOSER_PAUSE_MS);
		err = closer_look(&work, &ended);
		closer_forget(&work);
		pthread_mutex_lock(&closer->lock);
		closer->ended += ended;
		/* A list in which there was nothing to end does not show that it can be ended. */
		if (err || ended || (closer->error != -EPERM && closer->error != -EOPNOTSUPP))
			closer->error = err;
		pthread_mutex_unlock(&closer->lock);
		if (ended)
			log_notice("open connections of blocked hosts ended: %llu",
				   (unsigned long long)ended);
	}
	free(work.targets);
	prefix_set_free(work.allowed);
	return NULL;
}

static int closer_start(struct closer *closer)
{
	sigset_t all, before;
	int err;

	/* The main thread handles signals. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = -pthread_create(&closer->thread, NULL, closer_run, closer);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

int closer_open(struct closer **out)
{
	struct closer *closer = calloc(1, sizeof(*closer));
	pthread_condattr_t monotonic;
	int err;

	if (!closer)
		return -ENOMEM;
	pthread_mutex_init(&closer->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&closer->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	closer->error = connections_check();
	err = closer_start(closer);
	if (err) {
		log_error("cannot start a thread: %s", strerror(-err));
		pthread_mutex_destroy(&closer->lock);
		pthread_cond_destroy(&closer->wake);
		free(closer);
		return err;
	}
	*out = closer;
	return 0;
}

int closer_allow(struct closer *closer, const struct prefix_set *allowed)
{
	struct prefix_set *copy, *old;
	const char *why;
	int err = prefix_set_new(&copy);

	if (err)
		return err;
	for (size_t i = 0; i < prefix_set_count(allowed) && !err; i++) {
		const struct addr_prefix *target = prefix_set_at(allowed, i, &why);

		err = prefix_set_add(copy, target, why);
	}
	if (err) {
		prefix_set_free(copy);
		return err;
	}
	prefix_set_seal(copy);
	pthread_mutex_lock(&closer->lock);
	old = closer->allowed;
	closer->allowed = copy;
	pthread_mutex_unlock(&closer->lock);
	prefix_set_free(old);
	return 0;
}

void closer_guard(struct closer *closer, const uint16_t ports[SOBIG_PORTS_MAX])
{
	pthread_mutex_lock(&closer->lock);
	memcpy(closer->ports, ports, sizeof(closer->ports));
	pthread_mutex_unlock(&closer->lock);
}

void closer_add(struct closer *closer, const struct addr_prefix *target,
		const uint16_t ports[SOBIG_PORTS_MAX])
{
	struct closer_target more = { .target = *target, .looks = CLOSER_LOOKS };
	struct closer_target *fresh;

	memcpy(more.ports, ports, sizeof(more.ports));
	pthread_mutex_lock(&closer->lock);
	fresh = array_grow(closer->fresh, closer->fresh_count, sizeof(*fresh));
	if (fresh) {
		closer->fresh = fresh;
		fresh[closer->fresh_count++] = more;
	} else {
		closer->lost++;
	}
	pthread_cond_signal(&closer->wake);
	pthread_mutex_unlock(&closer->lock);
}

static void closer_log_error(int err)
{
	if (err == -EOPNOTSUPP)
		log_warning(
			"this kernel cannot end open connections (it was built without CONFIG_INET_DIAG_DESTROY): those of a blocked host continue; to accept that: connections = finish in [filter]");
	else if (err == -EPERM)
		log_warning(
			"no permission to end open connections (CAP_NET_ADMIN in the network namespace): those of a blocked host continue; to accept that: connections = finish in [filter]");
	else
		log_warning("cannot end open connections: %s; those of a blocked host continue",
			    strerror(-err));
}

void closer_check(struct daemon *daemon)
{
	struct closer *closer = daemon->closer;
	struct sobig_stats *stats = &daemon->stats;
	uint64_t ended, lost;
	int error;

	pthread_mutex_lock(&closer->lock);
	ended = closer->ended - stats->connections_ended;
	lost = closer->lost;
	error = closer->error;
	closer->lost = 0;
	pthread_mutex_unlock(&closer->lock);
	if (lost)
		error = -ENOMEM;
	if (daemon->policy.config.filter.finish)
		error = 0;
	if (error && -error != (int)stats->connections_error)
		closer_log_error(error);
	daemon->changed |= ended || -error != (int)stats->connections_error;
	stats->connections_error = -error;
	stats->connections_ended += ended;
	if (ended)
		daemon_event(daemon, "connections", json_pack("{s:I}", "ended", (json_int_t)ended));
}

void closer_close(struct closer *closer)
{
	if (!closer)
		return;
	pthread_mutex_lock(&closer->lock);
	closer->stop = true;
	pthread_cond_signal(&closer->wake);
	pthread_mutex_unlock(&closer->lock);
	pthread_join(closer->thread, NULL);
	pthread_mutex_destroy(&closer->lock);
	pthread_cond_destroy(&closer->wake);
	prefix_set_free(closer->allowed);
	free(closer->fresh);
	free(closer);
}
