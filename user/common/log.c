// SPDX-License-Identifier: GPL-2.0-only
/* Words to the operator on stderr: one sentence a line, with its weight where a journal reads. */
#include "common/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define LOG_LINE_SIZE 1024

void log_to(enum log_level level, const char *format, ...)
{
	int saved = errno;
	char line[LOG_LINE_SIZE];
	const char *weight = "";
	va_list args;

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
