// SPDX-License-Identifier: GPL-2.0-only
/* Finds the sockets of ssh daemons that serve a logged-in user. */
#include "allow/ssh_sessions.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/array.h"

#define SSH_SESSIONS_COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SSH_SESSIONS_DELETED	  " (deleted)" /* appended to a file name, see proc(5) */

/*
 * The programs that own a connection; sshd-session since OpenSSH 9.8. Any user can give a process
 * such a name or run such a program, but not as root.
 */
static const char *const ssh_sessions_programs[] = { "sshd", "sshd-session", "dropbear",
						     "dropbearmulti" };

/* A process with the name of an ssh daemon. */
struct ssh_sessions_daemon {
	pid_t pid, parent;
	bool dropbear;
	bool root;    /* all its user ids are 0, and only root can write to its program */
	dev_t device; /* the program */
	ino_t inode;
	bool entered; /* a user is logged in */
};

struct ssh_sessions {
	struct ssh_sessions_daemon *daemons;
	size_t daemons_count;
	pid_t *parents; /* parents of all other processes */
	size_t parents_count;
	uint32_t *inodes;
	size_t inodes_count;
};

/* Reads the first bytes of /proc/PID/NAME. Returns their number, 0 if it no longer exists. */
static size_t ssh_sessions_file(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	got = read(fd, text, size - 1);
	close(fd);
	text[got > 0 ? got : 0] = '\0';
	return got > 0 ? got : 0;
}

static int ssh_sessions_add_daemon(struct ssh_sessions *sessions,
				   const struct ssh_sessions_daemon *daemon)
{
	void *grown =
		array_grow(sessions->daemons, sessions->daemons_count, sizeof(*sessions->daemons));

	if (!grown)
		return -ENOMEM;
	sessions->daemons = grown;
	sessions->daemons[sessions->daemons_count++] = *daemon;
	return 0;
}

static int ssh_sessions_add_parent(struct ssh_sessions *sessions, pid_t pid)
{
	void *grown =
		array_grow(sessions->parents, sessions->parents_count, sizeof(*sessions->parents));

	if (!grown)
		return -ENOMEM;
	sessions->parents = grown;
	sessions->parents[sessions->parents_count++] = pid;
	return 0;
}

static int ssh_sessions_add_inode(struct ssh_sessions *sessions, uint32_t inode)
{
	void *grown =
		array_grow(sessions->inodes, sessions->inodes_count, sizeof(*sessions->inodes));

	if (!grown)
		return -ENOMEM;
	sessions->inodes = grown;
	sessions->inodes[sessions->inodes_count++] = inode;
	return 0;
}

/* True if /proc/PID/exe is one of the programs, even if its file has been replaced since. */
static bool ssh_sessions_runs_program(const char *path)
{
	char target[PATH_MAX];
	ssize_t length = readlink(path, target, sizeof(target) - 1);
	const char *name;

	if (length < 0)
		return false;
	target[length] = '\0';
	if (length > (ssize_t)strlen(SSH_SESSIONS_DELETED) &&
	    !strcmp(target + length - strlen(SSH_SESSIONS_DELETED), SSH_SESSIONS_DELETED))
		target[length - strlen(SSH_SESSIONS_DELETED)] = '\0';
	name = strrchr(target, '/');
	for (size_t i = 0; i < SSH_SESSIONS_COUNT(ssh_sessions_programs) && name; i++)
		if (!strcmp(name + 1, ssh_sessions_programs[i]))
			return true;
	return false;
}

/* Checks the real, effective, saved and file system uid: one alone can be 0 for any user. */
static bool ssh_sessions_is_root(pid_t pid)
{
	char text[2048];
	unsigned int ids[4];
	const char *line;

	if (!ssh_sessions_file(pid, "status", text, sizeof(text)))
		return false;
	line = strstr(text, "\nUid:");
	return line &&
	       sscanf(line, "\nUid: %u %u %u %u", &ids[0], &ids[1], &ids[2], &ids[3]) == 4 &&
	       !(ids[0] | ids[1] | ids[2] | ids[3]);
}

/* False: another program, one that others can write to, or no permission to inspect it. */
static bool ssh_sessions_identify(struct ssh_sessions_daemon *daemon)
{
	char path[64];
	struct stat file;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)daemon->pid);
	if (!ssh_sessions_runs_program(path) || stat(path, &file) || file.st_uid ||
	    file.st_mode & (S_IWGRP | S_IWOTH))
		return false;
	daemon->device = file.st_dev;
	daemon->inode = file.st_ino;
	daemon->root = ssh_sessions_is_root(daemon->pid);
	return true;
}

/*
 * Parses "1234 (name) S 1 …" (proc(5)); a name may contain brackets and spaces. Names of an ssh
 * daemon's helpers, such as sshd-auth, have the same prefix and do not indicate a login.
 */
