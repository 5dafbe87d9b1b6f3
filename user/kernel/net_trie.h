/* SPDX-License-Identifier: GPL-2.0-only */
/* Blocked networks of any length: the kernel's tries, which are their own ledger. */
#ifndef NET_TRIE_H
#define NET_TRIE_H

#include <stdint.h>

#include "common/addr.h"
#include "sobig.h"

struct net_trie {
	int ipv4;
	int ipv6;
};

/* The tries pinned in `dir`. 0, -ENOENT, -EPERM; says nothing. */
int net_trie_open(const char *dir, struct net_trie *out);

/* -ENOENT: it is not blocked as such. */
int net_trie_get(const struct net_trie *networks, const struct addr_prefix *prefix,
		 struct sobig_network *out);

/* value->length is set here. 0; -ENOSPC: the trie is full. */
int net_trie_set(const struct net_trie *networks, const struct addr_prefix *prefix,
		 struct sobig_network *value);

/* -ENOENT: it was not there. */
int net_trie_delete(const struct net_trie *networks, const struct addr_prefix *prefix);

/* The narrowest network that holds all of `prefix`: 0; -ENOENT: none does. */
int net_trie_find(const struct net_trie *networks, const struct addr_prefix *prefix,
		  struct addr_prefix *out, struct sobig_network *value);

/*
 * All networks; stops at the first call of `each` that does not return 0, and returns that. What
 * `each` is shown, it may delete.
 */
int net_trie_each(const struct net_trie *networks,
		  int (*each)(void *context, const struct addr_prefix *prefix,
			      const struct sobig_network *value),
		  void *context);

void net_trie_close(struct net_trie *networks);

#endif
