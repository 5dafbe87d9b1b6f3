// SPDX-License-Identifier: GPL-2.0-only
/* Finds the open TCP connections to local ports and ends those of given peers (sock_diag(7)). */
#include "kernel/connections.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "common/netlink.h"

/*
 * The kernel's states, as bits, in which data of the peer may still be read: established, about to
 * be, or ended by the peer only.
 */
#define CONNECTIONS_ESTABLISHED (1u << 1)
#define CONNECTIONS_SYN_RECV	(1u << 3)
#define CONNECTIONS_CLOSE_WAIT	(1u << 8)
#define CONNECTIONS_STATES	(CONNECTIONS_ESTABLISHED | CONNECTIONS_SYN_RECV | CONNECTIONS_CLOSE_WAIT)

struct connections_one {
	struct addr peer;
	uint8_t family; /* of the socket */
	bool marked;
	struct inet_diag_sockid id;
};

struct connections {
	const uint16_t *ports; /* while they are read */
	struct connections_one *all;
	size_t count;
	int err;
};

/* The request for a list, with a filter of its local ports that the kernel runs. */
struct connections_request {
	struct inet_diag_req_v2 body;
	struct rtattr filter;
	struct inet_diag_bc_op ops[3 * SOBIG_PORTS_MAX];
} __attribute__((packed, aligned(4)));

/*
 * "port 1 or port 2 or ...". Each comparison takes two operations; the second holds the port. A
 * jump past the end by 4 rejects, one to the end accepts (net/ipv4/inet_diag.c).
 */
static size_t connections_filter(const uint16_t *ports, struct inet_diag_bc_op *ops)
{
	const size_t op = sizeof(*ops);
	size_t count = 0, used = 0, total;

	while (count < SOBIG_PORTS_MAX && ports[count])
		count++;
	total = count ? 3 * count - 1 : 0;
	for (size_t i = 0; i < count; i++) {
		const bool last = i + 1 == count;

		ops[used++] = (struct inet_diag_bc_op){ INET_DIAG_BC_S_EQ, 2 * op,
							last ? 2 * op + 4 : 3 * op };
		ops[used++] = (struct inet_diag_bc_op){ .no = ports[i] };
		if (last)
			break;
		ops[used] = (struct inet_diag_bc_op){ INET_DIAG_BC_JMP, op, (total - used) * op };
		used++;
	}
	return total * op;
}

static bool connections_has_port(const uint16_t *ports, uint16_t port)
{
	for (int i = 0; i < SOBIG_PORTS_MAX && ports[i]; i++)
		if (ports[i] == port)
			return true;
	return false;
}

static struct addr connections_peer(const struct inet_diag_msg *message)
{
	struct sockaddr_in ipv4 = { .sin_family = AF_INET };
	struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6 };
	struct addr peer = { 0 };

	memcpy(&ipv4.sin_addr, message->id.idiag_dst, sizeof(ipv4.sin_addr));
	memcpy(&ipv6.sin6_addr, message->id.idiag_dst, sizeof(ipv6.sin6_addr));
	if (message->idiag_family == AF_INET)
		addr_from_socket((const struct sockaddr *)&ipv4, &peer);
	else
		addr_from_socket((const struct sockaddr *)&ipv6, &peer);
	return peer;
}

static void connections_take(void *context, const struct nlmsghdr *header)
{
	const struct inet_diag_msg *message = NLMSG_DATA(header);
	struct connections *connections = context;
	struct connections_one *all;

	if (connections->err || header->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
	    header->nlmsg_len < NLMSG_LENGTH(sizeof(*message)) ||
	    !connections_has_port(connections->ports, ntohs(message->id.idiag_sport)))
		return;
	all = array_grow(connections->all, connections->count, sizeof(*all));
	if (!all) {
		connections->err = -ENOMEM;
		return;
	}
	connections->all = all;
	all[connections->count++] = (struct connections_one){ .peer = connections_peer(message),
							      .family = message->idiag_family,
							      .id = message->id };
}

