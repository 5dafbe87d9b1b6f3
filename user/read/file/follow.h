/* SPDX-License-Identifier: GPL-2.0-only */
/* Follows a log by name: delivers lines as they are written, across any kind of rotation. */
#ifndef FOLLOW_H
#define FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "read/file/tail.h"

struct follow;

struct follow_state {
	int error;	   /* why the current file cannot be read (errno); 0: it can */
	uint64_t position; /* bytes read from it */
	uint64_t skipped;  /* overlong lines so far */
	bool lost;	   /* a file that was read before the restart was not found */
};

/*
 * Follows `path` from its current end (`from_end`) or from its start. The file need not exist yet,
 * but its folder must: -ENOENT, -ENOTDIR, -EACCES, or an error of inotify(7). The caller closes
 * *out.
 */
int follow_open(const char *path, bool from_end, struct follow **out);

/*
 * Continues at the positions `done` of an earlier run, or, for files that are in `from` too, at the
 * earlier positions there. Rotated files are searched for in the same folder, by inode and by
 * content; the unread rest of a file that is not found is lost. New files are read from their
 * start. Errors as for follow_open().
 */
int follow_open_at(const char *path, const struct log_position_files *done,
		   const struct log_position_files *from, struct follow **out);

/* The current positions; call it between two calls of follow_read(). */
void follow_positions(const struct follow *follow, struct log_position_files *out);

/*
 * The position after the line that is being delivered. False: it is the last line of a rotated
 * file and has no LF, so its end may be missing.
 */
bool follow_line(struct follow *follow, uint64_t *generation, uint64_t *offset);

/* Readable when follow_read() has something to do; for poll(2) only. */
int follow_fd(const struct follow *follow);

/*
 * Delivers the complete lines written so far, and the last line of a rotated file when the file is
 * closed, seconds after the rotation. Call it when follow_fd() is readable, and also every
 * few seconds, so that rotated files are closed. Errors are in follow_state(). Returns true if the
 * budget of one call is used up and more is left: call it again after other work.
 */
bool follow_read(struct follow *follow, tail_line *line, void *context);

struct follow_state follow_state(const struct follow *follow);

/* Accepts NULL. */
void follow_close(struct follow *follow);

#endif
