/* SPDX-License-Identifier: GPL-2.0-only */
/* Blocked networks of any length: the kernel's tries, which are their own ledger. */
#ifndef NETWORKS_H
#define NETWORKS_H

#include <stdint.h>

#include "common/addr.h"
#include "sobig.h"

struct networks {
	int ipv4;
	int ipv6;
};

/* The tries pinned in `dir`. 0, -ENOENT, -EPERM; says nothing. */
int networks_open(const char *dir, struct networks *out);

/* -ENOENT: it is not blocked as such. */
int networks_get(const struct networks *networks, const struct addr_prefix *prefix,
		 struct sobig_network *out);

/* value->length is set here. 0; -ENOSPC: the trie is full. */
int networks_set(const struct networks *networks, const struct addr_prefix *prefix,
		 struct sobig_network *value);

/* -ENOENT: it was not there. */
int networks_delete(const struct networks *networks, const struct addr_prefix *prefix);

/* The narrowest network that holds all of `prefix`: 0; -ENOENT: none does. */
int networks_find(const struct networks *networks, const struct addr_prefix *prefix,
		  struct addr_prefix *out, struct sobig_network *value);

/*
 * All networks; stops at the first call of `each` that does not return 0, and returns that. What
 * `each` is shown, it may delete.
 */
int networks_each(const struct networks *networks,
		  int (*each)(void *context, const struct addr_prefix *prefix,
			      const struct sobig_network *value),
		  void *context);

void networks_close(struct networks *networks);

#endif
