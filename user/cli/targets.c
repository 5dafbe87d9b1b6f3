// SPDX-License-Identifier: GPL-2.0-only
/* Whom a command may block: hosts and networks as they are written, and what nobody means. */
#include "cli/targets.h"

#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"

struct targets {
	struct ifaddrs *own;
};

int targets_parse(const char *text, struct addr_prefix *out)
{
	struct addr_prefix prefix;
	int err = addr_parse_prefix(text, &prefix);

	if (err == -EDOM) {
		log_error("\"%s\" has bits set behind its prefix: which network is meant?", text);
		return -EINVAL;
	}
	if (err) {
		log_error("\"%s\" is no IPv4 or IPv6 address, and no network", text);
		return -EINVAL;
	}
	if (!addr_is_ipv4(&prefix.addr) && !strchr(text, '/'))
		prefix = addr_prefix_host(&prefix.addr);
	*out = prefix;
	return 0;
}

static bool targets_address(const struct sockaddr *address, struct addr *out)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (address && address->sa_family == AF_INET) {
		memcpy(out->bytes, mapped, sizeof(mapped));
		memcpy(out->bytes + 12, &((const struct sockaddr_in *)address)->sin_addr, 4);
		return true;
	}
	if (address && address->sa_family == AF_INET6) {
		memcpy(out->bytes, &((const struct sockaddr_in6 *)address)->sin6_addr, 16);
		return true;
	}
	return false;
}

bool targets_refuse(const struct targets *targets, const struct addr_prefix *whom, bool force,
		    char *why, size_t size)
{
	bool ipv4 = addr_is_ipv4(&whom->addr);
	char address[ADDR_TEXT_SIZE];
	struct addr own;

	if (addr_prefix_is_host(whom) && addr_is_special(&whom->addr)) {
		snprintf(why, size, "it is loopback, link-local, multicast or unspecified");
		return true;
	}
	if (force)
		return false;
	if (whom->length < (ipv4 ? TARGETS_WIDEST4 : TARGETS_WIDEST6)) {
		snprintf(why, size, "it is wider than a /%d; if it is meant, say --force",
			 ipv4 ? TARGETS_WIDEST4 : TARGETS_WIDEST6);
		return true;
	}
	for (const struct ifaddrs *at = targets->own; at; at = at->ifa_next) {
		if (!targets_address(at->ifa_addr, &own) || !addr_prefix_covers(whom, &own))
			continue;
		snprintf(why, size,
			 "this machine's own %s (%s) is in it; if it is meant, say --force",
			 addr_format(&own, address), at->ifa_name);
		return true;
	}
	return false;
}

int targets_open(struct targets **out)
{
	struct targets *targets = calloc(1, sizeof(*targets));

	if (!targets)
		return -ENOMEM;
	if (getifaddrs(&targets->own)) {
		free(targets);
		return -errno;
	}
	*out = targets;
	return 0;
}

void targets_close(struct targets *targets)
{
	if (!targets)
		return;
	freeifaddrs(targets->own);
	free(targets);
}
