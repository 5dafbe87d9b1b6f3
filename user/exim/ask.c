// SPDX-License-Identifier: GPL-2.0-only
/* Asks exim for the path of its log and for other options (exim -bP). */
#include "exim/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/log.h"

static const char *const ask_exims[] = { "/usr/sbin/exim4", "/usr/sbin/exim", "/usr/exim/bin/exim",
					 "/usr/local/sbin/exim" };

static const char *const ask_paths[] = { "/var/log/exim4/mainlog", "/var/log/exim_mainlog",
					 "/var/log/exim/main.log", "/var/log/exim/mainlog",
					 "/var/spool/exim/log/mainlog" };

#define ASK_PATIENCE_MS 5000
#define ASK_TELL_MS	1000 /* after which the wait is logged */
#define ASK_STEP_MS	50

#define ASK_COUNT(array) (sizeof(array) / sizeof((array)[0]))

static atomic_bool ask_cancelled;

void ask_cancel(void)
{
	atomic_store(&ask_cancelled, true);
}

/* Logs the wait once, because several questions follow each other. */
static void ask_tell(const char *name)
{
	static atomic_bool told;

	if (!atomic_exchange(&told, true))
		log_notice(
			"waiting for exim to answer (exim -bP %s); it may be waiting for the DNS; each question ends after %d s without an answer",
			name, ASK_PATIENCE_MS / 1000);
}

/* True: there is something to read. False: nothing came in time, or ask_cancel() was called. */
static bool ask_wait(int fd, const char *name)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	for (int waited = 0; waited < ASK_PATIENCE_MS; waited += ASK_STEP_MS) {
		if (atomic_load(&ask_cancelled))
			return false;
		if (poll(&ready, 1, ASK_STEP_MS) > 0)
			return true;
		if (waited + ASK_STEP_MS == ASK_TELL_MS)
			ask_tell(name);
	}
	return false;
}

/* Reads the answer; *used: its size. 0; -ETIMEDOUT: it did not end in time; -ENAMETOOLONG. */
static int ask_read(int fd, const char *name, char *answer, size_t size, size_t *used)
{
	ssize_t got = 1;

	*used = 0;
	while (got > 0 && *used < size - 1 && ask_wait(fd, name)) {
		got = read(fd, answer + *used, size - 1 - *used);
		*used += got > 0 ? got : 0;
	}
	answer[*used] = '\0';
	if (*used == size - 1)
		return -ENAMETOOLONG;
	return got > 0 ? -ETIMEDOUT : 0;
}

/* Asks by the service at `path`: exim does not run with the daemon's reduced privileges. */
static int ask_ask_service(const char *path, const char *name, char *answer, size_t size)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), err = 0;
	size_t used = 0;

	if (fd < 0)
		return -ENOENT;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) ||
	    dprintf(fd, "%s\n", name) < 0)
		err = -ENOENT;
	else
		err = ask_read(fd, name, answer, size, &used);
	if (!err && !used)
		err = -ENOENT;
	close(fd);
	return err;
}

/* Runs `exim -bP name` and reads the first bytes of what it prints. */
static int ask_ask(const char *exim, const char *name, char *answer, size_t size)
{
	char *argv[] = { (char *)exim, "-bP", (char *)name, NULL };
	char *environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none;
	int pipes[2], status, err;
	size_t used;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC))
		return -errno;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, pipes[1], 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	err = -posix_spawn(&pid, exim, &actions, &attributes, argv, environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	close(pipes[1]);
	if (err)
		goto out;

	err = ask_read(pipes[0], name, answer, size, &used);
	if (err)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!err && (!WIFEXITED(status) || WEXITSTATUS(status)))
		err = -ENOENT;
out:
	close(pipes[0]);
	return err;
}

/* Asks each known exim binary for `name`, until an answer begins with `wanted`. */
static int ask_get(const char *name, const char *wanted, char *value, size_t size)
{
	const char *service = getenv(ASK_SERVICE);
	const size_t room = size + 512;
	char *answer = malloc(room), *at;
	int err = answer ? -ENOENT : -ENOMEM;

	for (size_t i = 0; i < ASK_COUNT(ask_exims) && err == -ENOENT; i++) {
		if (access(ask_exims[i], X_OK))
			continue;
		err = service && *service ? ask_ask_service(service, name, answer, room)
					  : ask_ask(ask_exims[i], name, answer, room);
		if (err || strncmp(answer, wanted, strlen(wanted))) {
			err = err == -ETIMEDOUT || err == -ENAMETOOLONG ? err : -ENOENT;
			continue;
		}
		at = answer + strlen(wanted);
		at += strspn(at, " ");
		err = -ENAMETOOLONG;
		if (!strchr(at, '\n') || strcspn(at, "\n") >= size)
			break;
		at[strcspn(at, "\n")] = '\0';
		strcpy(value, at);
		err = 0;
	}
	free(answer);
	return atomic_load(&ask_cancelled) ? -ECANCELED : err;
}

int ask_option(const char *name, char *value, size_t size)
{
	char wanted[128];

	snprintf(wanted, sizeof(wanted), "%s =", name);
	return ask_get(name, wanted, value, size);
}

int ask_hostlist(const char *name, char *value, size_t size)
{
	char asked[128], wanted[128];

	snprintf(asked, sizeof(asked), "+%s", name);
	snprintf(wanted, sizeof(wanted), "hostlist %s =", name);
	return ask_get(asked, wanted, value, size);
}

/*
 * Expands one item of log_file_path (spec, 51.1): a path in which %s is the log's name, or an empty
 * item, which is the log folder in the spool.
 */
static int ask_expand(const char *item, char *path, size_t size)
{
	char spool[PATH_MAX];
	const char *mark;
	int err, used;

	if (strstr(item, "%D") || strstr(item, "%M"))
		return -ENOTSUP;
	if (*item == '/') {
		mark = strstr(item, "%s");
		used = snprintf(path, size, "%.*s%s%s", mark ? (int)(mark - item) : INT_MAX, item,
				mark ? "main" : "", mark ? mark + 2 : "");
	} else {
		err = ask_option("spool_directory", spool, sizeof(spool));
		if (err)
			return err;
		used = snprintf(path, size, "%s/log/mainlog", spool);
	}
	return used < 0 || (size_t)used >= size ? -ENAMETOOLONG : 0;
}

int ask_log(char *path, size_t size)
{
	char value[PATH_MAX];
	char *rest = value, *item;
	size_t i;

	if (!ask_option("log_file_path", value, sizeof(value))) {
		while ((item = strsep(&rest, ":"))) {
			item += strspn(item, " ");
			item[strcspn(item, " ")] = '\0';
			if (strcmp(item, "syslog"))
				return ask_expand(item, path, size);
		}
		return -ENOTSUP;
	}
	for (i = 0; i < ASK_COUNT(ask_paths); i++) {
		if (access(ask_paths[i], F_OK))
			continue;
		if (strlen(ask_paths[i]) >= size)
			return -ENAMETOOLONG;
		strcpy(path, ask_paths[i]);
		return 0;
	}
	return -ENOENT;
}

bool ask_checks_helo(void)
{
	char hosts[256], characters[256];

	return !ask_option("helo_accept_junk_hosts", hosts, sizeof(hosts)) && !*hosts &&
	       !ask_option("helo_allow_chars", characters, sizeof(characters)) &&
	       !characters[strspn(characters, "_")];
}
