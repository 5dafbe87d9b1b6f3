/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads a file or a pipe, compressed or not, to its end, in chunks of whole lines. */
#ifndef CHUNKS_H
#define CHUNKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longer than any line that exim or syslog writes; longer lines are skipped. */
#define CHUNKS_SIZE (128 * 1024)

struct chunks;

struct chunk {
	uint64_t skipped; /* overlong lines skipped just before these */
	uint64_t end;	  /* decompressed bytes from where the reading began to the end of these */
	size_t size;	  /* bytes of all lines; the last byte is an LF */
	char text[CHUNKS_SIZE];
};

struct chunks_end {
	uint64_t lines;	  /* all lines, including skipped ones; set by parallel_read() */
	uint64_t skipped; /* overlong lines */
	bool cut;	  /* the last line has no LF and was not counted */
	const char *why;  /* with -EBADMSG and -ENOTSUP: what is wrong with the compressed data */
};

/* 0; -ENOMEM. The caller owns `fd` and closes *out. */
int chunks_open(int fd, struct chunks **out);

/*
 * 1: *chunk holds the next lines, at least one, without waiting for more; 0: the end; -errno from
 * unpack_read().
 */
int chunks_next(struct chunks *chunks, struct chunk *chunk);

/*
 * After chunks_next() returned 0: *chunk holds the last line if it has no LF, otherwise nothing; an
 * overlong one is counted as skipped.
 */
void chunks_last(struct chunks *chunks, struct chunk *chunk);

/* Call it after the last chunk. */
struct chunks_end chunks_end(const struct chunks *chunks);

/* Accepts NULL. */
void chunks_close(struct chunks *chunks);

#endif
