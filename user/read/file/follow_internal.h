/* SPDX-License-Identifier: GPL-2.0-only */
/* The files behind one followed name; for follow.c, and for follow_resume.c, which finds them
 * again. */
#ifndef FOLLOW_INTERNAL_H
#define FOLLOW_INTERNAL_H

#include <sys/stat.h>
#include <time.h>

#include "read/file/follow.h"

/* With the one that has the name, as many as there are places for. */
#define FOLLOW_RETIRED_MAX (LOG_POSITION_FILES - 1)

struct follow_file {
	struct tail tail;
	int watch;
	dev_t device;
	ino_t inode;
	time_t retired; /* when it was rotated away */
	uint64_t generation;
	uint64_t cuts; /* of `tail`, as far as the generation knows */
};

struct follow {
	char *path;
	int inotify;
	int folder; /* watch of the folder that holds the name, -1: it went away */
	int target; /* the same behind symbolic links, -1: there are none */
	struct follow_state state;
	uint64_t generation;	     /* the latest */
	struct follow_file *reading; /* whose lines are being handed over */
	struct follow_file *file;
	struct follow_file *retired[FOLLOW_RETIRED_MAX]; /* oldest first */
	unsigned int retired_count;
};

/* All but the files. 0, or an error of follow_open(). */
int follow_new(const char *path, struct follow **out);

/* Opens what has the name, and takes its lines from their start. Closes `follow` on failure. */
int follow_begin(struct follow *follow);

/* `fd` becomes the file's. It is of a new generation, and for the caller to put somewhere. */
int follow_file_new(struct follow *follow, int fd, const struct stat *st, struct follow_file **out);

/* Adds a file to those that were rotated away. */
void follow_file_retire(struct follow *follow, struct follow_file *file);

#endif
