// SPDX-License-Identifier: GPL-2.0-only
/* The daemon's loop: lines read, hosts judged, blocks made true, for as long as it is let. */
#include "cli/guard.h"

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

#include "kernel/links.h"
#include "cli/keep.h"
#include "cli/memory.h"
#include "cli/policy.h"
#include "cli/post.h"
#include "cli/verdicts.h"
#include "common/log.h"
#include "common/suggest.h"

/*
 * exim makes the next file when it has something to say, which may take a while after a rotation.
 * Seconds after which a log without a file counts as one that cannot be read.
 */
#define GUARD_GONE_MAX 60

enum {
	GUARD_SIGNALS,
	GUARD_LINKS,
	GUARD_TICK,
	GUARD_KEEP, /* the first that is not ours to close */
	GUARD_LOGS,
	GUARD_FDS = GUARD_LOGS + GUARD_LOGS_MAX
};

int64_t guard_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

void guard_tell(const struct guard *guard, const char *what, json_t *json)
{
	char time[CLI_TIME_SIZE];

	if (!guard->common.json) {
		json_decref(json);
		return;
	}
	cli_stamp(guard_clock(), time);
	json_object_set_new(json, "event", json_string(what));
	json_object_set_new(json, "time", json_string(time));
	cli_put_line("event", json);
	fflush(stdout);
}

/* Says once when a log can no longer be read, and once when it can again. */
static void guard_check_log(struct guard_log *log)
{
	const char *path = source_name(log->source);
	int error = source_state(log->source).error;

	log->seen |= !error;
	if (error == log->error)
		return;
	log->gone = error == ENOENT && log->seen ? blocks_now() : 0;
	if (error == ENOENT && log->seen)
		log_notice("%s was rotated away: waiting for the next one", path);
	else if (error == ENOENT)
		log_warning("%s is not there: waiting for it (is that its name?); blocks in "
			    "force stay",
			    path);
	else if (error)
		log_error("cannot read %s: %s; trying again whenever it changes; blocks in "
			  "force stay",
			  path, strerror(error));
	else
		log_notice("reading %s", path);
	log->error = error;
}

static void guard_caught_up(struct guard_log *log)
{
	struct source_state state = source_state(log->source);

	log->behind = false;
	if (state.lost)
		log_warning("%s: what was written before a rotation is gone, and was not read to "
			    "its end",
			    source_name(log->source));
	if (state.lines)
		log_notice("%s: lines that had been written while nobody read, and are judged now: "
			   "%llu",
			   source_name(log->source), (unsigned long long)state.lines);
}

/* Counts the lines that were not judged, from what there were before and are now. */
static void guard_count_skips(struct guard_log *log, const struct skips *before,
			      const struct skips *now)
{
	struct guard *guard = log->guard;

	for (int i = 0; i < SKIP_KINDS; i++) {
		uint64_t count = now->of[i] - before->of[i];

		guard->pulse.skipped[i] += count;
		guard->changed |= count;
		/* What is read after a pause was not written lately. */
		if (!log->behind)
			lately_add(&guard->skips[i], blocks_now(), count);
	}
}

static void guard_read(struct guard_log *log)
{
	struct guard *guard = log->guard;
	struct source_state before = source_state(log->source), state;
	uint64_t lines;

	log->more = source_read(log->source, time(NULL), verdicts_take, log);
	guard_check_log(log);
	state = source_state(log->source);
	lines = state.lines - before.lines;
	guard_count_skips(log, &before.skips, &state.skips);
	if (!log->behind)
		lately_add(&guard->lines, blocks_now(), lines);
	if (log->behind && !log->more)
		guard_caught_up(log);
	if (lines) {
		guard->pulse.lines += lines;
		guard->pulse.last_line = blocks_now();
		guard->changed = true;
	}
}

