// SPDX-License-Identifier: GPL-2.0-only
/* Runs another sobig-xdp command for top and reads its output as it arrives. */
#include "top/top_child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOP_CHILD_SELF "/proc/self/exe"

static int top_child_spawn(struct top_child *child, char *const argv[], int output)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int err;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
	/* The child does not block signals as top does. */
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	err = posix_spawn(&child->pid, TOP_CHILD_SELF, &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return -err;
}

int top_child_start(struct top_child *child, const char *command, const char *argument,
		    const char *pins)
{
	char *argv[] = { "sobig-xdp", (char *)command,	"--pins", (char *)pins,
			 "--",	      (char *)argument, NULL };
	int pipe[2], err;

	top_child_end(child);
	child->text = calloc(1, TOP_CHILD_TEXT_MAX + 1);
	if (!child->text)
		return -ENOMEM;
	if (pipe2(pipe, O_CLOEXEC)) {
		top_child_end(child);
		return -errno;
	}
	err = top_child_spawn(child, argv, pipe[1]);
	close(pipe[1]);
	if (err) {
		child->pid = 0;
		close(pipe[0]);
		top_child_end(child);
		return err;
	}
	fcntl(pipe[0], F_SETFL, O_NONBLOCK);
	child->fd = pipe[0];
	return 0;
}

static void top_child_wait(struct top_child *child)
{
	int status = 0;

	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	child->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	child->pid = 0;
}

bool top_child_read(struct top_child *child)
{
	ssize_t got;

	while (child->fd >= 0) {
		size_t room = TOP_CHILD_TEXT_MAX - child->length;

		got = room ? read(child->fd, child->text + child->length, room) : 0;
		if (got > 0) {
			child->length += got;
			continue;
		}
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			return true;
		/* Its end, or more output than is shown. */
		close(child->fd);
		child->fd = -1;
		if (!room)
			kill(child->pid, SIGTERM);
		top_child_wait(child);
	}
	return false;
}

void top_child_end(struct top_child *child)
{
	if (child->pid) {
		kill(child->pid, SIGTERM);
		top_child_wait(child);
	}
	if (child->fd >= 0)
		close(child->fd);
	free(child->text);
	*child = (struct top_child){ .fd = -1 };
}
