// SPDX-License-Identifier: GPL-2.0-only
/* The folder on the bpf file system in which the maps of an installation are pinned. */
#include "kernel/pins.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "common/log.h"

#define PINS_BPFFS "/sys/fs/bpf"

#define PINS_LOCK_MS 10
#define PINS_TRIES   300

int pins_path(const char *dir, const char *name, char path[PATH_MAX])
{
	int used = snprintf(path, PATH_MAX, "%s/%s", dir, name);

	if (used >= 0 && used < PATH_MAX)
		return 0;
	log_error("pin folder \"%s\": the path is too long", dir);
	return -ENAMETOOLONG;
}

int pins_path_of(const char *dir, unsigned int ifindex, const char *name, char path[PATH_MAX])
{
	char inner[NAME_MAX];

	snprintf(inner, sizeof(inner), "if%u%s%s", ifindex, *name ? "/" : "", name);
	return pins_path(dir, inner, path);
}

/* 1, 0, or -errno. */
static int pins_is_bpffs(const char *path)
{
	struct statfs fs;

	if (statfs(path, &fs))
		return -errno;
	return (unsigned long)fs.f_type == BPF_FS_MAGIC;
}

/* Mounts a missing bpf file system at its usual place, like bpftool and libxdp. */
static int pins_need_bpffs(const char *dir)
{
	char copy[PATH_MAX];
	const char *parent;
	int err;

	err = pins_path(dir, "", copy);
	if (err)
		return err;
	parent = dirname(copy);
	if (pins_is_bpffs(parent) == 1)
		return 0;
	if (!strcmp(parent, PINS_BPFFS)) {
		if (!mount("bpf", PINS_BPFFS, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC,
			   "mode=700")) {
			log_notice("mounted a bpf file system on %s", PINS_BPFFS);
			return 0;
		}
		err = -errno;
		if (err != -EPERM)
			log_error(
				"no bpf file system on %s, and cannot mount one: %s; try: mount -t bpf bpf %s",
				PINS_BPFFS, strerror(-err), PINS_BPFFS);
		return err;
	}
	log_error("%s is not on a bpf file system; cannot pin in %s; try: mount -t bpf bpf %s",
		  parent, dir, parent);
	return -ENODEV;
}

/* /sys/fs/bpf may be writable for all users: a folder of another user may be an attack. */
static int pins_make_folder(const char *path)
{
	struct stat st;

	if (mkdir(path, 0700) && errno != EEXIST) {
		int err = -errno;

		if (err != -EPERM && err != -EACCES)
			log_error("cannot create the folder %s: %s", path, strerror(-err));
		return err == -EACCES ? -EPERM : err;
	}
	if (!lstat(path, &st) && !st.st_uid && geteuid())
		return -EPERM;
	if (lstat(path, &st) || !S_ISDIR(st.st_mode) || st.st_uid != geteuid() ||
	    st.st_mode & (S_IWGRP | S_IWOTH)) {
		log_error(
			"%s was not created by sobig-xdp, or other users can write to it; inspect it, then: rm -r %s",
			path, path);
		return -EEXIST;
	}
	return 0;
}

int pins_prepare(const char *dir)
{
	int err = pins_need_bpffs(dir);

	return err ? err : pins_make_folder(dir);
}

static int pins_open_folder(const char *path, int *out)
{
	*out = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *out < 0 ? -errno : 0;
}

/* 1 if the open folder still has its name, 0 if not, or -errno. */
static int pins_is_at(int fd, const char *path)
{
	struct stat open_st, name_st;

	if (fstat(fd, &open_st))
		return -errno;
	if (stat(path, &name_st))
		return errno == ENOENT ? 0 : -errno;
	return open_st.st_dev == name_st.st_dev && open_st.st_ino == name_st.st_ino;
}

int pins_lock(const char *dir, int *out)
{
	const struct timespec pause = { 0, PINS_LOCK_MS * 1000000 };
	int fd, err;

	for (int tries = 0; tries < PINS_TRIES; tries++) {
		err = pins_open_folder(dir, &fd);
		if (err)
			return err;
		if (flock(fd, LOCK_EX | LOCK_NB))
			nanosleep(&pause, NULL);
		else if (pins_is_at(fd, dir) == 1) {
			*out = fd;
			return 0;
		}
		close(fd);
	}
	return -EBUSY;
}

#define PINS_CLAIM_TRIES    20
#define PINS_CLAIM_PAUSE_NS 5000000

