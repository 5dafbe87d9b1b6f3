// SPDX-License-Identifier: GPL-2.0-only
/* Reads lists from the kernel over netlink, and watches for changes. */
#include "common/netlink.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define NETLINK_BUFFER	(32 * 1024) /* longer than any datagram of a list */
#define NETLINK_SECONDS 5

static int netlink_ask(int fd, uint16_t type, uint16_t flags, const void *body, size_t size)
{
	struct {
		struct nlmsghdr header;
		char body[512];
	} request = {
		.header.nlmsg_len = NLMSG_LENGTH(size),
		.header.nlmsg_type = type,
		.header.nlmsg_flags = NLM_F_REQUEST | flags,
	};

	if (size > sizeof(request.body))
		return -EINVAL;
	memcpy(request.body, body, size);
	return send(fd, &request, request.header.nlmsg_len, 0) < 0 ? -errno : 0;
}

static int netlink_answer(int fd, char *buffer,
			  void (*each)(void *context, const struct nlmsghdr *message),
			  void *context)
{
	const struct nlmsghdr *message;
	const struct nlmsgerr *error;
	ssize_t got;
	int left;

	for (;;) {
		got = recv(fd, buffer, NETLINK_BUFFER, MSG_TRUNC);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got ? -errno : -EIO;
		if (got > NETLINK_BUFFER)
			return -EMSGSIZE;
		left = got;
		for (message = (void *)buffer; NLMSG_OK(message, (unsigned int)left);
		     message = NLMSG_NEXT(message, left)) {
			if (message->nlmsg_type == NLMSG_DONE)
				return 0;
			if (message->nlmsg_type != NLMSG_ERROR) {
				each(context, message);
				continue;
			}
			/* Of no error: the acknowledgement that ends the answer to a single
			 * question. */
			error = NLMSG_DATA(message);
			return error->error;
		}
	}
}

static int netlink_talk(int protocol, uint16_t type, uint16_t flags, const void *body, size_t size,
			void (*each)(void *context, const struct nlmsghdr *message), void *context)
{
	const struct timeval patience = { .tv_sec = NETLINK_SECONDS };
	char *buffer;
	int fd, err;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	buffer = malloc(NETLINK_BUFFER);
	err = buffer ? netlink_ask(fd, type, flags, body, size) : -ENOMEM;
	if (!err)
		err = netlink_answer(fd, buffer, each, context);
	free(buffer);
	close(fd);
	return err;
}

int netlink_dump(int protocol, uint16_t type, const void *body, size_t size,
		 void (*each)(void *context, const struct nlmsghdr *message), void *context)
{
	return netlink_talk(protocol, type, NLM_F_DUMP, body, size, each, context);
}

int netlink_get(int protocol, uint16_t type, const void *body, size_t size,
		void (*each)(void *context, const struct nlmsghdr *message), void *context)
{
	return netlink_talk(protocol, type, NLM_F_ACK, body, size, each, context);
}

const struct rtattr *netlink_attribute(const void *attributes, size_t size, unsigned int type)
{
	const struct rtattr *attribute = attributes;
	int left = size;

	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left))
		if ((attribute->rta_type & NLA_TYPE_MASK) == type)
			return attribute;
	return NULL;
}

int netlink_watch(unsigned int groups)
{
	const struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = groups };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE), err;

	if (fd < 0)
		return -errno;
	if (!bind(fd, (const struct sockaddr *)&address, sizeof(address)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

void netlink_drain(int fd)
{
	char messages[8192];

	/* ENOBUFS: messages were lost; the caller reads the lists again in any case. */
	while (recv(fd, messages, sizeof(messages), 0) >= 0 || errno == EINTR || errno == ENOBUFS)
		;
}
