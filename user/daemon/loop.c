// SPDX-License-Identifier: GPL-2.0-only
/*
 * The daemon's loop: waits for log lines, link events, signals and a timer, and calls the part that
 * handles each.
 */
#include "daemon/loop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "common/netlink.h"
#include "common/output.h"
#include "common/suggest.h"
#include "daemon/closer.h"
#include "daemon/enforce.h"
#include "daemon/exempt.h"
#include "daemon/interfaces.h"
#include "daemon/reload.h"
#include "daemon/learn.h"
#include "daemon/restore.h"
#include "daemon/signals.h"
#include "daemon/starting.h"
#include "kernel/blocks_reconcile.h"
#include "kernel/links.h"

/*
 * exim creates the next file with its next line, which may be a while after a rotation. Seconds
 * after which a missing log file counts as unreadable.
 */
#define LOOP_GONE_MAX 60

enum {
	LOOP_SIGNALS,
	LOOP_LINKS,
	LOOP_TICK,
	LOOP_EXEMPT, /* not owned by the loop, as all that follow */
	LOOP_LOGS,
	LOOP_FDS = LOOP_LOGS + DAEMON_LOGS_MAX
};

/* Logs once when a log becomes unreadable, and once when it is readable again. */
static void loop_check_log(struct daemon_log *log)
{
	const char *path = source_name(log->source);
	int error = source_state(log->source).error;

	log->seen |= !error;
	if (error == log->error)
		return;
	log->gone = error == ENOENT && log->seen ? clock_seconds() : 0;
	if (error == ENOENT && log->seen)
		log_notice("%s was rotated: waiting for the next file", path);
	else if (error == ENOENT)
		log_warning("%s does not exist: waiting for it; check its name; active blocks stay",
			    path);
	else if (error)
		log_error("cannot read %s: %s; trying again when it changes; active blocks stay",
			  path, strerror(error));
	else
		log_notice("reading %s", path);
	log->error = error;
}

static void loop_caught_up(struct daemon_log *log)
{
	struct source_state state = source_state(log->source);

	log->behind = false;
	if (state.lost)
		log_warning("%s: a rotated file was removed before all of its lines were read",
			    source_name(log->source));
	if (state.lines)
		log_notice("%s: judged %llu lines that were written while no daemon was running",
			   source_name(log->source), (unsigned long long)state.lines);
}

/* Counts the lines that were skipped between `before` and `now`. */
static void loop_count_skips(struct daemon_log *log, const struct skips *before,
			     const struct skips *now)
{
	struct daemon *daemon = log->daemon;

	for (int i = 0; i < SKIP_KINDS; i++) {
		uint64_t count = now->of[i] - before->of[i];

		daemon->stats.skipped[i] += count;
		daemon->changed |= count;
		/* Lines that are read after a pause are not recent. */
		if (!log->behind)
			recent_add(&daemon->skips[i], clock_seconds(), count);
	}
}

static void loop_read(struct daemon_log *log)
{
	struct daemon *daemon = log->daemon;
	struct source_state before = source_state(log->source), state;
	uint64_t lines;

	log->more = source_read(log->source, time(NULL), enforce_take, log);
	loop_check_log(log);
	state = source_state(log->source);
	lines = state.lines - before.lines;
	loop_count_skips(log, &before.skips, &state.skips);
	if (!log->behind)
		recent_add(&daemon->lines, clock_seconds(), lines);
	if (log->behind && !log->more)
		loop_caught_up(log);
	if (lines) {
		daemon->stats.lines += lines;
		daemon->stats.last_line = clock_seconds();
		daemon->changed = true;
	}
}

static void loop_fill_rules(struct daemon *daemon, const struct judge_state *judged)
{
	const struct rules *rules = judge_rules(daemon->judge);
	struct sobig_stats *stats = &daemon->stats;

	memset(stats->rules, 0, sizeof(stats->rules));
	for (size_t i = 0; i < rules->count; i++) {
		memcpy(stats->rules[i].name, rules->rules[i].name, sizeof(stats->rules[i].name));
		stats->rules[i].counted = judged->rules[i].counted;
		stats->rules[i].blocks = judged->rules[i].blocks;
		stats->rules[i].dry_runs = judged->rules[i].dry_runs;
		stats->rules[i].left_open = daemon->left_open[i].offences;
		stats->rules[i].open_port = daemon->left_open[i].port;
	}
}

