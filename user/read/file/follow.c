// SPDX-License-Identifier: GPL-2.0-only
/* Follows a log by name: delivers lines as they are written, across any kind of rotation. */
#include "common/clock.h"
#include "read/file/follow_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Bytes read in one call, a fraction of a second's work, before the caller does other work. */
#define FOLLOW_BUDGET (8u << 20)

/* A writer may look up the name just before the rotation, and write just after it. */
#define FOLLOW_RETIRED_SECONDS 10

#define FOLLOW_FOLDER_EVENTS                                                              \
	(IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB | IN_MOVE_SELF | \
	 IN_ONLYDIR)

/* The last line of a rotated file, which ends without LF if the disk was full or exim was killed.
 */
static void follow_finish(struct follow *follow, struct follow_file *file)
{
	struct stat st;

	if (!follow->line || !file->retired || fstat(file->tail.fd, &st) ||
	    (uint64_t)st.st_size != file->tail.offset)
		return;
	follow->reading = file;
	follow->finishing = true;
	tail_finish(&file->tail, follow->line, follow->context);
	follow->finishing = false;
	follow->reading = NULL;
}

static void follow_file_close(struct follow *follow, struct follow_file *file)
{
	if (!file)
		return;
	follow_finish(follow, file);
	follow->state.skipped += file->tail.skipped;
	inotify_rm_watch(follow->inotify, file->watch);
	close(file->tail.fd);
	free(file);
}

/* Takes a rotated file that has its name back out of the rotated ones; NULL: it is not one. */
static struct follow_file *follow_unretire(struct follow *follow, const struct stat *st)
{
	struct follow_file *file;
	unsigned int i;

	for (i = 0; i < follow->retired_count; i++) {
		file = follow->retired[i];
		if (file->device == st->st_dev && file->inode == st->st_ino) {
			follow->retired_count--;
			memmove(follow->retired + i, follow->retired + i + 1,
				(follow->retired_count - i) * sizeof(follow->retired[0]));
			file->retired = 0;
			return file;
		}
	}
	return NULL;
}

int follow_file_new(struct follow *follow, int fd, const struct stat *st, struct follow_file **out)
{
	char same[sizeof("/proc/self/fd/") + 3 * sizeof(int)];
	struct follow_file *file = malloc(sizeof(*file));
	int err;

	if (!file)
		return -ENOMEM;
	tail_init(&file->tail, fd);
	file->device = st->st_dev;
	file->inode = st->st_ino;
	file->retired = 0;
	file->cuts = 0;
	file->was_empty = false;
	/* By descriptor: the name may already refer to another file. */
	snprintf(same, sizeof(same), "/proc/self/fd/%d", fd);
	file->watch = inotify_add_watch(follow->inotify, same, IN_MODIFY | IN_ATTRIB);
	if (file->watch < 0) {
		err = -errno;
		free(file);
		return err;
	}
	file->generation = ++follow->generation;
	*out = file;
	return 0;
}

/*
 * Opens the file that the name refers to now. -ENOENT, -EACCES …: it cannot be read; -EALREADY: it
 * is the current file. A rotated file that has its name back continues where it was left.
 */
static int follow_file_open(struct follow *follow, struct follow_file **out)
{
	struct follow_file *file;
	struct stat st;
	int fd, err;

	fd = open(follow->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st)) {
		err = -errno;
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		err = S_ISDIR(st.st_mode) ? -EISDIR : -ESPIPE;
		goto out;
	}
	if (follow->file && st.st_dev == follow->file->device && st.st_ino == follow->file->inode) {
		err = -EALREADY;
		goto out;
	}
	file = follow_unretire(follow, &st);
	if (file) {
		close(fd);
		*out = file;
		return 0;
	}
	err = follow_file_new(follow, fd, &st, out);
	if (!err)
		return 0;
out:
	close(fd);
	return err;
}

