/* SPDX-License-Identifier: GPL-2.0-only */
/* Words to the operator on stderr: one sentence a line, with its weight where a journal reads. */
#ifndef LOG_H
#define LOG_H

#include <stdarg.h>
#include <stdbool.h>

/* syslog(3)'s numbers. */
enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6,
};

/*
 * From now on, a message for which standard error has no room is dropped, and counted in the next
 * one that has: a reader that has stopped must not stop a daemon. From any thread.
 */
void log_never_wait(void);

void log_to(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...)	 log_to(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_to(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...)	 log_to(LOG_LEVEL_NOTICE, __VA_ARGS__)
#define log_info(...)	 log_to(LOG_LEVEL_INFO, __VA_ARGS__)

#endif
