// SPDX-License-Identifier: GPL-2.0-only
/* The daemon's signals, which are held and read at safe points. */
#include "daemon/signals.h"

#include <errno.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "common/log.h"

static void signals_fill(sigset_t *out)
{
	sigemptyset(out);
	sigaddset(out, SIGINT);
	sigaddset(out, SIGTERM);
	sigaddset(out, SIGHUP);
	sigaddset(out, SIGUSR1);
}

void signals_hold(void)
{
	sigset_t signals;

	signals_fill(&signals);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	signal(SIGPIPE, SIG_IGN);
	log_never_wait();
}

int signals_open(void)
{
	sigset_t signals;

	signals_fill(&signals);
	return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

bool signals_are_of_hangup(void)
{
	return isatty(STDIN_FILENO) || (tcgetpgrp(STDIN_FILENO) < 0 && errno == EIO);
}

bool signals_ask_to_end(void)
{
	sigset_t pending;

	sigemptyset(&pending);
	sigpending(&pending);
	return sigismember(&pending, SIGINT) || sigismember(&pending, SIGTERM) ||
	       (sigismember(&pending, SIGHUP) && signals_are_of_hangup());
}
