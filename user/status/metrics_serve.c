// SPDX-License-Identifier: GPL-2.0-only
/* Serves the metrics over HTTP for Prometheus. */
#include "status/metrics_serve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "common/addr.h"
#include "common/log.h"
#include "common/number.h"
#include "status/metrics_collect.h"

/*
 * A connection that sends its request byte by byte may last forever. To make room for new ones, if
 * there are more than METRICS_CONNECTIONS_MAX, the oldest connection of the host with the most
 * connections is closed. The rest of the limit is for connections that are closing.
 */
#define METRICS_CONNECTIONS_MAX 64
#define METRICS_SLOTS		(2 * METRICS_CONNECTIONS_MAX)
#define METRICS_BACKLOG		128
#define METRICS_TIMEOUT		10	    /* seconds without a byte */
#define METRICS_MEMORY		(16 * 1024) /* bytes, of one request */

struct metrics_slot {
	struct MHD_Connection *connection; /* NULL: free */
	struct addr host;
	uint64_t number; /* the lower, the older */
	bool cut;
};

/* Used only in the one thread of libmicrohttpd. */
struct metrics_server {
	const char *pins;
	uint64_t number;
	struct metrics_slot slots[METRICS_SLOTS];
};

static const char metrics_index[] =
	"<!DOCTYPE html>\n<html lang=\"en\"><head><title>sobig-xdp</title></head>\n"
	"<body><h1>sobig-xdp</h1><p><a href=\"/metrics\">Metrics</a> for Prometheus.</p></body></html>\n";

static int metrics_parse_port(const char *text, in_port_t *out)
{
	uint64_t port;

	if (number_parse(text, 1, UINT16_MAX, NULL, &port))
		return -EINVAL;
	*out = htons(port);
	return 0;
}

int metrics_serve_parse(const char *text, struct sockaddr_storage *out)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	const char *colon = strrchr(text, ':');
	char address[INET6_ADDRSTRLEN] = "127.0.0.1";
	size_t length = colon ? colon - text : 0;
	bool brackets = length > 2 && *text == '[' && text[length - 1] == ']';
	in_port_t port;

	memset(out, 0, sizeof(*out));
	if (metrics_parse_port(colon ? colon + 1 : text, &port))
		return -EINVAL;
	if (brackets) {
		text++;
		length -= 2;
	}
	if (colon && (!length || length >= sizeof(address)))
		return -EINVAL;
	if (colon) {
		memcpy(address, text, length);
		address[length] = '\0';
	}
	in.sin_port = in6.sin6_port = port;
	if (brackets ? inet_pton(AF_INET6, address, &in6.sin6_addr) != 1
		     : inet_pton(AF_INET, address, &in.sin_addr) != 1)
		return -EINVAL;
	if (brackets)
		memcpy(out, &in6, sizeof(in6));
	else
		memcpy(out, &in, sizeof(in));
	return 0;
}

static struct MHD_Response *metrics_constant(const char *text, const char *type)
{
	struct MHD_Response *response =
		MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_PERSISTENT);

	if (response)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	return response;
}

static struct MHD_Response *metrics_page(const char *pins, unsigned int *code)
{
	struct MHD_Response *response;
	struct metrics_out out = { 0 };
	char *text = NULL;
	size_t size;
	int err;

	out.text = open_memstream(&text, &size);
	err = out.text ? metrics_collect(pins, &out) : -ENOMEM;
	if (out.text && fclose(out.text))
		err = -ENOMEM;
	if (err) {
		log_error("cannot read the metrics: %s", strerror(-err));
		free(text);
		*code = MHD_HTTP_SERVICE_UNAVAILABLE;
		return metrics_constant("Cannot read the metrics; see the log.\n",
					"text/plain; charset=utf-8");
	}
	response = MHD_create_response_from_buffer(size, text, MHD_RESPMEM_MUST_FREE);
	if (!response) {
		free(text);
		return NULL;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
				"text/plain; version=0.0.4; charset=utf-8");
	return response;
}

static size_t metrics_count(const struct metrics_server *server, const struct addr *host)
{
	size_t count = 0;

	for (size_t i = 0; i < METRICS_SLOTS; i++) {
		const struct metrics_slot *slot = &server->slots[i];

		count += slot->connection && !slot->cut &&
			 (!host || !addr_compare(&slot->host, host));
	}
	return count;
}

/* The oldest connection of the host that has the most. */
static struct metrics_slot *metrics_choose(struct metrics_server *server)
{
	struct metrics_slot *chosen = NULL;
	size_t most = 0;

	for (size_t i = 0; i < METRICS_SLOTS; i++) {
		struct metrics_slot *slot = &server->slots[i];
		size_t count;

		if (!slot->connection || slot->cut)
			continue;
		count = metrics_count(server, &slot->host);
		if (!chosen || count > most || (count == most && slot->number < chosen->number)) {
			chosen = slot;
			most = count;
		}
	}
	return chosen;
}

