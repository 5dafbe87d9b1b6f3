// SPDX-License-Identifier: GPL-2.0-only
/* Reads the next hops of all routes of this machine. */
#include "allow/gateways.h"

#include <errno.h>
#include <linux/nexthop.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/netlink.h"

/* A million routes share few gateways: those in this cache are not added again. */
#define GATEWAYS_RECENT 32

struct gateways {
	struct prefix_set *out;
	struct addr recent[GATEWAYS_RECENT];
	unsigned int seen;
	int err;
};

static void gateways_add(struct gateways *gateways, int family, const void *bytes, size_t size,
			 unsigned int ifindex)
{
	struct addr_prefix target = { .addr.bytes = { [10] = 0xff, [11] = 0xff }, .length = 32 };
	char why[PREFIX_SET_WHY_SIZE], name[IF_NAMESIZE];
	unsigned int cached;

	if (family == AF_INET && size >= 4) {
		memcpy(target.addr.bytes + 12, bytes, 4);
	} else if (family == AF_INET6 && size >= 16) {
		memcpy(target.addr.bytes, bytes, 16);
		target.length = addr_is_ipv4(&target.addr) ? 32 : 128;
	} else {
		return;
	}
	cached = gateways->seen < GATEWAYS_RECENT ? gateways->seen : GATEWAYS_RECENT;
	for (unsigned int i = 0; i < cached; i++)
		if (!addr_compare(&gateways->recent[i], &target.addr))
			return;
	gateways->recent[gateways->seen++ % GATEWAYS_RECENT] = target.addr;
	if (ifindex && if_indextoname(ifindex, name))
		snprintf(why, sizeof(why), "the gateway of %s", name);
	else
		snprintf(why, sizeof(why), "a gateway");
	if (prefix_set_add(gateways->out, &target, why))
		gateways->err = -ENOMEM;
}

/* Reads the gateway of one hop: RTA_GATEWAY, or RTA_VIA if its family differs from the route's. */
static void gateways_hop(struct gateways *gateways, int family, const void *attributes, size_t size,
			 unsigned int ifindex)
{
	const struct rtattr *at;
	const struct rtvia *via;

	at = netlink_attribute(attributes, size, RTA_OIF);
	if (at && RTA_PAYLOAD(at) >= sizeof(ifindex))
		memcpy(&ifindex, RTA_DATA(at), sizeof(ifindex));
	at = netlink_attribute(attributes, size, RTA_GATEWAY);
	if (at)
		gateways_add(gateways, family, RTA_DATA(at), RTA_PAYLOAD(at), ifindex);
	at = netlink_attribute(attributes, size, RTA_VIA);
	if (at && RTA_PAYLOAD(at) > sizeof(*via)) {
		via = RTA_DATA(at);
		gateways_add(gateways, via->rtvia_family, via->rtvia_addr,
			     RTA_PAYLOAD(at) - sizeof(*via), ifindex);
	}
}

static void gateways_route(void *context, const struct nlmsghdr *message)
{
	struct gateways *gateways = context;
	const struct rtmsg *route = NLMSG_DATA(message);
	const struct rtnexthop *hop;
	const struct rtattr *many;
	size_t size;
	int left;

	if (message->nlmsg_type != RTM_NEWROUTE ||
	    message->nlmsg_len < NLMSG_LENGTH(sizeof(*route)) || route->rtm_type != RTN_UNICAST)
		return;
	size = message->nlmsg_len - NLMSG_LENGTH(sizeof(*route));
	gateways_hop(gateways, route->rtm_family, RTM_RTA(route), size, 0);
	many = netlink_attribute(RTM_RTA(route), size, RTA_MULTIPATH);
	if (!many)
		return;
	left = RTA_PAYLOAD(many);
	for (hop = RTA_DATA(many); left >= (int)sizeof(*hop) && RTNH_OK(hop, left);
	     hop = RTNH_NEXT(hop)) {
		gateways_hop(gateways, route->rtm_family, RTNH_DATA(hop),
			     hop->rtnh_len - sizeof(*hop), hop->rtnh_ifindex);
		left -= RTNH_ALIGN(hop->rtnh_len);
	}
}

/* A route may refer to a nexthop object (ip nexthop) and then need not contain the gateway. */
static void gateways_nexthop(void *context, const struct nlmsghdr *message)
{
	const struct nhmsg *nexthop = NLMSG_DATA(message);
	const struct rtattr *gateway, *link;
	const char *attributes = (const char *)nexthop + NLMSG_ALIGN(sizeof(*nexthop));
	unsigned int ifindex = 0;
	size_t size;

	if (message->nlmsg_type != RTM_NEWNEXTHOP ||
	    message->nlmsg_len < NLMSG_LENGTH(sizeof(*nexthop)))
		return;
	size = message->nlmsg_len - NLMSG_LENGTH(sizeof(*nexthop));
	gateway = netlink_attribute(attributes, size, NHA_GATEWAY);
	link = netlink_attribute(attributes, size, NHA_OIF);
	if (link && RTA_PAYLOAD(link) >= sizeof(ifindex))
		memcpy(&ifindex, RTA_DATA(link), sizeof(ifindex));
	if (gateway)
		gateways_add(context, nexthop->nh_family, RTA_DATA(gateway), RTA_PAYLOAD(gateway),
			     ifindex);
}

int gateways_read(struct prefix_set *out)
{
	const unsigned char families[] = { AF_INET, AF_INET6 };
	const struct nhmsg nexthops = { 0 };
	struct gateways gateways = { .out = out };
	int err = 0, failed;

	for (size_t i = 0; i < sizeof(families); i++) {
		const struct rtmsg routes = { .rtm_family = families[i] };

		failed = netlink_dump(NETLINK_ROUTE, RTM_GETROUTE, &routes, sizeof(routes),
				      gateways_route, &gateways);
		err = failed ? failed : err;
	}
	failed = netlink_dump(NETLINK_ROUTE, RTM_GETNEXTHOP, &nexthops, sizeof(nexthops),
			      gateways_nexthop, &gateways);
	/* Kernels before 5.3 have no nexthop objects. */
	if (failed && failed != -EOPNOTSUPP)
		err = failed;
	return gateways.err ? gateways.err : err;
}

int gateways_watch(void)
{
	return netlink_watch(RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE |
			     RTMGRP_IPV6_ROUTE);
}
