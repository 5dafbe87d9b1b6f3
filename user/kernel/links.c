// SPDX-License-Identifier: GPL-2.0-only
/* Network interfaces: change notifications, names and properties. */
#include "kernel/links.h"

#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/log.h"
#include "common/netlink.h"

int links_open(void)
{
	return netlink_watch(RTMGRP_LINK);
}

/* Sends a request for an interface to the kernel; true: success. */
static bool links_ask(unsigned int ifindex, unsigned long what, struct ifreq *request)
{
	bool said;
	int fd;

	/*
	 * A socket of any family will do; a hardened unit allows only families without network
	 * access.
	 */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	said = if_indextoname(ifindex, request->ifr_name) && !ioctl(fd, what, request);
	close(fd);
	return said;
}

bool links_is_up(unsigned int ifindex)
{
	struct ifreq request = { 0 };

	return !links_ask(ifindex, SIOCGIFFLAGS, &request) || request.ifr_flags & IFF_UP;
}

bool links_is_ethernet(unsigned int ifindex)
{
	struct ifreq request = { 0 };

	return !links_ask(ifindex, SIOCGIFHWADDR, &request) ||
	       request.ifr_hwaddr.sa_family == ARPHRD_ETHER ||
	       request.ifr_hwaddr.sa_family == ARPHRD_LOOPBACK;
}

unsigned int links_index(const char *name)
{
	unsigned int index = if_nametoindex(name);

	if (!index && errno == ENODEV)
		log_error("interface \"%s\" not found; ip link lists the interfaces", name);
	else if (!index)
		log_error("cannot look up the interface \"%s\": %s", name, strerror(errno));
	return index;
}

const char *links_name(unsigned int ifindex, char name[IF_NAMESIZE])
{
	if (!if_indextoname(ifindex, name))
		snprintf(name, IF_NAMESIZE, "#%u", ifindex);
	return name;
}