static int connections_compare(const void *a, const void *b)
{
	const struct connections_one *x = a, *y = b;

	return addr_compare(&x->peer, &y->peer);
}

static int connections_read(struct connections *connections, uint8_t family)
{
	struct connections_request request = {
		.body = { .sdiag_family = family,
			  .sdiag_protocol = IPPROTO_TCP,
			  .idiag_states = CONNECTIONS_STATES },
		.filter.rta_type = INET_DIAG_REQ_BYTECODE,
	};
	size_t size = connections_filter(connections->ports, request.ops);
	int err;

	request.filter.rta_len = RTA_LENGTH(size);
	err = netlink_dump(NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY, &request,
			   offsetof(struct connections_request, ops) + size, connections_take,
			   connections);
	return err ? err : connections->err;
}

int connections_open(const uint16_t ports[SOBIG_PORTS_MAX], struct connections **out)
{
	struct connections *connections = calloc(1, sizeof(*connections));
	int err = 0;

	if (!connections)
		return -ENOMEM;
	connections->ports = ports;
	/* The kernel accepts no empty filter. */
	if (*ports)
		err = connections_read(connections, AF_INET);
	if (*ports && !err)
		err = connections_read(connections, AF_INET6);
	connections->ports = NULL;
	if (err) {
		connections_free(connections);
		return err;
	}
	if (connections->count)
		qsort(connections->all, connections->count, sizeof(*connections->all),
		      connections_compare);
	*out = connections;
	return 0;
}

size_t connections_count(const struct connections *connections)
{
	return connections->count;
}

void connections_mark(struct connections *connections, const struct addr_prefix *target,
		      const uint16_t ports[SOBIG_PORTS_MAX])
{
	size_t low = 0, high = connections->count;

	/* The addresses of a network follow its first one. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (addr_compare(&connections->all[middle].peer, &target->addr) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < connections->count; low++) {
		struct connections_one *one = &connections->all[low];

		if (!addr_prefix_covers(target, &one->peer))
			break;
		one->marked |= !*ports || connections_has_port(ports, ntohs(one->id.idiag_sport));
	}
}

void connections_spare(struct connections *connections, const struct prefix_set *allowed)
{
	for (size_t i = 0; i < connections->count; i++) {
		struct connections_one *one = &connections->all[i];
		const struct addr_prefix peer = { one->peer, addr_is_ipv4(&one->peer) ? 32 : 128 };

		if (one->marked && prefix_set_find(allowed, &peer, NULL))
			one->marked = false;
	}
}

static void connections_ignore(void *context, const struct nlmsghdr *header)
{
	(void)context;
	(void)header;
}

static int connections_destroy(uint8_t family, const struct inet_diag_sockid *id)
{
	const struct inet_diag_req_v2 request = { .sdiag_family = family,
						  .sdiag_protocol = IPPROTO_TCP,
						  .idiag_states = CONNECTIONS_STATES,
						  .id = *id };

	/* The cookie in the id is of this connection only, so that no other can be hit. */
	return netlink_get(NETLINK_SOCK_DIAG, SOCK_DESTROY, &request, sizeof(request),
			   connections_ignore, NULL);
}

int connections_end(struct connections *connections, uint64_t *ended)
{
	int err = 0, failed;

	*ended = 0;
	for (size_t i = 0; i < connections->count; i++) {
		const struct connections_one *one = &connections->all[i];

		if (!one->marked)
			continue;
		failed = connections_destroy(one->family, &one->id);
		if (!failed)
			++*ended;
		else if (failed != -ENOENT)
			err = failed;
		if (failed == -EPERM || failed == -EOPNOTSUPP)
			break;
	}
	return err;
}

int connections_check(void)
{
	/* No connection has port 0. */
	const struct inet_diag_sockid nobody = { .idiag_cookie = { 1, 1 } };
	int err = connections_destroy(AF_INET, &nobody);

	return err == -ENOENT ? 0 : err;
}

void connections_free(struct connections *connections)
{
	if (!connections)
		return;
	free(connections->all);
	free(connections);
}
