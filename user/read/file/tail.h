/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the growing end of one open file in lines; it notices truncation. */
#ifndef TAIL_H
#define TAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/log_position.h"

/* Longer than any line that exim writes; longer lines are skipped. */
#define TAIL_BUFFER 65536

/* How many of the last bytes are read again, to check that they are unchanged. */
#define TAIL_PROOF 64

/* How many bytes of its beginning identify a file. Two logs can begin with the same line. */
#define TAIL_HEAD LOG_POSITION_HEAD_MAX

/* A line without its LF; any bytes, valid during the call only. */
typedef void tail_line(void *context, const char *line, size_t length);

struct tail {
	int fd;
	uint64_t offset;      /* everything before it was read */
	uint64_t line_end;    /* offset after the line being delivered, with its LF */
	uint64_t cuts;	      /* how often the file was truncated */
	uint64_t skipped;     /* overlong lines */
	size_t known;	      /* bytes of `buffer` that end at `offset` */
	size_t line;	      /* where in `buffer` the incomplete line begins */
	bool skipping;	      /* inside an overlong or half-read line, up to the next LF */
	size_t head_size;     /* bytes of `head` */
	char head[TAIL_HEAD]; /* the first bytes of the file */
	char buffer[TAIL_BUFFER];
};

/* Starts at the beginning of the file. The caller owns `fd`. */
void tail_init(struct tail *tail, int fd);

/* Goes to the end; a line that is half written there is skipped. */
void tail_seek_end(struct tail *tail);

/*
 * Goes to `position` if the content before it is unchanged: 0; otherwise -ENOENT, and nothing is
 * changed.
 */
int tail_seek(struct tail *tail, const struct log_position_file *position);

/* The current position; fills everything except generation, device and inode. */
void tail_position(const struct tail *tail, struct log_position_file *out);

/* True if it is the same log under a new inode, as an editor leaves it. */
bool tail_is_copy(const struct tail *tail, const struct tail *old);

/* Goes to the position of `old`, of which this is a copy. */
void tail_resume(struct tail *tail, const struct tail *old);

/*
 * Delivers the complete lines up to the end, or until *budget bytes are read; the bytes read are
 * subtracted from it. 0; 1: there is more; or -errno from preadv(2).
 */
int tail_read(struct tail *tail, size_t *budget, tail_line *line, void *context);

/* Delivers what stands after the last LF of a file that was read to its end and grows no more. */
void tail_finish(struct tail *tail, tail_line *line, void *context);

#endif
