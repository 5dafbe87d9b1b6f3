/* SPDX-License-Identifier: GPL-2.0-only */
/* The section [allow] of the configuration: the allow list. */
#ifndef CONFIG_ALLOW_H
#define CONFIG_ALLOW_H

#include <stddef.h>

#include "common/addr.h"

#define CONFIG_PROVIDERS_FILE "/usr/share/sobig-xdp/providers"

struct config_allow {
	struct addr_prefix *addresses;
	size_t addresses_count;
	char **hosts; /* names, not yet resolved */
	size_t hosts_count;
	char **files; /* paths of lists of addresses, networks and names */
	size_t files_count;
	char *providers; /* path of the list of large providers' networks; NULL: not used */
};

/*
 * Applies "key = value". Returns 0; -ENOMEM; -EINVAL with the error's text in `why`, a buffer of
 * `size` bytes, and *allow unchanged.
 */
int config_allow_take(struct config_allow *allow, const char *key, const char *value, char *why,
		      size_t size);

/* Accepts a struct that is all zero. */
void config_allow_free(struct config_allow *allow);

#endif
