/* SPDX-License-Identifier: GPL-2.0-only */
/* "[allow]" of the configuration: who is never blocked, whatever the log says. */
#ifndef CONFIG_ALLOW_H
#define CONFIG_ALLOW_H

#include <stddef.h>

#include "common/addr.h"

#define CONFIG_PROVIDERS_FILE "/usr/share/sobig-xdp/providers"

struct config_allow {
	struct addr_prefix *addresses;
	size_t addresses_count;
	char **hosts; /* names, to be resolved */
	size_t hosts_count;
	char **files; /* of addresses, networks and names */
	size_t files_count;
	char *providers; /* the file of big providers' networks; NULL: not wanted */
};

/*
 * Takes "key = value". 0; -ENOMEM; -EINVAL: `why`, of `size` bytes, says what is wrong and what
 * would be right, and *allow is as before.
 */
int config_allow_take(struct config_allow *allow, const char *key, const char *value, char *why,
		      size_t size);

/* Accepts one that is all zero. */
void config_allow_free(struct config_allow *allow);

#endif
