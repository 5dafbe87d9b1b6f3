// SPDX-License-Identifier: GPL-2.0-only
/*
 * To be preloaded: the kernel refuses to end TCP connections, as one without
 * CONFIG_INET_DIAG_DESTROY does. The request is made for a family of sockets that no kernel can
 * end, so the refusal is the kernel's own (net/core/sock_diag.c, __sock_diag_cmd).
 */
#include <dlfcn.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>

ssize_t send(int fd, const void *buffer, size_t size, int flags)
{
	ssize_t (*real)(int, const void *, size_t, int) = NULL;
	void *symbol = dlsym(RTLD_NEXT, "send");
	struct sock_diag_req request;
	struct nlmsghdr header;
	socklen_t length = sizeof(int);
	char changed[1024];
	int protocol = -1;

	memcpy(&real, &symbol, sizeof(real));
	if (getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &length) ||
	    protocol != NETLINK_SOCK_DIAG || size < sizeof(header) + sizeof(request) ||
	    size > sizeof(changed))
		return real(fd, buffer, size, flags);
	memcpy(changed, buffer, size);
	memcpy(&header, changed, sizeof(header));
	if (header.nlmsg_type == SOCK_DESTROY) {
		memcpy(&request, changed + sizeof(header), sizeof(request));
		request.sdiag_family = AF_UNIX;
		memcpy(changed + sizeof(header), &request, sizeof(request));
	}
	return real(fd, changed, size, flags);
}