static void guard_fill_rules(struct guard *guard, const struct judge_state *judged)
{
	const struct rules *rules = judge_rules(guard->judge);
	struct sobig_pulse *pulse = &guard->pulse;

	memset(pulse->rules, 0, sizeof(pulse->rules));
	for (size_t i = 0; i < rules->count; i++) {
		memcpy(pulse->rules[i].name, rules->rules[i].name, sizeof(pulse->rules[i].name));
		pulse->rules[i].counted = judged->rules[i].counted;
		pulse->rules[i].blocks = judged->rules[i].blocks;
		pulse->rules[i].trials = judged->rules[i].trials;
	}
}

/* How bad it is that a log is as it is: the worst is the one to speak of. */
static int guard_log_badness(const struct guard_log *log)
{
	if (log->gone)
		return blocks_now() - log->gone > GUARD_GONE_MAX ? 2 : 1;
	return log->error ? 2 : 0;
}

static void guard_fill_log(struct guard *guard)
{
	const struct guard_log *worst = &guard->logs[0];
	struct sobig_pulse *pulse = &guard->pulse;

	for (int i = 1; i < guard->logs_count; i++)
		if (guard_log_badness(&guard->logs[i]) > guard_log_badness(worst))
			worst = &guard->logs[i];
	snprintf(pulse->log, sizeof(pulse->log), "%s", source_name(worst->source));
	pulse->position = source_state(worst->source).position;
	pulse->readable = guard_log_badness(worst) < 2;
	pulse->log_gone = worst->gone;
}

static void guard_write_pulse(struct guard *guard)
{
	struct judge_state judged = judge_state(guard->judge);
	struct sobig_pulse *pulse = &guard->pulse;

	/* That we live, and that a log has gone, is to be seen although no line comes. */
	pulse->beat = blocks_now();
	pulse->watched = judged.hosts;
	pulse->watch_drops = judged.dropped;
	pulse->spared = judged.spared;
	pulse->braked = judged.braked;
	pulse->brake = guard->setup.rules.brake;
	guard_fill_rules(guard, &judged);
	for (int i = 0; i < SKIP_KINDS; i++)
		pulse->skipped_lately[i] = lately_sum(&guard->skips[i], blocks_now());
	pulse->lines_lately = lately_sum(&guard->lines, blocks_now());
	guard_fill_log(guard);
	for (int i = 0; i < guard->interfaces_count; i++)
		if (guard->interfaces[i].claim >= 0)
			stats_write(guard->interfaces[i].pulse, pulse);
	guard->changed = false;
}

static void guard_tick(struct guard *guard)
{
	struct blocks_reconciled repair = { 0 };
	bool changed;
	int err;

	for (int i = 0; i < guard->logs_count; i++)
		guard_read(&guard->logs[i]);
	err = blocks_reconcile(guard->blocks, &repair);
	if (err)
		log_error("cannot look through the blocks in force: %s", strerror(-err));
	if (repair.evicted) {
		guard->pulse.evictions += repair.evicted;
		guard->changed = true;
		log_warning("the kernel's table had lost %llu block%s, which came back now",
			    (unsigned long long)repair.evicted, suggest_plural(repair.evicted));
	}
	changed = memory_check(guard) || guard->changed;
	guard_write_pulse(guard);
	if (changed)
		memory_post(guard);
	sd_notify(0, "WATCHDOG=1");
}

static void guard_signals(sigset_t *out)
{
	sigemptyset(out);
	sigaddset(out, SIGINT);
	sigaddset(out, SIGTERM);
	sigaddset(out, SIGHUP);
	sigaddset(out, SIGUSR1);
}

