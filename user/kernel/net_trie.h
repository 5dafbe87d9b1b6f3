/* SPDX-License-Identifier: GPL-2.0-only */
/* Blocked networks of any prefix length: the kernel's LPM tries, which also have the block info. */
#ifndef NET_TRIE_H
#define NET_TRIE_H

#include <stdint.h>

#include "common/addr.h"
#include "sobig.h"

struct net_trie {
	int ipv4;
	int ipv6;
};

/* Opens the tries pinned in `dir`. 0, -ENOENT, -EPERM; logs nothing. */
int net_trie_open(const char *dir, struct net_trie *out);

/* -ENOENT: this network is not blocked. */
int net_trie_get(const struct net_trie *networks, const struct addr_prefix *prefix,
		 struct sobig_network *out);

/* Sets value->length. 0; -ENOSPC: the trie is full. */
int net_trie_set(const struct net_trie *networks, const struct addr_prefix *prefix,
		 struct sobig_network *value);

/* -ENOENT: not found. */
int net_trie_delete(const struct net_trie *networks, const struct addr_prefix *prefix);

/* The narrowest network that contains all of `prefix`. 0; -ENOENT: none. */
int net_trie_find(const struct net_trie *networks, const struct addr_prefix *prefix,
		  struct addr_prefix *out, struct sobig_network *value);

/*
 * Calls `each` for all networks; stops if it does not return 0, and returns its value. `each` may
 * delete the network that it is passed.
 */
int net_trie_each(const struct net_trie *networks,
		  int (*each)(void *context, const struct addr_prefix *prefix,
			      const struct sobig_network *value),
		  void *context);

void net_trie_close(struct net_trie *networks);

#endif
