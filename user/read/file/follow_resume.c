// SPDX-License-Identifier: GPL-2.0-only
/* After a restart, finds the files of a log that the earlier run had not read to their end. */
#include <dirent.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/inotify.h>

#include "common/hash.h"
#include "read/file/follow_internal.h"

/* How many files are considered that were created and rotated while the program was not running. */
#define FOLLOW_RESUME_CANDIDATES_MAX 64

struct follow_resume_candidate {
	int fd;
	struct stat st;
};

/* Where to start reading the file of `position`: there, or earlier. */
static struct log_position_file follow_resume_begin(const struct log_position_file *position,
						    const struct log_position_files *from)
{
	struct log_position_file begin = *position;

	for (unsigned int i = 0; i < from->count; i++)
		if (from->file[i].generation == position->generation)
			return from->file[i];
	/* Files after the first one in `from` are read completely. */
	if (from->count && position->generation > from->file[0].generation) {
		begin.offset = begin.head_size = 0;
		begin.proof = hash_bytes("", 0, 0);
		begin.head = begin.proof;
		begin.skip = false;
	}
	return begin;
}

/* Adds the file open as `fd` if it is the one of `position`. True: it is, and owns `fd` now. */
static bool follow_resume_recognize(struct follow *follow, int fd,
				    const struct log_position_file *position,
				    const struct log_position_files *from, bool by_content)
{
	const struct log_position_file begin = follow_resume_begin(position, from);
	struct follow_file *file;
	uint64_t latest = follow->generation;
	struct stat st;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || (uint64_t)st.st_size < position->offset)
		return false;
	/* A short beginning proves nothing, unless it is the whole file. */
	if (by_content ? position->head_size < TAIL_HEAD && (position->head_size < TAIL_PROOF ||
							     position->offset > position->head_size)
		       : st.st_dev != position->device || st.st_ino != position->inode)
		return false;
	if (follow_file_new(follow, fd, &st, &file))
		return false;
	follow->generation = latest;
	file->generation = position->generation;
	file->was_empty = !position->head_size;
	if (tail_seek(&file->tail, position) || tail_seek(&file->tail, &begin)) {
		inotify_rm_watch(follow->inotify, file->watch);
		free(file);
		return false;
	}
	follow_file_retire(follow, file);
	return true;
}

