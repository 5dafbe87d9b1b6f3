// SPDX-License-Identifier: GPL-2.0-only
/* Finds the remote hosts of users who are logged in on this machine. */
#include "allow/logins.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <systemd/sd-login.h>
#include <unistd.h>
#include <utmp.h>

#include "allow/ssh_sessions.h"
#include "common/log.h"
#include "common/netlink.h"

#define LOGINS_PORTS 65536

struct logins {
	struct prefix_set *out;
	const struct ssh_sessions *sessions;
	bool listening[LOGINS_PORTS]; /* by port, host byte order */
	int err;
};

static void logins_add(struct logins *logins, struct addr addr, const char *why)
{
	static const struct addr nowhere;
	const struct addr_prefix target = { .addr = addr,
					    .length = addr_is_ipv4(&addr) ? 32 : 128 };

	if (addr_compare(&addr, &nowhere) && prefix_set_add(logins->out, &target, why))
		logins->err = -ENOMEM;
}

static struct addr logins_addr(const void *bytes, bool ipv4)
{
	struct addr addr = { .bytes = { [10] = 0xff, [11] = 0xff } };

	if (ipv4)
		memcpy(addr.bytes + 12, bytes, 4);
	else
		memcpy(addr.bytes, bytes, 16);
	return addr;
}

/*
 * Only sockets of root count, and not those with which an ssh session forwards a port. Any user may
 * listen on another port, and at another address on the same port.
 */
static void logins_note_port(void *context, const struct nlmsghdr *message)
{
	const struct inet_diag_msg *socket = NLMSG_DATA(message);
	struct logins *logins = context;

	if (message->nlmsg_len >= NLMSG_LENGTH(sizeof(*socket)) && !socket->idiag_uid &&
	    !ssh_sessions_hold(logins->sessions, socket->idiag_inode))
		logins->listening[ntohs(socket->id.idiag_sport)] = true;
}

/*
 * A login is an incoming connection that root accepted. A connection that the session opened
 * itself, or one to a port that the user forwards, is not a login.
 */
static void logins_note_peer(void *context, const struct nlmsghdr *message)
{
	const struct inet_diag_msg *socket = NLMSG_DATA(message);
	struct logins *logins = context;

	if (message->nlmsg_len < NLMSG_LENGTH(sizeof(*socket)) || socket->idiag_uid ||
	    !logins->listening[ntohs(socket->id.idiag_sport)] ||
	    !ssh_sessions_hold(logins->sessions, socket->idiag_inode))
		return;
	logins_add(logins, logins_addr(socket->id.idiag_dst, socket->idiag_family == AF_INET),
		   "logged in by ssh");
}

static int logins_sockets(struct logins *logins, unsigned int state,
			  void (*each)(void *context, const struct nlmsghdr *message))
{
	const unsigned char families[] = { AF_INET, AF_INET6 };
	int err = 0, failed;

	for (size_t i = 0; i < sizeof(families); i++) {
		const struct inet_diag_req_v2 request = {
			.sdiag_family = families[i],
			.sdiag_protocol = IPPROTO_TCP,
			.idiag_states = 1u << state,
		};

		failed = netlink_dump(NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, &request,
				      sizeof(request), each, logins);
		/* -ENOENT: the kernel has no such family. */
		err = failed && failed != -ENOENT ? failed : err;
	}
	return err;
}

static int logins_sessions(struct logins *logins)
{
	struct ssh_sessions *sessions;
	int err = ssh_sessions_read(&sessions);

	if (err)
		return err;
	logins->sessions = sessions;
	if (ssh_sessions_count(sessions)) {
		err = logins_sockets(logins, TCP_LISTEN, logins_note_port);
		if (!err)
			err = logins_sockets(logins, TCP_ESTABLISHED, logins_note_peer);
	}
	logins->sessions = NULL;
	ssh_sessions_free(sessions);
	return err;
}

/* The file may contain records of sessions that ended without a logout. */
static bool logins_is_alive(const struct utmp *record)
{
	return record->ut_type == USER_PROCESS && record->ut_pid > 0 &&
	       (!kill(record->ut_pid, 0) || errno == EPERM);
}

static int logins_utmp(struct logins *logins)
{
	FILE *file = fopen(_PATH_UTMP, "re");
	struct utmp record;
	struct stat about;

	if (!file)
		return errno == ENOENT ? 0 : -errno;
	/* If any user can write to the file, its records cannot be trusted. */
	if (fstat(fileno(file), &about) || about.st_uid || about.st_mode & S_IWOTH) {
		fclose(file);
		return 0;
	}
	while (fread(&record, sizeof(record), 1, file) == 1) {
		bool ipv4 = !record.ut_addr_v6[1] && !record.ut_addr_v6[2] && !record.ut_addr_v6[3];

		if (logins_is_alive(&record) && (!ipv4 || record.ut_addr_v6[0]))
			logins_add(logins, logins_addr(record.ut_addr_v6, ipv4), "logged in");
	}
	fclose(file);
	return 0;
}

/*
 * Adds the remote hosts of logind's sessions; without logind there are none. Only root can create a
 * session. Its remote host was set by sshd or another daemon that uses PAM.
 */
static void logins_logind(struct logins *logins)
{
	char **sessions = NULL, *host, *state;
	struct addr addr;

	if (sd_get_sessions(&sessions) <= 0)
		return;
	for (char **session = sessions; *session; session++) {
		host = state = NULL;
		if (sd_session_is_remote(*session) > 0 &&
		    sd_session_get_state(*session, &state) >= 0 && strcmp(state, "closing") &&
		    sd_session_get_remote_host(*session, &host) >= 0 &&
		    !addr_parse(host, strcspn(host, "%"), &addr))
			logins_add(logins, addr, "logged in");
		free(host);
		free(state);
		free(*session);
	}
	free(sessions);
}

/* SSH_CONNECTION, "ADDR PORT ADDR PORT", is set if this process was started in an ssh session. */
static void logins_environment(struct logins *logins)
{
	const char *connection = getenv("SSH_CONNECTION");
	struct addr addr;

	if (connection && !addr_parse(connection, strcspn(connection, " %"), &addr))
		logins_add(logins, addr, "ssh session that started this process");
}

/* Logged once: missing privileges do not change while the process runs. */
static void logins_check_sources(void)
{
	static atomic_flag logged = ATOMIC_FLAG_INIT;

	if (!ssh_sessions_can_look() && access("/run/systemd/seats/", F_OK) &&
	    !atomic_flag_test_and_set(&logged))
		log_warning(
			"cannot find ssh logins: systemd-logind is not running, and this process may not inspect ssh daemons (CAP_SYS_PTRACE); add the hosts of your users to [allow]");
}

int logins_read(struct prefix_set *out)
{
	struct logins *logins = calloc(1, sizeof(*logins));
	int err, failed;

	if (!logins)
		return -ENOMEM;
	logins->out = out;
	logins_check_sources();
	logins_environment(logins);
	err = logins_sessions(logins);
	logins_logind(logins);
	failed = logins_utmp(logins);
	if (failed)
		err = failed;
	if (logins->err)
		err = logins->err;
	free(logins);
	return err;
}
