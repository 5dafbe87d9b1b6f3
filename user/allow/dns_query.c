// SPDX-License-Identifier: GPL-2.0-only
/* Looks up the addresses of one host name without blocking, by the C library or by a service. */
#include "allow/dns_query.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/hostname.h"

#define DNS_QUERY_TEXT	  4096 /* bytes of an answer */
#define DNS_QUERY_SECONDS 60   /* timeout of a service */

struct dns_query {
	char name[HOSTNAME_SIZE];
	/* Used by the C library until it has answered. */
	struct addrinfo hints;
	struct gaicb request;
	/* Used with a service. */
	bool service;
	int fd; /* the connection, or -errno */
	time_t begun;
	char text[DNS_QUERY_TEXT];
	size_t have;
};

/* Connects to the service and sends the name. Returns the connection or -errno. */
static int dns_query_connect(const char *path, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char line[HOSTNAME_SIZE + 1];
	int length = snprintf(line, sizeof(line), "%s\n", name), fd, err = 0;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)))
		err = -errno;
	else if (send(fd, line, length, MSG_NOSIGNAL) != length)
		err = -EIO;
	if (!err && !shutdown(fd, SHUT_WR))
		return fd;
	close(fd);
	return err ? err : -EIO;
}

int dns_query_begin(const char *name, struct dns_query **out)
{
	struct dns_query *resolve = calloc(1, sizeof(*resolve));
	const char *service = getenv(DNS_QUERY_SERVICE);
	struct gaicb *request;

	if (!resolve)
		return -ENOMEM;
	snprintf(resolve->name, sizeof(resolve->name), "%s", name);
	resolve->begun = clock_seconds();
	resolve->service = service && *service;
	request = &resolve->request;
	if (resolve->service) {
		resolve->fd = dns_query_connect(service, name);
	} else {
		resolve->hints.ai_socktype = SOCK_STREAM;
		request->ar_name = resolve->name;
		request->ar_request = &resolve->hints;
		if (getaddrinfo_a(GAI_NOWAIT, &request, 1, NULL)) {
			free(resolve);
			return -ENOMEM;
		}
	}
	*out = resolve;
	return 0;
}

static int dns_query_poll_library(struct dns_query *resolve, struct dns_query_answer *out)
{
	int error = gai_error(&resolve->request);
	struct addr addr;

	if (error == EAI_INPROGRESS)
		return -EAGAIN;
	if (error) {
		snprintf(out->error, sizeof(out->error), "%s", gai_strerror(error));
		return -ENOENT;
	}
	for (const struct addrinfo *at = resolve->request.ar_result;
	     at && out->count < DNS_QUERY_ADDRESSES_MAX; at = at->ai_next)
		if (!addr_from_socket(at->ai_addr, &addr))
			out->addrs[out->count++] = addr;
	return 0;
}

/* "192.0.2.1", "fe80::1%eth0", or "! -2 Name or service not known" */
static int dns_query_line(const char *line, struct dns_query_answer *out)
{
	char *text;

	if (*line == '!') {
		strtol(line + 1, &text, 10);
		snprintf(out->error, sizeof(out->error), "%s", text + strspn(text, " "));
		return -ENOENT;
	}
	if (out->count < DNS_QUERY_ADDRESSES_MAX &&
	    !addr_parse(line, strcspn(line, "%"), &out->addrs[out->count]))
		out->count++;
	return 0;
}

static int dns_query_poll_service(struct dns_query *resolve, struct dns_query_answer *out)
{
	char *line, *rest;
	ssize_t got;
	int err = 0;

	do {
		got = recv(resolve->fd, resolve->text + resolve->have,
			   sizeof(resolve->text) - 1 - resolve->have, 0);
		resolve->have += got > 0 ? got : 0;
	} while (got > 0);
	if (got < 0 && errno == EAGAIN && clock_seconds() - resolve->begun < DNS_QUERY_SECONDS)
		return -EAGAIN;
	resolve->text[resolve->have] = '\0';
	for (line = strtok_r(resolve->text, "\n", &rest); line && !err;
	     line = strtok_r(NULL, "\n", &rest))
		err = dns_query_line(line, out);
	if (err || out->count)
		return err;
	snprintf(out->error, sizeof(out->error), "no answer from %s", getenv(DNS_QUERY_SERVICE));
	return -ENOENT;
}

int dns_query_poll(struct dns_query *resolve, struct dns_query_answer *out)
{
	out->count = 0;
	if (!resolve->service)
		return dns_query_poll_library(resolve, out);
	if (resolve->fd >= 0)
		return dns_query_poll_service(resolve, out);
	snprintf(out->error, sizeof(out->error), "%s: %s", getenv(DNS_QUERY_SERVICE),
		 strerror(-resolve->fd));
	return -ENOENT;
}

void dns_query_drop(struct dns_query *resolve)
{
	if (!resolve)
		return;
	if (resolve->service) {
		if (resolve->fd >= 0)
			close(resolve->fd);
	} else {
		/* While a look-up is in progress, the C library will still write to the struct. */
		gai_cancel(&resolve->request);
		if (gai_error(&resolve->request) == EAI_INPROGRESS)
			return;
		if (resolve->request.ar_result)
			freeaddrinfo(resolve->request.ar_result);
	}
	free(resolve);
}