/* Closes files that were rotated long enough ago; with `one`, the oldest in any case. */
static void follow_release(struct follow *follow, bool one)
{
	time_t now = clock_seconds();
	unsigned int closed = 0, i;

	for (i = 0; i < follow->retired_count; i++) {
		if (!(one && i == 0) && now - follow->retired[i]->retired < FOLLOW_RETIRED_SECONDS)
			break;
		follow_file_close(follow, follow->retired[i]);
		closed++;
	}
	follow->retired_count -= closed;
	memmove(follow->retired, follow->retired + closed,
		follow->retired_count * sizeof(follow->retired[0]));
}

void follow_file_retire(struct follow *follow, struct follow_file *file)
{
	file->retired = clock_seconds();
	follow->retired[follow->retired_count++] = file;
}

static void follow_retire(struct follow *follow)
{
	if (!follow->file)
		return;
	if (follow->retired_count == FOLLOW_RETIRED_MAX)
		follow_release(follow, true);
	follow_file_retire(follow, follow->file);
	follow->file = NULL;
}

static int follow_watch_folder(struct follow *follow, const char *path)
{
	char copy[PATH_MAX];
	int watch;

	if (strlen(path) >= sizeof(copy))
		return -ENAMETOOLONG;
	strcpy(copy, path);
	watch = inotify_add_watch(follow->inotify, dirname(copy), FOLLOW_FOLDER_EVENTS);
	return watch < 0 ? -errno : watch;
}

/* Watches the folder of the name and, if it is a symbolic link, the folder of its target. */
static int follow_watch_folders(struct follow *follow)
{
	char real[PATH_MAX];
	int watch = follow_watch_folder(follow, follow->path), target = -1;

	if (watch < 0)
		return watch;
	follow->folder = watch;
	if (realpath(follow->path, real))
		target = follow_watch_folder(follow, real);
	if (target == follow->folder)
		target = -1;
	if (follow->target >= 0 && follow->target != target && follow->target != follow->folder)
		inotify_rm_watch(follow->inotify, follow->target);
	follow->target = target;
	return 0;
}

/* Switches to the file that the name refers to, if it is another one. True: read again. */
static bool follow_reopen(struct follow *follow)
{
	struct follow_file *file = NULL;
	struct stat st;
	int err;

	if (stat(follow->path, &st)) {
		follow->state.error = errno;
		return false;
	}
	if (follow->file && st.st_dev == follow->file->device && st.st_ino == follow->file->inode) {
		follow->state.error = 0;
		return false;
	}
	err = follow_file_open(follow, &file);
	if (err == -EALREADY)
		return true;
	follow->state.error = -err;
	if (err || !file)
		return false;
	if (!file->tail.offset && follow->file && tail_is_copy(&file->tail, &follow->file->tail))
		tail_resume(&file->tail, &follow->file->tail);
	follow_retire(follow);
	follow->file = file;
	follow_watch_folders(follow);
	return true;
}

