// SPDX-License-Identifier: GPL-2.0-only
/* Blocked networks of any prefix length: the kernel's LPM tries, which also have the block info. */
#include "kernel/net_trie.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "kernel/pins.h"

/* A key of either trie. */
union net_trie_key {
	struct sobig_network4 ipv4;
	struct sobig_network6 ipv6;
};

static int net_trie_map(const struct net_trie *networks, const struct addr *addr)
{
	return addr_is_ipv4(addr) ? networks->ipv4 : networks->ipv6;
}

static union net_trie_key net_trie_key(const struct addr_prefix *prefix)
{
	union net_trie_key key = { .ipv6.length = prefix->length };

	if (addr_is_ipv4(&prefix->addr))
		memcpy(key.ipv4.address, prefix->addr.bytes + 12, sizeof(key.ipv4.address));
	else
		memcpy(key.ipv6.address, prefix->addr.bytes, sizeof(key.ipv6.address));
	return key;
}

static struct addr_prefix net_trie_prefix(const union net_trie_key *key, bool ipv4)
{
	struct addr_prefix prefix = { .length = key->ipv6.length };

	if (ipv4) {
		memset(prefix.addr.bytes + 10, 0xff, 2);
		memcpy(prefix.addr.bytes + 12, key->ipv4.address, sizeof(key->ipv4.address));
	} else {
		memcpy(prefix.addr.bytes, key->ipv6.address, sizeof(key->ipv6.address));
	}
	return prefix;
}

int net_trie_find(const struct net_trie *networks, const struct addr_prefix *prefix,
		  struct addr_prefix *out, struct sobig_network *value)
{
	union net_trie_key key = net_trie_key(prefix);

	if (bpf_map_lookup_elem(net_trie_map(networks, &prefix->addr), &key, value))
		return -errno;
	*out = *prefix;
	out->length = value->length;
	addr_mask(&out->addr, value->length);
	return 0;
}

/*
 * The kernel finds the narrowest network that contains the key; it is the same one only if the
 * length is the same.
 */
int net_trie_get(const struct net_trie *networks, const struct addr_prefix *prefix,
		 struct sobig_network *out)
{
	struct sobig_network value;
	struct addr_prefix found = { 0 };
	int err = net_trie_find(networks, prefix, &found, &value);

	if (err)
		return err;
	if (found.length != prefix->length)
		return -ENOENT;
	*out = value;
	return 0;
}

int net_trie_set(const struct net_trie *networks, const struct addr_prefix *prefix,
		 struct sobig_network *value)
{
	union net_trie_key key = net_trie_key(prefix);

	value->length = prefix->length;
	return bpf_map_update_elem(net_trie_map(networks, &prefix->addr), &key, value, BPF_ANY)
		       ? -errno
		       : 0;
}

int net_trie_delete(const struct net_trie *networks, const struct addr_prefix *prefix)
{
	union net_trie_key key = net_trie_key(prefix);

	return bpf_map_delete_elem(net_trie_map(networks, &prefix->addr), &key) ? -errno : 0;
}

static int net_trie_walk(int map, bool ipv4,
			 int (*each)(void *context, const struct addr_prefix *prefix,
				     const struct sobig_network *value),
			 void *context)
{
	union net_trie_key key, next;
	struct sobig_network value;
	struct addr_prefix prefix;
	int end, err = 0;

	/* For a trie, this call allocates memory and may fail: only -ENOENT is the end. */
	end = bpf_map_get_next_key(map, NULL, &key) ? -errno : 0;
	while (!end && !err) {
		/*
		 * Before the key may be deleted: after a missing key, the kernel starts from the
		 * beginning.
		 */
		end = bpf_map_get_next_key(map, &key, &next) ? -errno : 0;
		prefix = net_trie_prefix(&key, ipv4);
		if (!bpf_map_lookup_elem(map, &key, &value) && value.length == prefix.length)
			err = each(context, &prefix, &value);
		key = next;
	}
	return err || end == -ENOENT ? err : end;
}

int net_trie_each(const struct net_trie *networks,
		  int (*each)(void *context, const struct addr_prefix *prefix,
			      const struct sobig_network *value),
		  void *context)
{
	int err = net_trie_walk(networks->ipv4, true, each, context);

	return err ? err : net_trie_walk(networks->ipv6, false, each, context);
}

int net_trie_open(const char *dir, struct net_trie *out)
{
	struct net_trie networks = { -1, -1 };
	char path[PATH_MAX];
	int err = pins_path(dir, "networks4", path);

	if (!err && (networks.ipv4 = bpf_obj_get(path)) < 0)
		err = -errno;
	if (!err)
		err = pins_path(dir, "networks6", path);
	if (!err && (networks.ipv6 = bpf_obj_get(path)) < 0)
		err = -errno;
	if (err)
		net_trie_close(&networks);
	else
		*out = networks;
	return err;
}

void net_trie_close(struct net_trie *networks)
{
	if (networks->ipv4 >= 0)
		close(networks->ipv4);
	if (networks->ipv6 >= 0)
		close(networks->ipv6);
	networks->ipv4 = networks->ipv6 = -1;
}