/* libmicrohttpd notices the shutdown and closes it. */
static void metrics_cut(struct metrics_slot *slot)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(slot->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

	if (info)
		shutdown(info->connect_fd, SHUT_RDWR);
	slot->cut = true;
}

static void metrics_begin(struct metrics_server *server, struct MHD_Connection *connection,
			  void **context)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	for (size_t i = 0; i < METRICS_SLOTS; i++) {
		struct metrics_slot *slot = &server->slots[i];
		struct addr addr = { 0 };

		if (slot->connection)
			continue;
		if (info)
			addr_from_socket(info->client_addr, &addr);
		*slot = (struct metrics_slot){ connection, addr_host(&addr), server->number++,
					       false };
		*context = slot;
		break;
	}
	if (metrics_count(server, NULL) > METRICS_CONNECTIONS_MAX)
		metrics_cut(metrics_choose(server));
}

static void metrics_notice(void *context, struct MHD_Connection *connection, void **slot,
			   enum MHD_ConnectionNotificationCode code)
{
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		metrics_begin(context, connection, slot);
	else if (*slot)
		((struct metrics_slot *)*slot)->connection = NULL;
}

static enum MHD_Result metrics_answer(void *server, struct MHD_Connection *connection,
				      const char *url, const char *method, const char *version,
				      const char *upload, size_t *upload_size, void **context)
{
	static char seen;
	unsigned int code = MHD_HTTP_OK;
	struct MHD_Response *response;
	enum MHD_Result result;
	bool asks = !strcmp(method, MHD_HTTP_METHOD_GET) || !strcmp(method, MHD_HTTP_METHOD_HEAD);

	(void)version;
	(void)upload;
	/* The first call has only the headers; an answer here would close the connection. */
	if (asks && !*context) {
		*context = &seen;
		return MHD_YES;
	}
	*upload_size = 0;
	if (!asks) {
		code = MHD_HTTP_METHOD_NOT_ALLOWED;
		response = metrics_constant("Method not allowed: use GET or HEAD.\n",
					    "text/plain; charset=utf-8");
		if (response)
			MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	} else if (!strcmp(url, "/metrics")) {
		response = metrics_page(((struct metrics_server *)server)->pins, &code);
	} else if (!strcmp(url, "/")) {
		response = metrics_constant(metrics_index, "text/html; charset=utf-8");
	} else {
		code = MHD_HTTP_NOT_FOUND;
		response =
			metrics_constant("Not found: use /metrics.\n", "text/plain; charset=utf-8");
	}
	if (!response)
		return MHD_NO;
	result = MHD_queue_response(connection, code, response);
	MHD_destroy_response(response);
	return result;
}

static int metrics_listen(const struct sockaddr_storage *address, const char *text)
{
	socklen_t size = address->ss_family == AF_INET ? sizeof(struct sockaddr_in)
						       : sizeof(struct sockaddr_in6);
	int fd = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1, err;

	if (fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) &&
	    !bind(fd, (const struct sockaddr *)address, size) && !listen(fd, METRICS_BACKLOG))
		return fd;
	err = errno;
	if (fd >= 0)
		close(fd);
	log_error("cannot listen on %s: %s", text, strerror(err));
	return -err;
}

int metrics_serve(const char *pins, const struct sockaddr_storage *address, const char *text)
{
	struct metrics_server *server;
	struct MHD_Daemon *daemon;
	sigset_t signals;
	int fd, signal;

	/* Before there are threads, so that all of them block these signals. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	fd = metrics_listen(address, text);
	if (fd < 0)
		return fd;
	server = calloc(1, sizeof(*server));
	if (!server) {
		close(fd);
		return -ENOMEM;
	}
	server->pins = pins;
	daemon = MHD_start_daemon(MHD_USE_AUTO_INTERNAL_THREAD, 0, NULL, NULL, metrics_answer,
				  server, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
				  METRICS_SLOTS, MHD_OPTION_NOTIFY_CONNECTION, metrics_notice,
				  server, MHD_OPTION_CONNECTION_TIMEOUT, METRICS_TIMEOUT,
				  MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)METRICS_MEMORY,
				  MHD_OPTION_END);
	if (!daemon) {
		log_error("cannot serve on %s: %s", text, strerror(errno));
		free(server);
		close(fd);
		return -EIO;
	}
	log_notice("serving /metrics on %s", text);
	sd_notify(0, "READY=1");
	sigwait(&signals, &signal);
	sd_notify(0, "STOPPING=1");
	MHD_stop_daemon(daemon);
	free(server);
	return 0;
}