/* Severity of a log's condition; statistics show the worst log. */
static int loop_log_badness(const struct daemon_log *log)
{
	if (log->gone)
		return clock_seconds() - log->gone > LOOP_GONE_MAX ? 2 : 1;
	return log->error ? 2 : 0;
}

static void loop_fill_log(struct daemon *daemon)
{
	const struct daemon_log *worst = &daemon->logs[0];
	struct sobig_stats *stats = &daemon->stats;

	for (int i = 1; i < daemon->logs_count; i++)
		if (loop_log_badness(&daemon->logs[i]) > loop_log_badness(worst))
			worst = &daemon->logs[i];
	snprintf(stats->log, sizeof(stats->log), "%s", source_name(worst->source));
	stats->position = source_state(worst->source).position;
	stats->readable = loop_log_badness(worst) < 2;
	stats->log_gone = worst->gone;
}

/* The brake releases itself after an hour, and classes that did not count do again. */
static void loop_log_brakes(const struct sobig_stats *stats, const struct judge_state *judged)
{
	if (stats->braked && !judged->braked)
		log_notice("brake released: known senders are blocked again");
	for (int class = 0; class < EVENT_OFFENCES; class ++) {
		const uint32_t bit = 1u << class;

		if (judged->off & ~stats->classes_off & bit)
			log_error(
				"class %s does not count for an hour: at least half of the known senders had such an offence within 10 minutes; check the scanner or DNS list behind it; to count it again: sobig-xdp release",
				event_class_name(class));
		else if (stats->classes_off & ~judged->off & bit)
			log_notice("class %s counts again", event_class_name(class));
	}
}

static void loop_write_stats(struct daemon *daemon)
{
	struct judge_state judged = judge_state(daemon->judge);
	struct sobig_stats *stats = &daemon->stats;

	/* The heartbeat and a missing log are visible even if no line arrives. */
	stats->heartbeat = clock_seconds();
	stats->watched = judged.hosts;
	stats->watch_drops = judged.dropped;
	stats->allowed_offences = judged.allowed_offences;
	loop_log_brakes(stats, &judged);
	stats->braked = judged.braked;
	stats->brake = daemon->policy.rules.brake;
	stats->classes_off = judged.off;
	stats->off_offences = judged.off_offences;
	stats->standing = standing_state(judge_standing(daemon->judge)).hosts;
	stats->learned = judged.learned;
	stats->learn = daemon->policy.rules.learn;
	stats->learning = daemon->learn != NULL;
	loop_fill_rules(daemon, &judged);
	for (int i = 0; i < SKIP_KINDS; i++)
		stats->skipped_recent[i] = recent_sum(&daemon->skips[i], clock_seconds());
	stats->lines_recent = recent_sum(&daemon->lines, clock_seconds());
	loop_fill_log(daemon);
	for (int i = 0; i < daemon->interfaces_count; i++)
		if (daemon->interfaces[i].claim >= 0)
			stats_write(daemon->interfaces[i].stats, stats);
	daemon->changed = false;
}

/* What was learned from the old logs is added once. */
static void loop_take_learned(struct daemon *daemon)
{
	if (!daemon->learn || !learn_take(daemon->learn, daemon->judge))
		return;
	learn_close(daemon->learn);
	daemon->learn = NULL;
	restore_set_learned(daemon->restore);
	daemon->changed = true;
}

static void loop_tick(struct daemon *daemon)
{
	struct blocks_reconciled repair = { 0 };
	bool changed;
	int err;

	for (int i = 0; i < daemon->logs_count; i++)
		loop_read(&daemon->logs[i]);
	loop_take_learned(daemon);
	err = blocks_reconcile(daemon->blocks, &repair);
	if (err)
		log_error("cannot read the active blocks: %s", strerror(-err));
	if (repair.evicted) {
		daemon->stats.evictions += repair.evicted;
		daemon->changed = true;
		log_warning("the kernel's table had lost %llu block%s; restored",
			    (unsigned long long)repair.evicted, suggest_plural(repair.evicted));
	}
	closer_check(daemon);
	changed = restore_check(daemon) || daemon->changed;
	loop_write_stats(daemon);
	if (changed)
		restore_post(daemon);
	sd_notify(0, "WATCHDOG=1");
}

