// SPDX-License-Identifier: GPL-2.0-only
/* Logs messages to stderr, one on each line, with their priority if stderr is the journal. */
#include "common/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define LOG_LINE_SIZE 1024

void log_to(enum log_level level, const char *format, ...)
{
	int saved = errno;
	char line[LOG_LINE_SIZE];
	const char *prefix = "";
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);

	if (level == LOG_LEVEL_ERROR)
		prefix = "error: ";
	else if (level == LOG_LEVEL_WARNING)
		prefix = "warning: ";

	/* Set if stderr goes to the journal (systemd.exec(5)), which reads sd-daemon(3) prefixes.
	 */
	if (getenv("JOURNAL_STREAM"))
		fprintf(stderr, "<%d>%s\n", level, line);
	else
		fprintf(stderr, "sobig-xdp: %s%s\n", prefix, line);
	errno = saved;
}
