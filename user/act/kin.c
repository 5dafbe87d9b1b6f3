// SPDX-License-Identifier: GPL-2.0-only
/* Whom this machine cannot do without, asked anew each time. */
#include "act/kin.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "act/gateways.h"
#include "act/logins.h"

static int kin_add(struct prefix_set *out, const struct addr *addr, const char *why)
{
	const struct addr_prefix whom = { .addr = *addr, .length = addr_is_ipv4(addr) ? 32 : 128 };

	return prefix_set_add(out, &whom, why);
}

static int kin_loopback(struct prefix_set *out)
{
	static const char *const texts[] = { "127.0.0.0/8", "::1" };
	struct addr_prefix whom;
	int err = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && !err; i++) {
		err = addr_parse_prefix(texts[i], &whom);
		if (!err)
			err = prefix_set_add(out, &whom, "loopback");
	}
	return err;
}

static int kin_own(struct prefix_set *out)
{
	char why[PREFIX_SET_WHY_SIZE];
	struct ifaddrs *all;
	struct addr addr;
	int err = kin_loopback(out);

	if (err)
		return err;
	if (getifaddrs(&all))
		return -errno;
	for (const struct ifaddrs *at = all; at && !err; at = at->ifa_next) {
		if (!addr_from_socket(at->ifa_addr, &addr)) {
			snprintf(why, sizeof(why), "this machine's own address (%s)", at->ifa_name);
			err = kin_add(out, &addr, why);
		}
		if (!err && at->ifa_flags & IFF_POINTOPOINT &&
		    !addr_from_socket(at->ifa_dstaddr, &addr)) {
			snprintf(why, sizeof(why), "the far end of %s", at->ifa_name);
			err = kin_add(out, &addr, why);
		}
	}
	freeifaddrs(all);
	return err;
}

/* "nameserver 192.0.2.53", as resolv.conf(5) has it; "%eth0" may follow an address. */
static int kin_resolver(struct prefix_set *out, char *line, const char *path)
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
	return kin_add(out, &addr, why);
}

/* systemd-resolved stands in the first as 127.0.0.53; whom it asks is in its own file. */
static int kin_resolvers(struct prefix_set *out)
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
			int failed = kin_resolver(out, line, paths[i]);

			err = failed ? failed : err;
		}
		fclose(file);
	}
	return err;
}

static const struct {
	const char *name;
	int (*read)(struct prefix_set *out);
} kin_sources[KIN_SOURCES] = {
	[KIN_OWN] = { "this machine's own addresses", kin_own },
	[KIN_GATEWAYS] = { "the gateways", gateways_read },
	[KIN_RESOLVERS] = { "the resolvers", kin_resolvers },
	[KIN_LOGINS] = { "who is logged in", logins_read },
};

int kin_read(enum kin source, struct prefix_set *out)
{
	return kin_sources[source].read(out);
}

const char *kin_name(enum kin source)
{
	return kin_sources[source].name;
}
