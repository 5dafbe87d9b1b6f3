/* SPDX-License-Identifier: GPL-2.0-only */
/* The growing end of one open file, in lines; it notices when the file is cut beneath it. */
#ifndef TAIL_H
#define TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/log_position.h"

/* Longer than any line that exim can write; what does not fit is skipped. */
#define TAIL_BUFFER 65536

/* How much of what was read last is read again, to see that it still stands there. */
#define TAIL_PROOF 64

/* How much of a beginning tells a file from any other. Logs may well begin with the same line. */
#define TAIL_HEAD LOG_POSITION_HEAD_MAX

/* A line without its LF. The bytes are whatever the writer put there, and gone after the call. */
typedef void tail_line(void *context, const char *line, size_t length);

struct tail {
	int fd;
	uint64_t offset;      /* all before it was read */
	uint64_t behind;      /* where the line being handed over ends, with its LF */
	uint64_t cuts;	      /* how often the file was cut beneath us */
	uint64_t skipped;     /* lines too long to be anybody's */
	size_t known;	      /* bytes of `buffer` that end at `offset` */
	size_t line;	      /* where in `buffer` the line begins that is not complete */
	bool skipping;	      /* until the next LF */
	size_t head_size;     /* bytes of `head` */
	char head[TAIL_HEAD]; /* how the file began */
	char buffer[TAIL_BUFFER];
};

/* At the file's start. `fd` stays the caller's. */
void tail_init(struct tail *tail, int fd);

/* Goes to the end; a line that stands there half written is not ours. */
void tail_seek_end(struct tail *tail);

/*
 * Goes to `place`, if what stands before it is what stood there then: 0; -ENOENT: it is not, and
 * nothing is changed.
 */
int tail_seek(struct tail *tail, const struct log_position_file *place);

/* What is needed to come back to here: all but generation, device and inode. */
void tail_place(const struct tail *tail, struct log_position_file *out);

/* True of the same log under a new inode, as an editor leaves it. */
bool tail_is_copy(const struct tail *tail, const struct tail *old);

/* Goes to where the reading of `old`, of which this is a copy, had come. */
void tail_resume(struct tail *tail, const struct tail *old);

/*
 * Hands over the complete lines up to the end, or, of more than *budget bytes, some of them; what
 * was read is taken off it. 0; 1: there is more; or -errno of preadv(2).
 */
int tail_read(struct tail *tail, size_t *budget, tail_line *line, void *context);

#endif
