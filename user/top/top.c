// SPDX-License-Identifier: GPL-2.0-only
/* top's event loop: readings, keys and screen updates. */
#include "top/top.h"

#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "top/top_cursor.h"
#include "top/top_draw.h"
#include "top/top_keys.h"
#include "top/top_term.h"
#include "top/top_types.h"

/* The growth per second; unknown if the counter was reset. */
static double top_rate(uint64_t now, uint64_t before, double elapsed)
{
	return now > before && elapsed > 0 ? (now - before) / elapsed : 0;
}

static void top_count(struct top *top)
{
	const struct overview *overview = top->overview;
	uint64_t dropped = 0, passed = 0, offences = 0, lines = 0;
	double now = clock_precise(), elapsed = now - top->time;

	for (int i = 0; i < overview->interfaces_count; i++) {
		dropped += overview_dropped(&overview->interfaces[i]);
		passed += overview_passed(&overview->interfaces[i]);
	}
	for (int i = 0; i < overview->daemons_count; i++) {
		offences += overview->daemons[i].stats->offences;
		lines += overview->daemons[i].stats->lines;
	}
	if (top->time > 0) {
		top_series_add(&top->dropped, top_rate(dropped, top->dropped_total, elapsed));
		top_series_add(&top->passed, top_rate(passed, top->passed_total, elapsed));
		top_series_add(&top->offences, top_rate(offences, top->offences_total, elapsed));
		top->lines = top_rate(lines, top->lines_total, elapsed);
	}
	top->dropped_total = dropped;
	top->passed_total = passed;
	top->offences_total = offences;
	top->lines_total = lines;
	top->time = now;
}

/* Copies the block data, which the quick reading does not have, from the last full reading. */
static void top_find_problems(struct top *top)
{
	struct overview *overview = top->overview;

	if (top->hosts) {
		const struct overview *known = top->hosts->overview;

		overview->ipv4 = known->ipv4;
		overview->ipv6 = known->ipv6;
		overview->networks = known->networks;
		overview->networks4 = known->networks4;
		overview->dry_runs = known->dry_runs;
		overview->room4 = known->room4;
		overview->room6 = known->room6;
	}
	top->problems_count = health_find(overview, top->problems);
}

static void top_read(struct top *top)
{
	top->err = overview_read(top->pins, top->overview);
	if (!top->err) {
		overview_read_ended(top->overview);
		top_count(top);
	}
	top_find_problems(top);
	top_worker_ask(top->worker);
}

static void top_take_hosts(struct top *top)
{
	struct top_hosts *hosts;
	int err;

	hosts = top_worker_take(top->worker, &err);
	if (!hosts && err != -ENOENT)
		return;
	if (top->paused && top->hosts) {
		top_hosts_free(hosts);
		return;
	}
	top_hosts_free(top->hosts);
	top->hosts = hosts;
	top_cursor_arrange(top);
	top_find_problems(top);
}

enum {
	TOP_KEYS,
	TOP_TICK,
	TOP_SIGNALS,
	TOP_HOSTS,
	TOP_CHILD,
	TOP_FDS
};

static void top_hold_signals(sigset_t *out)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH };

	sigemptyset(out);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(out, signals[i]);
	sigprocmask(SIG_BLOCK, out, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void top_take_signal(struct top *top, int fd)
{
	struct signalfd_siginfo info;

	if (read(fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGWINCH) {
		top_term_resize();
		return;
	}
	top->over = true;
	/* Ctrl-C quits, like q. */
	top->signal = info.ssi_signo == SIGINT ? 0 : info.ssi_signo;
}

static void top_take_keys(struct top *top)
{
	int key;

	while (!top->over && (key = getch()) != ERR)
		if (key != KEY_RESIZE)
			top_keys_press(top, key);
}

static void top_loop(struct top *top, struct pollfd *fds)
{
	uint64_t ticks;

	while (!top->over) {
		top_draw(top);
		fds[TOP_CHILD].fd = top->child.fd;
		if (poll(fds, TOP_FDS, -1) < 0 && errno != EINTR)
			return;
		/*
		 * After a stop and a continue, curses has redrawn the screen; there is no key to
		 * read.
		 */
		if (fds[TOP_SIGNALS].revents)
			top_take_signal(top, fds[TOP_SIGNALS].fd);
		if (fds[TOP_TICK].revents &&
		    read(fds[TOP_TICK].fd, &ticks, sizeof(ticks)) == sizeof(ticks) && !top->paused)
			top_read(top);
		if (fds[TOP_HOSTS].revents)
			top_take_hosts(top);
		if (fds[TOP_CHILD].fd >= 0 && fds[TOP_CHILD].revents)
			top_keys_read_child(top);
		if (fds[TOP_KEYS].revents & POLLIN)
			top_take_keys(top);
		/* The terminal was closed. */
		if (fds[TOP_KEYS].revents & (POLLHUP | POLLERR | POLLNVAL))
			return;
	}
}

static int top_tick(double interval)
{
	struct timespec each = { interval, (interval - (long)interval) * 1e9 };
	const struct itimerspec times = { each, each };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd >= 0)
		timerfd_settime(fd, 0, &times, NULL);
	return fd;
}

static int top_run(struct top *top, bool ascii)
{
	struct pollfd fds[TOP_FDS];
	sigset_t signals;
	int err;

	top_hold_signals(&signals);
	err = top_term_open(ascii);
	if (err)
		return err;
	err = top_worker_start(top->pins, &top->worker);
	if (!err) {
		fds[TOP_KEYS].fd = STDIN_FILENO;
		fds[TOP_TICK].fd = top_tick(top->interval);
		fds[TOP_SIGNALS].fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
		fds[TOP_HOSTS].fd = top_worker_fd(top->worker);
		for (int i = 0; i < TOP_FDS; i++)
			fds[i].events = POLLIN;
		top_read(top);
		top_loop(top, fds);
		close(fds[TOP_TICK].fd);
		close(fds[TOP_SIGNALS].fd);
	}
	/* The terminal first: the thread may still be reading. */
	top_term_close();
	top_worker_stop(top->worker);
	if (err)
		log_error("cannot start: %s", strerror(-err));
	return err;
}

int top_show(const char *pins, double interval, bool ascii)
{
	struct top top = {
		.pins = pins,
		.interval = interval,
		.child.fd = -1,
		.selected.length = 255,
	};
	int err = -ENOMEM;

	top.overview = malloc(sizeof(*top.overview));
	if (top.overview)
		err = overview_read(top.pins, top.overview);
	if (err) {
		free(top.overview);
		return err;
	}
	err = top_run(&top, ascii) ? -EIO : 0;
	top_child_end(&top.child);
	top_hosts_free(top.hosts);
	free(top.overview);
	if (top.signal) {
		sigset_t signals;

		/* End by the signal, so that the parent process sees it. */
		sigemptyset(&signals);
		sigaddset(&signals, top.signal);
		signal(top.signal, SIG_DFL);
		sigprocmask(SIG_UNBLOCK, &signals, NULL);
		raise(top.signal);
	}
	return err;
}
