// SPDX-License-Identifier: GPL-2.0-only
/* Removes active blocks, one or all. */
#include "kernel/blocks_remove.h"

#include <errno.h>

#include "common/clock.h"
#include "kernel/blocks_internal.h"
#include "kernel/blocks_reconcile.h"

static int blocks_remove_host(struct blocks *blocks, const struct addr *host)
{
	bool ipv4 = addr_is_ipv4(host);
	const struct block_map *tables = &blocks->tables[ipv4 ? 0 : 1];
	struct sobig_block_info info = { 0 };
	int found = block_map_get_info(tables, block_map_key(tables, host), &info), err;

	blocks->batch->count = 0;
	block_map_batch_add(tables, blocks->batch, block_map_key(tables, host), &info,
			    &(struct sobig_block){ 0 });
	front_table_remove(blocks->front, host);
	err = block_map_delete(tables, blocks->batch);
	if (found && found != -ENOENT)
		return found;
	if (!found)
		front_table_count(blocks->front, ipv4, -1);
	return err ? err : found;
}

int blocks_remove(struct blocks *blocks, const struct addr_prefix *target)
{
	int err = lock_take(&blocks->lock);

	if (err)
		return err;
	if (addr_prefix_is_host(target)) {
		err = blocks_remove_host(blocks, &target->addr);
	} else {
		err = net_trie_delete(&blocks->networks, target);
		blocks_reconcile_count_networks(blocks);
	}
	lock_give(&blocks->lock);
	return err;
}

static int blocks_remove_network(void *context, const struct addr_prefix *prefix,
				 const struct sobig_network *value)
{
	(void)value;
	return net_trie_delete(&((struct blocks *)context)->networks, prefix);
}

static int blocks_remove_tables(struct blocks *blocks, const struct block_map *tables, int *removed)
{
	uint32_t now = clock_seconds();
	int err = 0;

	for (;;) {
		/* From the start each time, because the previous entries were removed. */
		struct block_map_walk walk = { 0 };

		err = block_map_walk(tables, &walk, blocks->batch);
		if (err || !blocks->batch->count)
			return err;
		for (uint32_t i = 0; i < blocks->batch->count; i++) {
			struct addr host =
				block_map_host(tables, blocks->batch->keys + i * tables->key_size);

			front_table_remove(blocks->front, &host);
			*removed += blocks->batch->infos[i].until > now;
		}
		front_table_count(blocks->front, tables->from != 0, -(int64_t)blocks->batch->count);
		err = block_map_delete(tables, blocks->batch);
		if (err)
			return err;
	}
}

static int blocks_remove_count(void *context, const struct addr_prefix *prefix,
			       const struct sobig_network *value)
{
	(void)prefix;
	*(int *)context += value->until > clock_seconds();
	return 0;
}

int blocks_remove_all(struct blocks *blocks)
{
	int removed = 0, err = lock_take(&blocks->lock);

	if (err)
		return err;
	for (int i = 0; i < BLOCKS_FAMILIES && !err; i++)
		err = blocks_remove_tables(blocks, &blocks->tables[i], &removed);
	if (!err)
		err = net_trie_each(&blocks->networks, blocks_remove_count, &removed);
	if (!err)
		err = net_trie_each(&blocks->networks, blocks_remove_network, blocks);
	blocks_reconcile_count_networks(blocks);
	lock_give(&blocks->lock);
	return err ? err : removed;
}