/* The events only say that something changed; the files themselves are compared. */
static void follow_discard_events(struct follow *follow)
{
	char events[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	const struct inotify_event *event;
	ssize_t got;
	char *at;

	while ((got = read(follow->inotify, events, sizeof(events))) > 0) {
		for (at = events; at < events + got; at += sizeof(*event) + event->len) {
			event = (const struct inotify_event *)at;
			if (event->wd != follow->folder)
				continue;
			if (event->mask & IN_MOVE_SELF)
				inotify_rm_watch(follow->inotify, follow->folder);
			if (event->mask & (IN_MOVE_SELF | IN_IGNORED))
				follow->folder = -1;
		}
	}
}

/* A truncated file starts a new generation, like a new file. */
static void follow_notice_cut(struct follow *follow, struct follow_file *file)
{
	if (file->cuts == file->tail.cuts)
		return;
	file->cuts = file->tail.cuts;
	file->generation = ++follow->generation;
}

/* As tail_read(). */
static int follow_read_file(struct follow *follow, struct follow_file *file, size_t *budget,
			    tail_line *line, void *context)
{
	int err;

	follow->reading = file;
	err = tail_read(&file->tail, budget, line, context);
	follow->reading = NULL;
	follow_notice_cut(follow, file);
	return err;
}

bool follow_line(struct follow *follow, uint64_t *generation, uint64_t *offset)
{
	follow_notice_cut(follow, follow->reading);
	*generation = follow->reading->generation;
	*offset = follow->reading->tail.line_end;
	return !follow->finishing;
}

static void follow_position(const struct follow_file *file, struct log_position_file *out)
{
	out->generation = file->generation;
	out->device = file->device;
	out->inode = file->inode;
	tail_position(&file->tail, out);
}

void follow_positions(const struct follow *follow, struct log_position_files *out)
{
	memset(out, 0, sizeof(*out));
	for (unsigned int i = 0; i < follow->retired_count; i++)
		follow_position(follow->retired[i], &out->file[out->count++]);
	if (follow->file)
		follow_position(follow->file, &out->file[out->count++]);
}

bool follow_read(struct follow *follow, tail_line *line, void *context)
{
	size_t budget = FOLLOW_BUDGET;
	bool more = false;
	unsigned int i;
	int err = 0;

	follow_discard_events(follow);
	if (follow->folder < 0)
		follow_watch_folders(follow);
	follow->line = line;
	follow->context = context;
	do {
		/* The oldest first. */
		for (i = 0; i < follow->retired_count && !more; i++)
			more = follow_read_file(follow, follow->retired[i], &budget, line,
						context) > 0;
		if (follow->file && !more) {
			err = follow_read_file(follow, follow->file, &budget, line, context);
			more = err > 0;
		}
		/* A rotation is noticed however much there is to read. */
	} while (follow_reopen(follow) && !more);
	if (err < 0 && !follow->state.error)
		follow->state.error = -err;
	if (!more)
		follow_release(follow, false);
	follow->line = NULL;
	return more;
}

int follow_new(const char *path, struct follow **out)
{
	struct follow *follow = calloc(1, sizeof(*follow));
	int err;

	if (!follow)
		return -ENOMEM;
	follow->folder = follow->target = -1;
	follow->path = strdup(path);
	follow->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (!follow->path || follow->inotify < 0)
		err = follow->path ? -errno : -ENOMEM;
	else
		err = follow_watch_folders(follow);
	if (err)
		follow_close(follow);
	else
		*out = follow;
	return err;
}

int follow_begin(struct follow *follow)
{
	int err = follow_file_open(follow, &follow->file);

	if (err == -EISDIR || err == -ESPIPE) {
		follow_close(follow);
		return err;
	}
	follow->state.error = -err;
	return 0;
}

int follow_open(const char *path, bool from_end, struct follow **out)
{
	struct follow *follow;
	int err = follow_new(path, &follow);

	if (!err)
		err = follow_begin(follow);
	if (err)
		return err;
	if (follow->file && from_end)
		tail_seek_end(&follow->file->tail);
	*out = follow;
	return 0;
}

int follow_fd(const struct follow *follow)
{
	return follow->inotify;
}

struct follow_state follow_state(const struct follow *follow)
{
	struct follow_state state = follow->state;

	state.position = follow->file ? follow->file->tail.offset : 0;
	if (follow->file)
		state.skipped += follow->file->tail.skipped;
	for (unsigned int i = 0; i < follow->retired_count; i++)
		state.skipped += follow->retired[i]->tail.skipped;
	return state;
}

void follow_close(struct follow *follow)
{
	if (!follow)
		return;
	while (follow->retired_count)
		follow_release(follow, true);
	follow_file_close(follow, follow->file);
	if (follow->inotify >= 0)
		close(follow->inotify);
	free(follow->path);
	free(follow);
}
