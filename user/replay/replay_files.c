// SPDX-License-Identifier: GPL-2.0-only
/* Opens all logs to replay before the first is read, and sorts them by time. */
#include "replay/replay_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"
#include "read/file/chunks.h"
#include "read/syslog/syslog.h"

/* A syslog file may have many lines before the first one of exim. */
#define REPLAY_FILES_CHUNKS 256

#define REPLAY_FILES_PEEK 65536 /* the capacity of a pipe (pipe(7)) */

/* The time of the first line of exim in the chunk that has a time. 0 or -ENOMSG. */
static int replay_files_stamp(struct timestamp *stamp, int64_t now, const struct chunk *chunk,
			      int64_t *out)
{
	const char *at = chunk->text, *end = at + chunk->size, *lf;
	struct syslog_record record;

	for (; at < end; at = lf + 1) {
		struct cursor cursor;

		lf = memchr(at, '\n', end - at);
		cursor = (struct cursor){ .pos = at, .end = lf };
		if (timestamp_skip(&cursor) && !timestamp_read(stamp, at, out))
			return 0;
		if (!syslog_unwrap(stamp, now, at, lf - at, &record)) {
			*out = record.time;
			return 0;
		}
	}
	return -ENOMSG;
}

/* Returns INT64_MAX if no time is found. Errors are reported when the file is read. */
static int64_t replay_files_first(int fd, int64_t now)
{
	struct chunk *chunk = malloc(sizeof(*chunk));
	struct chunks *lines = NULL;
	int64_t first = INT64_MAX;
	struct timestamp stamp;

	timestamp_init(&stamp);
	if (chunk && !chunks_open(fd, &lines))
		for (int i = 0; i < REPLAY_FILES_CHUNKS && chunks_next(lines, chunk) > 0; i++)
			if (!replay_files_stamp(&stamp, now, chunk, &first))
				break;
	chunks_close(lines);
	free(chunk);
	return first;
}

/* Reads the contents of a pipe without consuming them (tee(2)). */
static int64_t replay_files_first_of_pipe(int fd, int64_t now)
{
	int64_t first = INT64_MAX;
	int copy[2];

	if (pipe2(copy, O_CLOEXEC))
		return first;
	if (tee(fd, copy[1], REPLAY_FILES_PEEK, 0) > 0) {
		close(copy[1]);
		copy[1] = -1;
		first = replay_files_first(copy[0], now);
	}
	close(copy[0]);
	if (copy[1] >= 0)
		close(copy[1]);
	return first;
}

static int64_t replay_files_peek(const struct replay_file *file)
{
	off_t at = lseek(file->fd, 0, SEEK_CUR);
	int64_t first;

	if (at < 0)
		return replay_files_first_of_pipe(file->fd, file->modified);
	first = replay_files_first(file->fd, file->modified);
	return lseek(file->fd, at, SEEK_SET) == at ? first : INT64_MAX;
}

/* 0 or -errno (logged). */
static int replay_files_open_one(const char *name, struct replay_file *file, struct stat *stat)
{
	int fd = strcmp(name, "-") ? open(name, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;

	if (fd < 0 || (read(fd, NULL, 0) < 0 && errno != EINTR) || fstat(fd, stat)) {
		int err = -errno;

		log_error("cannot read \"%s\": %s", name, strerror(-err));
		if (fd > STDIN_FILENO)
			close(fd);
		return err;
	}
	if (isatty(fd))
		log_info("reading a log from the terminal; replay FILE reads a file");
	/* Syslog times have no year: take the year in which the file was last written. */
	*file = (struct replay_file){
		.name = strcmp(name, "-") ? name : "standard input",
		.fd = fd,
		.first = INT64_MAX,
		.modified = S_ISREG(stat->st_mode) ? stat->st_mtime : time(NULL),
	};
	return 0;
}

static bool replay_files_is_known(const struct replay_file *files, size_t count,
				  const struct stat *stat)
{
	struct stat other;

	for (size_t i = 0; i < count; i++)
		if (!fstat(files[i].fd, &other) && other.st_dev == stat->st_dev &&
		    other.st_ino == stat->st_ino)
			return true;
	return false;
}

/* Files without a known time come last, in the order in which they were given. */
static void replay_files_sort(struct replay_file *files, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct replay_file file = files[i];
		size_t at = i;

		file.first = replay_files_peek(&file);
		for (; at && file.first < files[at - 1].first; at--)
			files[at] = files[at - 1];
		files[at] = file;
	}
}

int replay_files_open(char **names, size_t count, struct replay_file *files, size_t *opened)
{
	struct stat stat = { 0 };

	*opened = 0;
	for (size_t i = 0; i < count; i++) {
		if (replay_files_open_one(names[i], &files[*opened], &stat))
			return -EIO;
		if (replay_files_is_known(files, *opened, &stat)) {
			log_warning("\"%s\" is given twice and is read once", names[i]);
			if (files[*opened].fd != STDIN_FILENO)
				close(files[*opened].fd);
			continue;
		}
		++*opened;
	}
	if (*opened > 1)
		replay_files_sort(files, *opened);
	return 0;
}

void replay_files_close(struct replay_file *files, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (files[i].fd != STDIN_FILENO)
			close(files[i].fd);
}