static int loop_open_tick(void)
{
	const struct itimerspec each_second = { { 1, 0 }, { 1, 0 } };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd >= 0)
		timerfd_settime(fd, 0, &each_second, NULL);
	return fd;
}

/* True if the daemon shall end. */
static bool loop_take_signals(struct daemon *daemon, int fd)
{
	struct signalfd_siginfo signal;

	while (read(fd, &signal, sizeof(signal)) == sizeof(signal)) {
		switch (signal.ssi_signo) {
		case SIGHUP:
			if (signals_are_of_hangup())
				return true;
			reload_reload(daemon);
			loop_write_stats(daemon);
			break;
		case SIGUSR1:
			reload_release(daemon);
			loop_write_stats(daemon);
			restore_post(daemon);
			break;
		default:
			return true;
		}
	}
	return false;
}

static bool loop_has_more(const struct daemon *daemon)
{
	for (int i = 0; i < daemon->logs_count; i++)
		if (daemon->logs[i].more)
			return true;
	return false;
}

static void loop_loop(struct daemon *daemon, struct pollfd *fds, int *err)
{
	uint64_t ticks;
	bool look;

	for (;;) {
		if (poll(fds, LOOP_LOGS + daemon->logs_count, loop_has_more(daemon) ? 0 : -1) < 0 &&
		    errno != EINTR) {
			log_error("cannot wait for the log: %s", strerror(errno));
			*err = -errno;
			return;
		}
		for (int i = 0; i < daemon->logs_count; i++)
			if (fds[LOOP_LOGS + i].revents || daemon->logs[i].more)
				loop_read(&daemon->logs[i]);
		look = fds[LOOP_LINKS].revents;
		if (look)
			netlink_drain(fds[LOOP_LINKS].fd);
		if (fds[LOOP_TICK].revents)
			look |= interfaces_needs_recheck(daemon);
		if (look && !interfaces_check(daemon, err))
			return;
		if (fds[LOOP_EXEMPT].revents)
			exempt_read(daemon->exempt, daemon);
		if (fds[LOOP_TICK].revents &&
		    read(fds[LOOP_TICK].fd, &ticks, sizeof(ticks)) == sizeof(ticks))
			loop_tick(daemon);
		if (fds[LOOP_SIGNALS].revents && loop_take_signals(daemon, fds[LOOP_SIGNALS].fd))
			return;
	}
}

int loop_run(struct daemon *daemon)
{
	struct pollfd fds[LOOP_FDS];
	int err = 0, i;

	fds[LOOP_SIGNALS].fd = signals_open();
	fds[LOOP_LINKS].fd = links_open();
	fds[LOOP_TICK].fd = loop_open_tick();
	fds[LOOP_EXEMPT].fd = exempt_fd(daemon->exempt);
	for (i = 0; i < daemon->logs_count; i++)
		fds[LOOP_LOGS + i].fd = source_fd(daemon->logs[i].source);
	for (i = 0; i < LOOP_LOGS + daemon->logs_count; i++)
		fds[i].events = POLLIN;

	if (fds[LOOP_SIGNALS].fd < 0 || fds[LOOP_LINKS].fd < 0 || fds[LOOP_TICK].fd < 0) {
		log_error("cannot start: %s", strerror(errno));
		err = -errno;
	} else {
		daemon->stats.pid = getpid();
		daemon->stats.started = daemon->stats.configured = clock_seconds();
		for (i = 0; i < daemon->logs_count; i++)
			loop_check_log(&daemon->logs[i]);
		exempt_read(daemon->exempt, daemon);
		loop_tick(daemon);
		loop_write_stats(daemon);
		restore_post(daemon);
		starting_end(daemon);
		sd_notify(0, "READY=1");
		daemon_event(daemon, "ready", json_object());
		/* A detach may have come since starting_wait(). */
		if (interfaces_check(daemon, &err))
			loop_loop(daemon, fds, &err);
		sd_notify(0, "STOPPING=1");
		daemon->ending = true;
		loop_write_stats(daemon);
		restore_post(daemon);
	}
	for (i = 0; i < LOOP_EXEMPT; i++)
		if (fds[i].fd >= 0)
			close(fds[i].fd);
	return err;
}