int pins_claim(const char *dir, unsigned int ifindex, int *claim)
{
	char path[PATH_MAX];
	int fd, err;

	err = pins_path_of(dir, ifindex, "", path);
	if (!err)
		err = pins_make_folder(path);
	if (err)
		return err;
	err = pins_open_folder(path, &fd);
	if (err) {
		log_error("cannot open %s: %s", path, strerror(-err));
		return err;
	}
	/* pins_is_claimed() of another process holds it for a moment. */
	for (int i = 0;
	     (err = flock(fd, LOCK_EX | LOCK_NB)) && errno == EWOULDBLOCK && i < PINS_CLAIM_TRIES;
	     i++)
		nanosleep(&(struct timespec){ 0, PINS_CLAIM_PAUSE_NS }, NULL);
	if (err) {
		err = errno == EWOULDBLOCK ? -EBUSY : -errno;
		close(fd);
		return err;
	}
	*claim = fd;
	return 0;
}

int pins_claim_is_valid(const char *dir, unsigned int ifindex, int claim)
{
	char path[PATH_MAX];
	int err = pins_path_of(dir, ifindex, "", path);

	return err ? err : pins_is_at(claim, path);
}

int pins_is_claimed(const char *dir, unsigned int ifindex)
{
	char path[PATH_MAX];
	int fd, err = pins_path_of(dir, ifindex, "", path);

	if (!err)
		err = pins_open_folder(path, &fd);
	if (err)
		return err == -ENOENT ? 0 : err;
	if (flock(fd, LOCK_SH | LOCK_NB))
		err = errno == EWOULDBLOCK ? 1 : -errno;
	close(fd);
	return err;
}

int pins_watch(const char *dir, unsigned int ifindex)
{
	char path[PATH_MAX];
	int fd;

	if (!pins_is_claimed(dir, ifindex) || pins_path_of(dir, ifindex, "", path))
		return -1;
	return pins_open_folder(path, &fd) ? -1 : fd;
}

bool pins_wait(int watch)
{
	const struct timespec pause = { 0, PINS_LOCK_MS * 1000000 };
	bool ended = watch < 0;

	for (int tries = 0; !ended && tries < PINS_TRIES; tries++) {
		ended = !flock(watch, LOCK_SH | LOCK_NB);
		if (!ended)
			nanosleep(&pause, NULL);
	}
	if (watch >= 0)
		close(watch);
	return ended;
}

/* Removes the files in a folder, not its folders, and then the folder itself if it is empty. */
static int pins_empty_folder(const char *path)
{
	struct dirent *entry;
	int err = 0;
	DIR *dir;

	dir = opendir(path);
	if (!dir)
		return errno == ENOENT ? 0 : -errno;
	while ((entry = readdir(dir)))
		if (entry->d_type != DT_DIR && unlinkat(dirfd(dir), entry->d_name, 0))
			err = -errno;
	closedir(dir);
	if (rmdir(path) && errno != ENOENT)
		err = -errno;
	if (err)
		log_error("cannot remove %s: %s", path, strerror(-err));
	return err;
}

int pins_remove_if_unused(const char *dir)
{
	unsigned int interfaces[PINS_INTERFACES_MAX];
	int count = pins_interfaces(dir, interfaces);

	if (!count)
		return pins_empty_folder(dir);
	if (count > 0 || count == -ENOENT || count == -ENOTBLK)
		return 0;
	log_error("cannot read %s, so it was not removed: %s", dir, strerror(-count));
	return count;
}

int pins_remove(const char *dir, unsigned int ifindex)
{
	char path[PATH_MAX];
	int err = pins_path_of(dir, ifindex, "", path);

	if (!err)
		err = pins_empty_folder(path);
	return err ? err : pins_remove_if_unused(dir);
}

static int pins_compare(const void *a, const void *b)
{
	unsigned int x = *(const unsigned int *)a, y = *(const unsigned int *)b;

	return x < y ? -1 : x > y;
}

int pins_interfaces(const char *path, unsigned int out[PINS_INTERFACES_MAX])
{
	struct dirent *entry;
	int count, err;
	char *end;
	DIR *dir;

	count = pins_is_bpffs(path);
	if (count != 1)
		return count ? count : -ENOTBLK;
	dir = opendir(path);
	if (!dir)
		return -errno;
	count = 0;
	while ((errno = 0, entry = readdir(dir)) && count < PINS_INTERFACES_MAX) {
		if (entry->d_type != DT_DIR || strncmp(entry->d_name, "if", 2))
			continue;
		out[count] = strtoul(entry->d_name + 2, &end, 10);
		if (!*end && end != entry->d_name + 2)
			count++;
	}
	err = entry ? 0 : -errno;
	closedir(dir);
	if (err)
		return err;
	qsort(out, count, sizeof(out[0]), pins_compare);
	return count;
}
