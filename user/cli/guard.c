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

#include "act/links.h"
#include "common/duration.h"
#include "common/log.h"

#define GUARD_SKEW_MAX \
	(2 * 60 * 1000) /* ms that a fresh line's time may be off before it is told */

enum {
	GUARD_SIGNALS,
	GUARD_LINKS,
	GUARD_TICK,
	GUARD_LOGS,
	GUARD_FDS = GUARD_LOGS + GUARD_LOGS_MAX
};

void guard_tell(const struct guard *guard, const char *what, json_t *json)
{
	struct timespec now;
	char time[CLI_TIME_SIZE];

	if (!guard->common.json) {
		json_decref(json);
		return;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	cli_stamp(now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000, time);
	json_object_set_new(json, "event", json_string(what));
	json_object_set_new(json, "time", json_string(time));
	json_dumpf(json, stdout, JSON_COMPACT);
	putchar('\n');
	fflush(stdout);
	json_decref(json);
}

/*
 * The log's clock may be set to another zone than ours. The line was written just now, so a
 * block counts from now, and the difference is worth a word.
 */
static void guard_check_skew(struct guard *guard, int64_t time)
{
	struct timespec now;
	int64_t skew;
	uint32_t seconds;
	char text[DURATION_TEXT_SIZE];

	clock_gettime(CLOCK_REALTIME, &now);
	skew = time - (now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000);
	if (llabs(skew) < GUARD_SKEW_MAX || llabs(skew - guard->skew_told) < GUARD_SKEW_MAX)
		return;
	guard->skew_told = skew;
	seconds = llabs(skew) / 1000;
	log_warning("the log's clock is %s %s ours; blocks count from now all the same "
		    "(exim's \"timezone\", or TZ here?)",
		    duration_format(seconds, text), skew < 0 ? "behind" : "ahead of");
}

static void guard_block(struct guard *guard, const struct verdict *verdict)
{
	char address[ADDR_TEXT_SIZE], duration[DURATION_TEXT_SIZE];
	uint32_t seconds = (verdict->until - verdict->time) / 1000;
	const struct addr_prefix whom = addr_prefix_host(&verdict->host);
	const struct blocks_order order = {
		.seconds = seconds,
		.extend = guard->extend,
		.trial = guard->filter.dry_run,
		.reason = verdict->reason,
	};
	size_t done;
	int err = blocks_add(guard->blocks, &whom, 1, &order, NULL, &done);

	addr_format_host(&verdict->host, address);
	duration_format(seconds, duration);
	if (err == -E2BIG) {
		/* At powers of two: a full table in a storm is not to fill the disk as well. */
		guard->full++;
		if (!(guard->full & (guard->full - 1)))
			log_error("%s was not blocked: the table is full (%llu such verdicts)",
				  address, (unsigned long long)guard->full);
		return;
	}
	if (err) {
		log_error("%s was not blocked: %s", address, strerror(-err));
		return;
	}
	guard->pulse.blocked++;
	log_notice("%s %s for %s (%s)", guard->filter.dry_run ? "would block" : "blocked", address,
		   duration, verdict->reason);
	guard_tell(guard, guard->filter.dry_run ? "would-block" : "block",
		   json_pack("{s:s, s:i, s:s}", "address", address, "seconds", (int)seconds,
			     "reason", verdict->reason));
}

static void guard_event(void *context, const struct event *event)
{
	struct guard *guard = context;
	struct verdict verdict;

	if (event->class < EVENT_OFFENCES)
		guard->pulse.offences++;
	if (!judge_event(guard->judge, event, &verdict))
		guard_block(guard, &verdict);
	guard_check_skew(guard, event->time);
}

/* Says once when a log can no longer be read, and once when it can again. */
static void guard_check_log(struct guard_log *log)
{
	const char *path = source_name(log->source);
	int error = source_state(log->source).error;

	if (error == log->error)
		return;
	if (error == ENOENT)
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

static void guard_read(struct guard_log *log)
{
	struct guard *guard = log->guard;
	uint64_t lines = source_state(log->source).lines;

	source_read(log->source, time(NULL), guard_event, guard);
	guard_check_log(log);
	lines = source_state(log->source).lines - lines;
	if (lines) {
		guard->pulse.lines += lines;
		guard->pulse.last_line = blocks_now();
		guard->changed = true;
	}
}

static void guard_write_pulse(struct guard *guard)
{
	struct judge_state judged = judge_state(guard->judge);
	struct sobig_pulse *pulse = &guard->pulse;

	pulse->watched = judged.hosts;
	pulse->watch_drops = judged.dropped;
	pulse->readable = 1;
	pulse->skipped = 0;
	for (int i = guard->logs_count - 1; i >= 0; i--) {
		struct source_state state = source_state(guard->logs[i].source);

		pulse->skipped += state.skipped;
		if (!state.error && (i || !pulse->readable))
			continue;
		/* The first that cannot be read is the one to speak of, or else the first. */
		if (state.error || pulse->readable)
			snprintf(pulse->log, sizeof(pulse->log), "%s",
				 source_name(guard->logs[i].source));
		pulse->position = state.position;
		pulse->readable = !state.error;
	}
	for (int i = 0; i < guard->interfaces_count; i++)
		if (guard->interfaces[i].claim >= 0)
			pulse_write(guard->interfaces[i].pulse, pulse);
	guard->changed = false;
}

static void guard_tick(struct guard *guard)
{
	struct blocks_repair repair = { 0 };
	int err;

	for (int i = 0; i < guard->logs_count; i++)
		guard_read(&guard->logs[i]);
	err = blocks_repair(guard->blocks, &repair);
	if (err)
		log_error("cannot look through the blocks in force: %s", strerror(-err));
	if (repair.evicted) {
		guard->pulse.evictions += repair.evicted;
		guard->changed = true;
		log_warning("the kernel's table had lost %llu blocks; they were put back",
			    (unsigned long long)repair.evicted);
	}
	if (guard->changed)
		guard_write_pulse(guard);
}

static int guard_take_off(struct guard *guard, struct guard_interface *interface)
{
	const char *pins = guard->filter.pins;
	int err = 0, turn = -1;

	pins_lock(pins, &turn);
	if (interface->program) {
		err = filter_detach(interface->index, pins, interface->program);
		if (!err)
			log_notice("%s: filter taken off", interface->name);
		guard_tell(guard, "detach", json_pack("{s:s}", "interface", interface->name));
	}
	if (err == -ENOENT)
		err = 0;
	if (!err && pins_is_claimed(pins, interface->index, interface->claim))
		err = pins_remove(pins, interface->index);
	if (turn >= 0)
		close(turn);
	return err;
}

int guard_release(struct guard *guard, struct guard_interface *interface, bool keep)
{
	int err = 0;

	if (interface->claim < 0)
		return 0;
	if (!keep)
		err = guard_take_off(guard, interface);
	pulse_close(interface->pulse);
	interface->pulse = NULL;
	close(interface->claim);
	interface->claim = -1;
	return err;
}

/* By our own detach, which is as it should be, or by other means, which leaves us unprotected. */
static void guard_was_taken_off(struct guard *guard, struct guard_interface *interface, int *status)
{
	int turn = -1;
	bool ours;

	/* A detach still at work has not removed the pins yet. */
	pins_lock(guard->filter.pins, &turn);
	ours = !pins_is_claimed(guard->filter.pins, interface->index, interface->claim);
	if (turn >= 0)
		close(turn);
	if (ours) {
		log_notice("%s: the filter was taken off by sobig-xdp detach", interface->name);
		return;
	}
	log_error("%s: the filter was taken off, and not by us: mail is not protected; "
		  "to put it back: sobig-xdp attach %s",
		  interface->name, interface->name);
	*status = CLI_FAILED;
}

enum guard_standing {
	GUARD_STANDS,
	GUARD_TAKEN_OFF,
	GUARD_VANISHED
};

/* An interface that is being deleted loses its program first, and its name a moment later. */
static enum guard_standing guard_standing(const struct guard *guard,
					  const struct guard_interface *interface)
{
	const struct timespec moment = { 0, 200000000 };
	char name[IF_NAMESIZE];
	struct filter_info info;

	if (!if_indextoname(interface->index, name))
		return GUARD_VANISHED;
	if (filter_find(interface->index, guard->filter.pins, interface->program, &info) != -ENOENT)
		return GUARD_STANDS;
	nanosleep(&moment, NULL);
	return if_indextoname(interface->index, name) ? GUARD_TAKEN_OFF : GUARD_VANISHED;
}

/* Gives up interfaces that are gone or were taken from us. How many are left. */
static int guard_check_interfaces(struct guard *guard, int *status)
{
	int left = 0;

	for (int i = 0; i < guard->interfaces_count; i++) {
		struct guard_interface *interface = &guard->interfaces[i];
		const char *name = interface->name;

		if (interface->claim < 0)
			continue;
		switch (guard_standing(guard, interface)) {
		case GUARD_STANDS:
			left++;
			continue;
		case GUARD_TAKEN_OFF:
			guard_was_taken_off(guard, interface, status);
			break;
		case GUARD_VANISHED:
			log_error("%s has vanished, or was moved to another network namespace, "
				  "where \"ip link set dev %s xdp off\" takes the filter off; "
				  "when "
				  "it is back: sobig-xdp attach %s",
				  name, name, name);
			*status = CLI_FAILED;
			break;
		}
		guard_release(guard, interface, false);
	}
	return left;
}

static void guard_signals(sigset_t *out)
{
	sigemptyset(out);
	sigaddset(out, SIGINT);
	sigaddset(out, SIGTERM);
	sigaddset(out, SIGHUP);
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

static void guard_loop(struct guard *guard, struct pollfd *fds, int *status)
{
	uint64_t ticks;

	for (;;) {
		if (poll(fds, GUARD_LOGS + guard->logs_count, -1) < 0 && errno != EINTR) {
			log_error("cannot wait for the log: %s", strerror(errno));
			*status = CLI_FAILED;
			return;
		}
		for (int i = 0; i < guard->logs_count; i++)
			if (fds[GUARD_LOGS + i].revents)
				guard_read(&guard->logs[i]);
		if (fds[GUARD_LINKS].revents) {
			links_drain(fds[GUARD_LINKS].fd);
			if (!guard_check_interfaces(guard, status))
				return;
		}
		if (fds[GUARD_TICK].revents &&
		    read(fds[GUARD_TICK].fd, &ticks, sizeof(ticks)) == sizeof(ticks))
			guard_tick(guard);
		if (fds[GUARD_SIGNALS].revents)
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
	for (i = 0; i < guard->logs_count; i++)
		fds[GUARD_LOGS + i].fd = source_fd(guard->logs[i].source);
	for (i = 0; i < GUARD_LOGS + guard->logs_count; i++)
		fds[i].events = POLLIN;

	if (fds[GUARD_SIGNALS].fd < 0 || fds[GUARD_LINKS].fd < 0 || fds[GUARD_TICK].fd < 0) {
		log_error("cannot start: %s", strerror(errno));
		status = CLI_FAILED;
	} else {
		guard->pulse.pid = getpid();
		guard->pulse.started = blocks_now();
		for (i = 0; i < guard->logs_count; i++)
			guard_check_log(&guard->logs[i]);
		guard_tick(guard);
		guard_write_pulse(guard);
		sd_notify(0, "READY=1");
		guard_tell(guard, "ready", json_object());
		guard_loop(guard, fds, &status);
		sd_notify(0, "STOPPING=1");
		guard_write_pulse(guard);
	}
	for (i = 0; i < GUARD_LOGS; i++)
		if (fds[i].fd >= 0)
			close(fds[i].fd);
	return status;
}
