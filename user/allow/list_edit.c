// SPDX-License-Identifier: GPL-2.0-only
/* Edits the operator's allow list, a text file that is replaced atomically. */
#include "allow/list_edit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "allow/list_file.h"

static const char list_edit_head[] =
	"# Allow list of sobig-xdp: one address, network or host name on each line.\n"
	"# Written by \"sobig-xdp allow\"; you can edit it, too. A change takes effect at once.\n";

/* A list that is being changed. A lock on its folder makes other writers wait. */
struct list_edit {
	char folder[PATH_MAX];
	int lock;
	FILE *from; /* NULL: the file does not exist yet */
	FILE *to;
	char temporary[PATH_MAX];
};

/* Creates the folder and its parents. */
static int list_edit_make_folder(char *folder)
{
	for (char *at = folder + 1;; at++) {
		char saved = *at;

		if (saved && saved != '/')
			continue;
		*at = '\0';
		if (mkdir(folder, saved ? 0755 : 0750) && errno != EEXIST)
			return -errno;
		*at = saved;
		if (!saved)
			return 0;
	}
}

static int list_edit_lock(struct list_edit *list, const char *path)
{
	const char *slash = strrchr(path, '/');
	int err;

	if (!slash || slash == path || strlen(path) >= sizeof(list->folder))
		return -EINVAL;
	snprintf(list->folder, sizeof(list->folder), "%.*s", (int)(slash - path), path);
	err = list_edit_make_folder(list->folder);
	if (err)
		return err;
	list->lock = open(list->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (list->lock < 0)
		return -errno;
	while (flock(list->lock, LOCK_EX))
		if (errno != EINTR)
			return -errno;
	return 0;
}

static int list_edit_open(struct list_edit *list, const char *path)
{
	int err, fd;

	*list = (struct list_edit){ .lock = -1 };
	err = list_edit_lock(list, path);
	if (err)
		return err;
	list->from = fopen(path, "re");
	if (!list->from && errno != ENOENT)
		return -errno;
	if (snprintf(list->temporary, sizeof(list->temporary), "%s.XXXXXX", path) >= PATH_MAX) {
		*list->temporary = '\0';
		return -ENAMETOOLONG;
	}
	fd = mkostemp(list->temporary, O_CLOEXEC);
	if (fd < 0) {
		*list->temporary = '\0';
		return -errno;
	}
	fchmod(fd, 0644);
	list->to = fdopen(fd, "w");
	if (list->to)
		return 0;
	close(fd);
	return -ENOMEM;
}

/* Replaces the old file with the new one unless `err` is set; removes the temporary file. */
static int list_edit_close(struct list_edit *list, const char *path, int err)
{
	if (!err && (fflush(list->to) || fsync(fileno(list->to))))
		err = -errno;
	if (list->to)
		fclose(list->to);
	if (!err && rename(list->temporary, path))
		err = -errno;
	if (err && *list->temporary)
		unlink(list->temporary);
	if (!err)
		fsync(list->lock);
	if (list->from)
		fclose(list->from);
	if (list->lock >= 0)
		close(list->lock);
	return err;
}

static bool list_edit_is(const char *line, const struct addr_prefix *target)
{
	char copy[256], *word, *comment;
	struct addr_prefix entry;

	snprintf(copy, sizeof(copy), "%s", line);
	list_file_split(copy, &word, &comment);
	return !list_file_parse(word, &entry) && entry.length == target->length &&
	       !addr_compare(&entry.addr, &target->addr);
}

/* Copies all lines except entries of `target`. Returns the number of these entries, or -errno. */
static int list_edit_copy(struct list_edit *list, const struct addr_prefix *target)
{
	char *line = NULL;
	size_t room = 0;
	int found = 0;

	if (!list->from)
		return fputs(list_edit_head, list->to) < 0 ? -EIO : 0;
	while (getline(&line, &room, list->from) > 0) {
		if (list_edit_is(line, target)) {
			found++;
			continue;
		}
		fputs(line, list->to);
		if (!strchr(line, '\n'))
			fputc('\n', list->to);
	}
	free(line);
	return ferror(list->from) || ferror(list->to) ? -EIO : found;
}

int list_edit_add(const char *path, const struct addr_prefix *target)
{
	char address[ADDR_TEXT_SIZE], day[16];
	time_t now = time(NULL);
	struct list_edit list;
	struct tm tm;
	int err = list_edit_open(&list, path);

	if (!err)
		err = list_edit_copy(&list, target);
	if (err > 0)
		err = -EEXIST;
	if (!err) {
		strftime(day, sizeof(day), "%Y-%m-%d", localtime_r(&now, &tm));
		if (fprintf(list.to, "%s # since %s\n", addr_prefix_format(target, address), day) <
		    0)
			err = -EIO;
	}
	return list_edit_close(&list, path, err);
}

int list_edit_remove(const char *path, const struct addr_prefix *target)
{
	struct list_edit list;
	int err = list_edit_open(&list, path);

	if (!err)
		err = list_edit_copy(&list, target);
	if (!err)
		err = -ENOENT;
	return list_edit_close(&list, path, err > 0 ? 0 : err);
}

int list_edit_each(const char *path,
		   int (*each)(void *context, const struct addr_prefix *target,
			       const char *comment),
		   void *context)
{
	FILE *file = fopen(path, "re");
	char *line = NULL, *word, *comment;
	struct addr_prefix target;
	size_t room = 0;
	int err = 0;

	if (!file)
		return errno == ENOENT ? 0 : -errno;
	while (!err && getline(&line, &room, file) > 0) {
		list_file_split(line, &word, &comment);
		if (!list_file_parse(word, &target))
			err = each(context, &target, comment);
	}
	if (!err && ferror(file))
		err = -EIO;
	free(line);
	fclose(file);
	return err;
}
