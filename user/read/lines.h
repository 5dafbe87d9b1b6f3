/* SPDX-License-Identifier: GPL-2.0-only */
/* A file, a pipe or a .gz from where it stands to its end, in lines and in constant memory. */
#ifndef LINES_H
#define LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longer than any line that exim or syslog can write; what does not fit is skipped. */
#define LINES_BUFFER (256 * 1024)

/* A line without its LF, counted from 1. The bytes are gone after the call. */
typedef void lines_line(void *context, uint64_t number, const char *line, size_t length);

struct lines_end {
	uint64_t skipped; /* lines too long to be anybody's */
	bool cut;	  /* the last line had no LF, and was not handed over */
	char why[128];	  /* with -EBADMSG: what is wrong with the .gz */
};

/*
 * `fd` stays the caller's. 0; -errno of read(2); -EBADMSG: a .gz that is broken or ends too
 * early, of which all that was in it has been handed over. *out is set in any case.
 */
int lines_read(int fd, lines_line *line, void *context, struct lines_end *out);

#endif
