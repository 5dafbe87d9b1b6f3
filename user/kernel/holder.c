// SPDX-License-Identifier: GPL-2.0-only
/* Finds the daemon of an interface by the lock that it holds. */
#include "kernel/holder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "common/log.h"
#include "kernel/pins.h"

#define HOLDER_LINE_SIZE 256

/* True if one of the process's descriptors has an exclusive lock. */
static bool holder_locks(pid_t pid, const char *descriptor)
{
	char path[64], line[HOLDER_LINE_SIZE];
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%.16s", pid, descriptor);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file))
		found = !strncmp(line, "lock:", 5) && strstr(line, " FLOCK ") &&
			strstr(line, " WRITE ");
	fclose(file);
	return found;
}

/* 0: the process has the folder open and holds its lock; -ESRCH: it does not; or -errno. */
static int holder_check(pid_t pid, const struct stat *folder)
{
	struct dirent *entry;
	struct stat st;
	char path[32];
	int err = -ESRCH;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	if (!dir)
		return errno == ENOENT ? -ESRCH : -errno;
	while (err && (entry = readdir(dir)))
		if (!fstatat(dirfd(dir), entry->d_name, &st, 0) && st.st_dev == folder->st_dev &&
		    st.st_ino == folder->st_ino && holder_locks(pid, entry->d_name))
			err = 0;
	closedir(dir);
	return err;
}

/* A process keeps its id while it lives, and it lives if the pidfd still accepts a signal. */
static int holder_try(pid_t pid, const struct stat *folder, int *out)
{
	int fd = syscall(SYS_pidfd_open, pid, 0), err;

	if (fd < 0)
		return errno == EINVAL ? -ESRCH : -errno;
	err = holder_check(pid, folder);
	if (!err && syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0))
		err = -errno;
	if (err)
		close(fd);
	else
		*out = fd;
	return err;
}

/* The owner of the lock according to /proc/locks of this PID namespace; 0: unknown. */
static pid_t holder_ask(const struct stat *folder)
{
	char line[HOLDER_LINE_SIZE];
	unsigned int high, low;
	unsigned long inode;
	pid_t pid, found = 0;
	FILE *file;

	file = fopen("/proc/locks", "re");
	if (!file)
		return 0;
	while (!found && fgets(line, sizeof(line), file))
		if (sscanf(line, "%*s FLOCK %*s WRITE %d %x:%x:%lu", &pid, &high, &low, &inode) ==
			    4 &&
		    makedev(high, low) == folder->st_dev && inode == folder->st_ino && pid > 0)
			found = pid;
	fclose(file);
	return found;
}

int holder_open(const char *pins, unsigned int ifindex, pid_t pid, int *out, pid_t *found)
{
	char path[PATH_MAX];
	struct stat folder;
	int err = pins_path_of(pins, ifindex, "", path), fd = -1;

	if (err)
		return err;
	if (stat(path, &folder))
		return -errno;
	err = holder_try(pid, &folder, &fd);
	if (err) {
		pid = holder_ask(&folder);
		if (pid)
			err = holder_try(pid, &folder, &fd);
	}
	if (err)
		return err;
	*out = fd;
	*found = pid;
	return 0;
}

int holder_signal(const char *pins, unsigned int ifindex, pid_t pid, int signal)
{
	pid_t found = pid;
	int fd = -1, err;

	err = holder_open(pins, ifindex, pid, &fd, &found);
	if (!err) {
		err = syscall(SYS_pidfd_send_signal, fd, signal, NULL, 0) ? -errno : 0;
		close(fd);
	}
	if (err == -ESRCH)
		log_error(
			"cannot signal the daemon: process %d does not hold the lock of %s/if%u; if the daemon runs in another PID namespace, such as a container, run this command there, or on the host",
			pid, pins, ifindex);
	else if (err)
		log_error(
			"cannot signal the daemon: cannot check whether process %d holds the lock of %s/if%u: %s; run this command as root",
			found, pins, ifindex, strerror(-err));
	return err;
}
