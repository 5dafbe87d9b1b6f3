// SPDX-License-Identifier: GPL-2.0-only
/* The sockets that ssh daemons hold for those who are logged in. */
#include "act/sessions.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* sshd-session serves one connection, from OpenSSH 9.8 on. */
static const char *const sessions_daemons[] = { "sshd", "sshd-session", "dropbear" };

struct sessions_daemon {
	pid_t pid;
	bool entered; /* somebody is in */
};

struct sessions {
	struct sessions_daemon *daemons;
	size_t daemons_count;
	pid_t *parents; /* of what is no ssh daemon */
	size_t parents_count;
	uint32_t *inodes;
	size_t inodes_count;
};

/*
 * The array with room for one more of `size` bytes; it grows at powers of two. NULL: no memory,
 * and it is as it was.
 */
static void *sessions_grow(void *array, size_t count, size_t size)
{
	if (count & (count - 1))
		return array;
	return reallocarray(array, count ? count * 2 : 1, size);
}

/* The first bytes of /proc/PID/NAME; how many, 0 if it is gone. */
static size_t sessions_file(pid_t pid, const char *name, char *text, size_t size)
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

static int sessions_add_daemon(struct sessions *sessions, pid_t pid)
{
	void *grown = sessions_grow(sessions->daemons, sessions->daemons_count,
				    sizeof(*sessions->daemons));

	if (!grown)
		return -ENOMEM;
	sessions->daemons = grown;
	sessions->daemons[sessions->daemons_count++] = (struct sessions_daemon){ .pid = pid };
	return 0;
}

static int sessions_add_parent(struct sessions *sessions, pid_t pid)
{
	void *grown = sessions_grow(sessions->parents, sessions->parents_count,
				    sizeof(*sessions->parents));

	if (!grown)
		return -ENOMEM;
	sessions->parents = grown;
	sessions->parents[sessions->parents_count++] = pid;
	return 0;
}

static int sessions_add_inode(struct sessions *sessions, uint32_t inode)
{
	void *grown =
		sessions_grow(sessions->inodes, sessions->inodes_count, sizeof(*sessions->inodes));

	if (!grown)
		return -ENOMEM;
	sessions->inodes = grown;
	sessions->inodes[sessions->inodes_count++] = inode;
	return 0;
}

/* "1234 (name) S 1 …" (proc(5)); a name may hold brackets and spaces. */
static int sessions_process(struct sessions *sessions, pid_t pid)
{
	char text[512], *name, *end;
	int parent;

	if (!sessions_file(pid, "stat", text, sizeof(text)))
		return 0;
	name = strchr(text, '(');
	end = strrchr(text, ')');
	if (!name || !end || end < name || sscanf(end + 1, " %*c %d", &parent) != 1)
		return 0;
	*end = '\0';
	for (size_t i = 0; i < sizeof(sessions_daemons) / sizeof(sessions_daemons[0]); i++)
		if (!strcmp(name + 1, sessions_daemons[i]))
			return sessions_add_daemon(sessions, pid);
	return sessions_add_parent(sessions, parent);
}

/*
 * sshd writes "sshd: user@pts/0", or "…@notty", as its own command line once the user is in. Before
 * that, it is "sshd: user [priv]" and the like, where the user's name is the peer's to choose.
 */
static bool sessions_title_says_so(pid_t pid)
{
	char text[512], *at;

	if (!sessions_file(pid, "cmdline", text, sizeof(text)))
		return false;
	at = strrchr(text, '@');
	return !strncmp(text, "sshd", 4) && strstr(text, ": ") && at && at[1] && !strchr(at, '[');
}

/*
 * What a daemon started that is no such daemon itself is the user's: his shell, his command. The
 * daemon of a daemon is the one that keeps what privilege it needs; the socket is both theirs.
 */
static void sessions_find_entered(struct sessions *sessions)
{
	for (size_t i = 0; i < sessions->daemons_count; i++) {
		struct sessions_daemon *daemon = &sessions->daemons[i];

		daemon->entered = sessions_title_says_so(daemon->pid);
		for (size_t j = 0; j < sessions->parents_count && !daemon->entered; j++)
			daemon->entered = sessions->parents[j] == daemon->pid;
	}
}

static int sessions_sockets(struct sessions *sessions, pid_t pid)
{
	char path[64], target[64];
	struct dirent *entry;
	unsigned int inode;
	ssize_t length;
	DIR *folder;
	int err = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	folder = opendir(path);
	/* Gone; or not ours to look into, and then logind and utmp tell of those who are in. */
	if (!folder)
		return errno == ENOENT || errno == EACCES || errno == EPERM ? 0 : -errno;
	while (!err && (entry = readdir(folder))) {
		length = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1);
		if (length < 0)
			continue;
		target[length] = '\0';
		if (sscanf(target, "socket:[%u]", &inode) == 1)
			err = sessions_add_inode(sessions, inode);
	}
	closedir(folder);
	return err;
}

static int sessions_fill(struct sessions *sessions)
{
	DIR *folder = opendir("/proc");
	struct dirent *entry;
	int err = 0;

	if (!folder)
		return -errno;
	while (!err && (entry = readdir(folder)))
		if (isdigit((unsigned char)*entry->d_name))
			err = sessions_process(sessions, atoi(entry->d_name));
	closedir(folder);
	sessions_find_entered(sessions);
	for (size_t i = 0; i < sessions->daemons_count && !err; i++)
		if (sessions->daemons[i].entered)
			err = sessions_sockets(sessions, sessions->daemons[i].pid);
	return err;
}

int sessions_read(struct sessions **out)
{
	struct sessions *sessions = calloc(1, sizeof(*sessions));
	int err;

	if (!sessions)
		return -ENOMEM;
	err = sessions_fill(sessions);
	if (err) {
		sessions_free(sessions);
		return err;
	}
	*out = sessions;
	return 0;
}

bool sessions_hold(const struct sessions *sessions, uint32_t inode)
{
	for (size_t i = 0; i < sessions->inodes_count; i++)
		if (sessions->inodes[i] == inode)
			return true;
	return false;
}

size_t sessions_count(const struct sessions *sessions)
{
	return sessions->inodes_count;
}

void sessions_free(struct sessions *sessions)
{
	if (!sessions)
		return;
	free(sessions->daemons);
	free(sessions->parents);
	free(sessions->inodes);
	free(sessions);
}
