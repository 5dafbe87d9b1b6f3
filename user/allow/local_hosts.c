// SPDX-License-Identifier: GPL-2.0-only
/* Finds the hosts that this machine depends on: itself, gateways, resolvers, logged-in users. */
#include "allow/local_hosts.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allow/gateways.h"
#include "allow/logins.h"

static int local_hosts_add(struct prefix_set *out, const struct addr *addr, const char *why)
{
	const struct addr_prefix target = { .addr = *addr,
					    .length = addr_is_ipv4(addr) ? 32 : 128 };

	return prefix_set_add(out, &target, why);
}

static int local_hosts_loopback(struct prefix_set *out)
{
	static const char *const texts[] = { "127.0.0.0/8", "::1" };
	struct addr_prefix target;
	int err = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && !err; i++) {
		err = addr_parse_prefix(texts[i], &target);
		if (!err)
			err = prefix_set_add(out, &target, "loopback");
	}
	return err;
}

static int local_hosts_own(struct prefix_set *out)
{
	char why[PREFIX_SET_WHY_SIZE];
	struct ifaddrs *all;
	struct addr addr;
	int err = local_hosts_loopback(out);

	if (err)
		return err;
	if (getifaddrs(&all))
		return -errno;
	for (const struct ifaddrs *at = all; at && !err; at = at->ifa_next) {
		if (!addr_from_socket(at->ifa_addr, &addr)) {
			snprintf(why, sizeof(why), "this machine's own address (%s)", at->ifa_name);
			err = local_hosts_add(out, &addr, why);
		}
		if (!err && at->ifa_flags & IFF_POINTOPOINT &&
		    !addr_from_socket(at->ifa_dstaddr, &addr)) {
			snprintf(why, sizeof(why), "the remote end of %s", at->ifa_name);
			err = local_hosts_add(out, &addr, why);
		}
	}
	freeifaddrs(all);
	return err;
}

/* "nameserver 192.0.2.53" (resolv.conf(5)); "%eth0" may follow an address. */
static int local_hosts_resolver(struct prefix_set *out, char *line, const char *path)
{
	char why[PREFIX_SET_WHY_SIZE], *rest, *word;
	struct addr addr;

	word = strtok_r(line, " \t\r\n", &rest);
	if (!word || strcmp(word, "nameserver"))
		return 0;
	word = strtok_r(NULL, " \t\r\n", &rest);
	if (!word || addr_parse(word, strcspn(word, "%"), &addr))
		return 0;
	snprintf(why, sizeof(why), "a resolver (%s)", path);
	return local_hosts_add(out, &addr, why);
}

/* If the first file names systemd-resolved (127.0.0.53), the second has the upstream servers. */
static int local_hosts_resolvers(struct prefix_set *out)
{
	static const char *const paths[] = { "/etc/resolv.conf",
					     "/run/systemd/resolve/resolv.conf" };
	char line[1024];
	int err = 0;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		FILE *file = fopen(paths[i], "re");

		if (!file) {
			err = errno == ENOENT ? err : -errno;
			continue;
		}
		while (fgets(line, sizeof(line), file)) {
			int failed = local_hosts_resolver(out, line, paths[i]);

			err = failed ? failed : err;
		}
		fclose(file);
	}
	return err;
}

static const struct {
	const char *name;
	int (*read)(struct prefix_set *out);
} local_hosts_sources[LOCAL_HOSTS_SOURCES] = {
	[LOCAL_HOSTS_OWN] = { "this machine's own addresses", local_hosts_own },
	[LOCAL_HOSTS_GATEWAYS] = { "the gateways", gateways_read },
	[LOCAL_HOSTS_RESOLVERS] = { "the resolvers", local_hosts_resolvers },
	[LOCAL_HOSTS_LOGINS] = { "the hosts of logged-in users", logins_read },
};

int local_hosts_read(enum local_hosts source, struct prefix_set *out)
{
	return local_hosts_sources[source].read(out);
}

const char *local_hosts_name(enum local_hosts source)
{
	return local_hosts_sources[source].name;
}
