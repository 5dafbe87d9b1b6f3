/* SPDX-License-Identifier: GPL-2.0-only */
/* A file or a pipe, packed or not, from where it stands to its end: chunks of whole lines. */
#ifndef CHUNKS_H
#define CHUNKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longer than any line that exim or syslog can write; what does not fit is skipped. */
#define CHUNKS_SIZE (128 * 1024)

struct chunks;

struct chunk {
	uint64_t skipped; /* lines too long to be anybody's, just before these */
	size_t size;	  /* of all lines; the last byte is an LF */
	char text[CHUNKS_SIZE];
};

struct chunks_end {
	uint64_t lines;	  /* all, those skipped among them; parallel_read() counts them */
	uint64_t skipped; /* lines too long to be anybody's */
	bool cut;	  /* the last line has no LF, and is in no chunk */
	const char *why;  /* with -EBADMSG and -ENOTSUP: what is wrong with what is packed */
};

/* 0; -ENOMEM. `fd` stays the caller's, who closes *out. */
int chunks_open(int fd, struct chunks **out);

/*
 * 1: *chunk holds the next lines, as many as there are by now, at least one; 0: there are no
 * more; -errno of unpack_read().
 */
int chunks_next(struct chunks *lines, struct chunk *chunk);

/* After the last chunk. */
struct chunks_end chunks_end(const struct chunks *lines);

/* Accepts NULL. */
void chunks_close(struct chunks *lines);

#endif