/* Searches the folder for the file of `position`. */
static bool follow_resume_find(struct follow *follow, const struct log_position_file *position,
			       const struct log_position_files *from, bool by_content)
{
	char folder[PATH_MAX], copy[PATH_MAX];
	const char *name;
	struct dirent *entry;
	bool found = false;
	DIR *listing;
	int fd;

	snprintf(folder, sizeof(folder), "%s", follow->path);
	snprintf(copy, sizeof(copy), "%s", follow->path);
	name = basename(copy);
	listing = opendir(dirname(folder));
	while (listing && !found && (entry = readdir(listing))) {
		if (strncmp(entry->d_name, name, strlen(name)))
			continue;
		fd = openat(dirfd(listing), entry->d_name,
			    O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		found = fd >= 0 && follow_resume_recognize(follow, fd, position, from, by_content);
		if (fd >= 0 && !found)
			close(fd);
	}
	if (listing)
		closedir(listing);
	return found;
}

/* The same, by inode or else by content. */
static bool follow_resume_take(struct follow *follow, const struct log_position_file *position,
			       const struct log_position_files *from)
{
	return follow->retired_count < FOLLOW_RETIRED_MAX &&
	       (follow_resume_find(follow, position, from, false) ||
		follow_resume_find(follow, position, from, true));
}

/* The oldest first, in the order of reading. */
static void follow_resume_sort(struct follow *follow)
{
	struct follow_file **files = follow->retired, *file;

	for (unsigned int i = 1; i < follow->retired_count; i++) {
		unsigned int j = i;

		for (file = files[i]; j && files[j - 1]->generation > file->generation; j--)
			files[j] = files[j - 1];
		files[j] = file;
	}
}

/* "mainlog.1", "mainlog-20261124": the name of a rotated file. */
static bool follow_resume_is_rotated(const char *base, const char *name)
{
	size_t length = strlen(base);
	const char *digits = name + length + 1;

	return !strncmp(name, base, length) && (name[length] == '.' || name[length] == '-') &&
	       *digits && !digits[strspn(digits, "0123456789")];
}

static int follow_resume_by_age(const void *a, const void *b)
{
	const struct timespec *x = &((const struct follow_resume_candidate *)a)->st.st_mtim;
	const struct timespec *y = &((const struct follow_resume_candidate *)b)->st.st_mtim;

	if (x->tv_sec != y->tv_sec)
		return x->tv_sec < y->tv_sec ? -1 : 1;
	return (x->tv_nsec > y->tv_nsec) - (x->tv_nsec < y->tv_nsec);
}

/* True if it was written after the last known file, and is neither that one nor the current one. */
static bool follow_resume_is_between(const struct follow *follow, const struct stat *last,
				     const struct follow_resume_candidate *candidate)
{
	const struct follow_resume_candidate of_last = { .st = *last };
	struct stat present;

	if (!S_ISREG(candidate->st.st_mode) || !candidate->st.st_size ||
	    follow_resume_by_age(candidate, &of_last) < 0)
		return false;
	if (!stat(follow->path, &present) && present.st_ino == candidate->st.st_ino)
		return false;
	for (unsigned int i = 0; i < follow->retired_count; i++)
		if (follow->retired[i]->inode == candidate->st.st_ino)
			return false;
	return true;
}

/* The latest file of the earlier run of which something was known; NULL: none. */
static struct follow_file *follow_resume_newest(const struct follow *follow)
{
	for (unsigned int i = follow->retired_count; i-- > 0;)
		if (!follow->retired[i]->was_empty)
			return follow->retired[i];
	return NULL;
}

/* Adds files created and rotated while the program was not running, the oldest first. */
static void follow_resume_between(struct follow *follow)
{
	struct follow_resume_candidate candidates[FOLLOW_RESUME_CANDIDATES_MAX];
	struct follow_file *newest, *file;
	char copy[PATH_MAX], base[PATH_MAX];
	unsigned int count = 0;
	struct dirent *entry;
	struct stat last, present;
	DIR *listing;

	newest = follow_resume_newest(follow);
	if (!newest)
		return;
	if (fstat(newest->tail.fd, &last) ||
	    (!stat(follow->path, &present) && present.st_ino == last.st_ino))
		return;
	snprintf(base, sizeof(base), "%s", follow->path);
	snprintf(copy, sizeof(copy), "%s", follow->path);
	listing = opendir(dirname(copy));
	while (listing && count < FOLLOW_RESUME_CANDIDATES_MAX && (entry = readdir(listing))) {
		struct follow_resume_candidate *candidate = &candidates[count];

		if (!follow_resume_is_rotated(basename(base), entry->d_name))
			continue;
		candidate->fd = openat(dirfd(listing), entry->d_name,
				       O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (candidate->fd < 0)
			continue;
		if (!fstat(candidate->fd, &candidate->st) &&
		    follow_resume_is_between(follow, &last, candidate))
			count++;
		else
			close(candidate->fd);
	}
	if (listing)
		closedir(listing);
	qsort(candidates, count, sizeof(*candidates), follow_resume_by_age);
	for (unsigned int i = 0; i < count; i++) {
		if (follow->retired_count < FOLLOW_RETIRED_MAX &&
		    !follow_file_new(follow, candidates[i].fd, &candidates[i].st, &file)) {
			follow_file_retire(follow, file);
			continue;
		}
		follow->state.lost = true;
		close(candidates[i].fd);
	}
	/* One of them may be a copy of it: what it holds now comes after that. */
	for (unsigned int i = 0; i < follow->retired_count && count; i++)
		if (follow->retired[i]->was_empty)
			follow->retired[i]->generation = ++follow->generation;
}

int follow_open_at(const char *path, const struct log_position_files *done,
		   const struct log_position_files *from, struct follow **out)
{
	struct follow *follow;
	int err = follow_new(path, &follow);

	if (err)
		return err;
	/* The latest first: if there is no room for all, the oldest is left out. */
	for (unsigned int i = done->count; i-- > 0;) {
		if (done->file[i].generation > follow->generation)
			follow->generation = done->file[i].generation;
		/* Files already rotated when the earlier run ended had been read to their end. */
		if (!follow_resume_take(follow, &done->file[i], from) && i == done->count - 1)
			follow->state.lost = true;
	}
	for (unsigned int i = from->count; i-- > 0;)
		if (done->count && from->file[i].generation < done->file[0].generation)
			follow_resume_take(follow, &from->file[i], from);
	follow_resume_sort(follow);
	follow_resume_between(follow);
	err = follow_begin(follow);
	if (err)
		return err;
	*out = follow;
	return 0;
}