void guard_hold_signals(void)
{
	sigset_t signals;

	guard_signals(&signals);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int guard_open_signals(void)
{
	sigset_t signals;

	guard_signals(&signals);
	return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int guard_open_tick(void)
{
	const struct itimerspec each_second = { { 1, 0 }, { 1, 0 } };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd >= 0)
		timerfd_settime(fd, 0, &each_second, NULL);
	return fd;
}

/* True of a terminal that has gone away; a daemon never had one. */
static bool guard_is_hung_up(void)
{
	return isatty(STDIN_FILENO) || (tcgetpgrp(STDIN_FILENO) < 0 && errno == EIO);
}

/* True if it is time to end. */
static bool guard_take_signals(struct guard *guard, int fd)
{
	struct signalfd_siginfo signal;

	while (read(fd, &signal, sizeof(signal)) == sizeof(signal)) {
		switch (signal.ssi_signo) {
		case SIGHUP:
			if (guard_is_hung_up())
				return true;
			policy_reload(guard);
			guard_write_pulse(guard);
			break;
		case SIGUSR1:
			policy_release(guard);
			guard_write_pulse(guard);
			memory_post(guard);
			break;
		default:
			return true;
		}
	}
	return false;
}

static bool guard_has_more(const struct guard *guard)
{
	for (int i = 0; i < guard->logs_count; i++)
		if (guard->logs[i].more)
			return true;
	return false;
}

static void guard_loop(struct guard *guard, struct pollfd *fds, int *status)
{
	uint64_t ticks;
	bool look;

	for (;;) {
		if (poll(fds, GUARD_LOGS + guard->logs_count, guard_has_more(guard) ? 0 : -1) < 0 &&
		    errno != EINTR) {
			log_error("cannot wait for the log: %s", strerror(errno));
			*status = CLI_FAILED;
			return;
		}
		for (int i = 0; i < guard->logs_count; i++)
			if (fds[GUARD_LOGS + i].revents || guard->logs[i].more)
				guard_read(&guard->logs[i]);
		look = fds[GUARD_LINKS].revents;
		if (look)
			links_drain(fds[GUARD_LINKS].fd);
		if (fds[GUARD_TICK].revents)
			look |= post_is_unsure(guard);
		if (look && !post_check(guard, status))
			return;
		if (fds[GUARD_KEEP].revents)
			keep_read(guard->kept, guard);
		if (fds[GUARD_TICK].revents &&
		    read(fds[GUARD_TICK].fd, &ticks, sizeof(ticks)) == sizeof(ticks))
			guard_tick(guard);
		if (fds[GUARD_SIGNALS].revents && guard_take_signals(guard, fds[GUARD_SIGNALS].fd))
			return;
	}
}

int guard_run(struct guard *guard)
{
	struct pollfd fds[GUARD_FDS];
	int status = CLI_DONE, i;

	fds[GUARD_SIGNALS].fd = guard_open_signals();
	fds[GUARD_LINKS].fd = links_open();
	fds[GUARD_TICK].fd = guard_open_tick();
	fds[GUARD_KEEP].fd = keep_fd(guard->kept);
	for (i = 0; i < guard->logs_count; i++)
		fds[GUARD_LOGS + i].fd = source_fd(guard->logs[i].source);
	for (i = 0; i < GUARD_LOGS + guard->logs_count; i++)
		fds[i].events = POLLIN;

	if (fds[GUARD_SIGNALS].fd < 0 || fds[GUARD_LINKS].fd < 0 || fds[GUARD_TICK].fd < 0) {
		log_error("cannot start: %s", strerror(errno));
		status = CLI_FAILED;
	} else {
		guard->pulse.pid = getpid();
		guard->pulse.started = guard->pulse.configured = blocks_now();
		for (i = 0; i < guard->logs_count; i++)
			guard_check_log(&guard->logs[i]);
		keep_read(guard->kept, guard);
		guard_tick(guard);
		guard_write_pulse(guard);
		memory_post(guard);
		sd_notify(0, "READY=1");
		guard_tell(guard, "ready", json_object());
		guard_loop(guard, fds, &status);
		sd_notify(0, "STOPPING=1");
		guard_write_pulse(guard);
		memory_post(guard);
	}
	for (i = 0; i < GUARD_KEEP; i++)
		if (fds[i].fd >= 0)
			close(fds[i].fd);
	return status;
}
