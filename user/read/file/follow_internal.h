/* SPDX-License-Identifier: GPL-2.0-only */
/* The files of one followed log; shared by follow.c and follow_resume.c. */
#ifndef FOLLOW_INTERNAL_H
#define FOLLOW_INTERNAL_H

#include <sys/stat.h>
#include <time.h>

#include "read/file/follow.h"

/* Together with the current file, as many as a log position holds. */
#define FOLLOW_RETIRED_MAX (LOG_POSITION_FILES - 1)

struct follow_file {
	struct tail tail;
	int watch;
	dev_t device;
	ino_t inode;
	time_t retired; /* when it was rotated away */
	uint64_t generation;
	uint64_t cuts;	/* of `tail`, when `generation` was set */
	bool was_empty; /* when the earlier run ended: it may have been copied and truncated since
			 */
};

struct follow {
	char *path;
	int inotify;
	int folder; /* watch of the folder that holds the name; -1: removed */
	int target; /* watch of the folder that a symbolic link leads to; -1: none */
	struct follow_state state;
	uint64_t generation;	     /* the latest */
	struct follow_file *reading; /* whose lines are being delivered */
	bool finishing;		     /* its last line, which has no LF */
	tail_line *line;	     /* of follow_read(); NULL: outside of it */
	void *context;
	struct follow_file *file;			 /* the current file, NULL: none */
	struct follow_file *retired[FOLLOW_RETIRED_MAX]; /* oldest first */
	unsigned int retired_count;
};

/* Sets up everything except the files. 0, or an error of follow_open(). */
int follow_new(const char *path, struct follow **out);

/* Opens the current file, to be read from its start. Closes `follow` on failure. */
int follow_begin(struct follow *follow);

/* Takes ownership of `fd`. The file gets a new generation; the caller stores it. */
int follow_file_new(struct follow *follow, int fd, const struct stat *st, struct follow_file **out);

/* Adds a file to the rotated ones. */
void follow_file_retire(struct follow *follow, struct follow_file *file);

#endif
