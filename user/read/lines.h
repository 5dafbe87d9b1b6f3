/* SPDX-License-Identifier: GPL-2.0-only */
/* A file or a pipe, packed or not, from where it stands to its end: chunks of whole lines. */
#ifndef LINES_H
#define LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longer than any line that exim or syslog can write; what does not fit is skipped. */
#define LINES_CHUNK (128 * 1024)

struct lines;

struct lines_chunk {
	uint64_t skipped; /* lines too long to be anybody's, just before these */
	size_t size;	  /* of all lines; the last byte is an LF */
	char text[LINES_CHUNK];
};

struct lines_end {
	uint64_t lines;	  /* all, those skipped among them; crew_read() counts them */
	uint64_t skipped; /* lines too long to be anybody's */
	bool cut;	  /* the last line has no LF, and is in no chunk */
	const char *why;  /* with -EBADMSG and -ENOTSUP: what is wrong with what is packed */
};

/* 0; -ENOMEM. `fd` stays the caller's, who closes *out. */
int lines_open(int fd, struct lines **out);

/*
 * 1: *chunk holds the next lines, as many as there are by now, at least one; 0: there are no
 * more; -errno of bytes_read().
 */
int lines_next(struct lines *lines, struct lines_chunk *chunk);

/* After the last chunk. */
struct lines_end lines_end(const struct lines *lines);

/* Accepts NULL. */
void lines_close(struct lines *lines);

#endif
