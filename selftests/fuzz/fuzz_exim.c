// SPDX-License-Identifier: GPL-2.0-only
/* libFuzzer target: exim's answers about its configuration. */
#include "fuzz.h"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* The stub of exim: prints the next answer of the input, whatever the question, and exits. */
static const uint8_t *fuzz_answers;
static size_t fuzz_left, fuzz_now;

static int fuzz_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
		      const posix_spawnattr_t *attributes, char *const argv[],
		      char *const environment[])
{
	const uint8_t *end = fuzz_left ? memchr(fuzz_answers, '\0', fuzz_left) : NULL;

	(void)path, (void)actions, (void)attributes, (void)argv, (void)environment;
	fuzz_now = end ? (size_t)(end - fuzz_answers) : fuzz_left;
	*pid = 1;
	return 0;
}

static ssize_t fuzz_read(int fd, void *to, size_t size)
{
	size_t length = size < fuzz_now ? size : fuzz_now;

	(void)fd;
	if (length)
		memcpy(to, fuzz_answers, length);
	fuzz_answers += length;
	fuzz_left -= length;
	fuzz_now -= length;
	return (ssize_t)length;
}

static int fuzz_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	(void)fds, (void)count, (void)timeout;
	return 1;
}

static pid_t fuzz_waitpid(pid_t pid, int *status, int options)
{
	(void)options;
	/* The rest is discarded, with its NUL. */
	fuzz_now += fuzz_left > fuzz_now;
	fuzz_answers += fuzz_now;
	fuzz_left -= fuzz_now;
	*status = 0;
	return pid;
}

static int fuzz_access(const char *path, int mode)
{
	(void)path;
	return mode == X_OK ? 0 : -1;
}

static int fuzz_kill(pid_t pid, int number)
{
	(void)pid, (void)number;
	return 0;
}

#define posix_spawn fuzz_spawn
#define read	    fuzz_read
#define poll(...)   fuzz_poll(__VA_ARGS__)
#define waitpid	    fuzz_waitpid
#define access	    fuzz_access
#define kill	    fuzz_kill
#include "exim/ask.c"
#undef read

#include "exim/relays.h"

static int fuzz_name(void *context, const char *name)
{
	(void)context;
	fuzz_must(*name != '\0');
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct relays relays = { .name = fuzz_name };
	char path[64];

	fuzz_answers = data;
	fuzz_left = size;
	fuzz_must(!prefix_set_new(&relays.addresses));
	if (!relays_ask(&relays))
		prefix_set_seal(relays.addresses);
	prefix_set_free(relays.addresses);
	if (!ask_log(path, sizeof(path)))
		fuzz_must(memchr(path, '\0', sizeof(path)) != NULL);
	ask_checks_helo();
	return 0;
}
