/* SPDX-License-Identifier: GPL-2.0-only */
/* Follows a log by its name: lines as they are written, across rotation of every kind. */
#ifndef FOLLOW_H
#define FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "read/file/tail.h"

struct follow;

struct follow_state {
	int error;	   /* why the file in place is not read (errno), 0: it is */
	uint64_t position; /* bytes read of it */
	uint64_t skipped;  /* lines too long to be anybody's, so far */
	bool lost;	   /* a file that was read before was not found again */
};

/*
 * Follows `path` from its present end (`from_end`) or from its start. It need not exist yet,
 * but its folder must: -ENOENT, -ENOTDIR, -EACCES or what inotify(7) says. The caller closes
 * *out.
 */
int follow_open(const char *path, bool from_end, struct follow **out);

/*
 * Goes on where a former reading had come, `done`, or, for the files that are in `from` as well, at
 * its earlier places there. Files that were rotated away since are looked for in the same folder,
 * by what they are and what they hold; of one that is not found, the rest is lost. What is new is
 * read from its start. Errors as of follow_open().
 */
int follow_open_at(const char *path, const struct log_position_files *done,
		   const struct log_position_files *from, struct follow **out);

/* Where the reading has come, between two calls of follow_read(). */
void follow_places(const struct follow *follow, struct log_position_files *out);

/* The place behind the line that is being handed over. */
void follow_line(struct follow *follow, uint64_t *generation, uint64_t *offset);

/* Readable when follow_read() has something to do; for poll(2) only. */
int follow_fd(const struct follow *follow);

/*
 * Hands over the complete lines written so far. Call it when follow_fd() is readable, and once in a
 * few seconds besides, so that files rotated away are let go. What fails is in follow_state().
 * True: there were many, and there are more; call it again when other things are done.
 */
bool follow_read(struct follow *follow, tail_line *line, void *context);

struct follow_state follow_state(const struct follow *follow);

/* Accepts NULL. */
void follow_close(struct follow *follow);

#endif