static int ssh_sessions_process(struct ssh_sessions *sessions, pid_t pid)
{
	struct ssh_sessions_daemon daemon = { .pid = pid };
	char text[512], *name, *end;
	int parent;

	if (!ssh_sessions_file(pid, "stat", text, sizeof(text)))
		return 0;
	name = strchr(text, '(');
	end = strrchr(text, ')');
	if (!name++ || !end || end < name || sscanf(end + 1, " %*c %d", &parent) != 1)
		return 0;
	*end = '\0';
	daemon.parent = parent;
	daemon.dropbear = !strncmp(name, "dropbear", strlen("dropbear"));
	if (!daemon.dropbear && strncmp(name, "sshd", strlen("sshd")))
		return ssh_sessions_add_parent(sessions, parent);
	return ssh_sessions_identify(&daemon) ? ssh_sessions_add_daemon(sessions, &daemon) : 0;
}

/*
 * After a login, sshd sets its command line to "sshd: user", "sshd: user@pts/0" or "…@notty".
 * Before that it is "sshd: user [priv]" or similar, with a user name that the peer chose. The
 * listening process has "[listener]".
 */
static bool ssh_sessions_title_says_so(pid_t pid)
{
	char text[512];
	const char *user;

	if (!ssh_sessions_file(pid, "cmdline", text, sizeof(text)) || strncmp(text, "sshd", 4))
		return false;
	user = strstr(text, ": ");
	return user && user[2] && !strchr(user, '[');
}

/*
 * A child of dropbear that is not dropbear is the user's shell or command. This does not hold for
 * sshd, which runs other programs before the login to find keys.
 */
static bool ssh_sessions_has_child(const struct ssh_sessions *sessions, pid_t pid)
{
	for (size_t i = 0; i < sessions->parents_count; i++)
		if (sessions->parents[i] == pid)
			return true;
	return false;
}

/*
 * True for a daemon of root, and for its child with the same program, which runs as the user. A
 * user's own process can be such a child, too, but then it has none of root's sockets (see
 * logins.c).
 */
static bool ssh_sessions_is_true(const struct ssh_sessions *sessions,
				 const struct ssh_sessions_daemon *daemon)
{
	for (size_t i = 0; i < sessions->daemons_count && !daemon->root; i++) {
		const struct ssh_sessions_daemon *other = &sessions->daemons[i];

		if (other->pid == daemon->parent && other->root &&
		    other->device == daemon->device && other->inode == daemon->inode)
			return true;
	}
	return daemon->root;
}

static void ssh_sessions_find_entered(struct ssh_sessions *sessions)
{
	for (size_t i = 0; i < sessions->daemons_count; i++) {
		struct ssh_sessions_daemon *daemon = &sessions->daemons[i];

		daemon->entered = ssh_sessions_is_true(sessions, daemon) &&
				  (daemon->dropbear ? ssh_sessions_has_child(sessions, daemon->pid)
						    : ssh_sessions_title_says_so(daemon->pid));
	}
}

static int ssh_sessions_sockets(struct ssh_sessions *sessions, pid_t pid)
{
	char path[64], target[64];
	struct dirent *entry;
	unsigned int inode;
	ssize_t length;
	DIR *folder;
	int err = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	folder = opendir(path);
	/* It no longer exists, or this process has no permission. */
	if (!folder)
		return errno == ENOENT || errno == EACCES || errno == EPERM ? 0 : -errno;
	while (!err && (entry = readdir(folder))) {
		length = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1);
		if (length < 0)
			continue;
		target[length] = '\0';
		if (sscanf(target, "socket:[%u]", &inode) == 1)
			err = ssh_sessions_add_inode(sessions, inode);
	}
	closedir(folder);
	return err;
}

static int ssh_sessions_fill(struct ssh_sessions *sessions)
{
	DIR *folder = opendir("/proc");
	struct dirent *entry;
	int err = 0;

	if (!folder)
		return -errno;
	while (!err && (entry = readdir(folder)))
		if (isdigit((unsigned char)*entry->d_name))
			err = ssh_sessions_process(sessions, atoi(entry->d_name));
	closedir(folder);
	ssh_sessions_find_entered(sessions);
	for (size_t i = 0; i < sessions->daemons_count && !err; i++)
		if (sessions->daemons[i].entered)
			err = ssh_sessions_sockets(sessions, sessions->daemons[i].pid);
	return err;
}

int ssh_sessions_read(struct ssh_sessions **out)
{
	struct ssh_sessions *sessions = calloc(1, sizeof(*sessions));
	int err;

	if (!sessions)
		return -ENOMEM;
	err = ssh_sessions_fill(sessions);
	if (err) {
		ssh_sessions_free(sessions);
		return err;
	}
	*out = sessions;
	return 0;
}

bool ssh_sessions_can_look(void)
{
	char target[2];

	return readlink("/proc/1/exe", target, sizeof(target)) > 0;
}

bool ssh_sessions_hold(const struct ssh_sessions *sessions, uint32_t inode)
{
	for (size_t i = 0; i < sessions->inodes_count; i++)
		if (sessions->inodes[i] == inode)
			return true;
	return false;
}

size_t ssh_sessions_count(const struct ssh_sessions *sessions)
{
	return sessions->inodes_count;
}

void ssh_sessions_free(struct ssh_sessions *sessions)
{
	if (!sessions)
		return;
	free(sessions->daemons);
	free(sessions->parents);
	free(sessions->inodes);
	free(sessions);
}
