// SPDX-License-Identifier: GPL-2.0-only
/* Words to the operator on stderr: one sentence a line, with its weight where a journal reads. */
#include "common/log.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LOG_LINE_SIZE 1024

static atomic_bool log_is_patient = true;
static atomic_ullong log_dropped;

void log_never_wait(void)
{
	atomic_store(&log_is_patient, false);
}

/* POLLOUT of a pipe means that PIPE_BUF bytes fit; files are always ready. */
static bool log_can_write(void)
{
	struct pollfd err = { .fd = STDERR_FILENO, .events = POLLOUT };
	unsigned long long dropped;

	if (atomic_load(&log_is_patient))
		return true;
	if (!poll(&err, 1, 0)) {
		atomic_fetch_add(&log_dropped, 1);
		return false;
	}
	dropped = atomic_exchange(&log_dropped, 0);
	if (dropped)
		fprintf(stderr,
			"sobig-xdp: warning: standard error was not read; messages dropped: %llu\n",
			dropped);
	return true;
}

void log_to(enum log_level level, const char *format, ...)
{
	int saved = errno;
	char line[LOG_LINE_SIZE];
	const char *weight = "";
	va_list args;

	if (!log_can_write())
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);

	if (level == LOG_LEVEL_ERROR)
		weight = "error: ";
	else if (level == LOG_LEVEL_WARNING)
		weight = "warning: ";

	/* systemd.exec(5): set where stderr is the journal's, which reads sd-daemon(3)'s prefix. */
	if (getenv("JOURNAL_STREAM"))
		fprintf(stderr, "<%d>%s\n", level, line);
	else
		fprintf(stderr, "sobig-xdp: %s%s\n", weight, line);
	errno = saved;
}
