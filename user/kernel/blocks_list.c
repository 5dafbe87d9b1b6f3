// SPDX-License-Identifier: GPL-2.0-only
/* Reads the active blocks. */
#include "kernel/blocks_list.h"

#include <errno.h>
#include <string.h>

#include "common/clock.h"
#include "kernel/blocks_internal.h"
#include "kernel/blocks_reconcile.h"
#include "kernel/port_bits.h"

int blocks_list_covering(struct blocks *blocks, const struct addr_prefix *target,
			 struct addr_prefix *out)
{
	struct addr_prefix at = *target, found;
	struct sobig_network value;

	while (!net_trie_find(&blocks->networks, &at, &found, &value)) {
		if (value.until > clock_seconds() && !value.dry_run) {
			*out = found;
			return 0;
		}
		if (!found.length)
			break;
		at = found;
		at.length--;
		addr_mask(&at.addr, at.length);
	}
	return -ENOENT;
}

struct blocks_list_visitor {
	int (*each)(void *context, const struct blocks_list_entry *entry);
	void *context;
	struct blocks *blocks;
	uint32_t now;
	struct sobig_port_bits bits;
};

/* The drops of a host: LRU map plus drop count in the front table. */
static void blocks_list_read_drops(struct blocks *blocks, const struct block_map *tables,
				   const void *key, struct blocks_list_entry *entry)
{
	struct addr host = block_map_host(tables, key);
	struct sobig_block block = { 0 };

	block_map_get_block(tables, key, &block);
	blocks_reconcile_enter_drops(blocks, &host, &block);
	entry->drops = block.drops;
	entry->last_drop = block.last_drop;
	if (block.until > entry->until)
		entry->until = block.until;
}

/* The ports of an entry, from the bits in the maps. */
static void blocks_list_read_ports(const struct blocks_list_visitor *visitor, uint8_t open,
				   uint8_t offended, struct blocks_list_entry *entry)
{
	entry->all_ports = !open;
	port_bits_closed(&visitor->bits, open, entry->ports);
	if (offended)
		port_bits_closed(&visitor->bits, ~offended, entry->offended);
}

static int blocks_list_visit_hosts(const struct blocks_list_visitor *visitor,
				   const struct block_map *tables)
{
	struct block_map_batch *batch = visitor->blocks->batch;
	struct block_map_walk walk = { 0 };
	int err = 0;

	while (!walk.over && !err) {
		err = block_map_walk(tables, &walk, batch);
		for (uint32_t i = 0; i < batch->count && !err; i++) {
			const void *key = batch->keys + i * tables->key_size;
			const struct sobig_block_info *info = &batch->infos[i];
			struct blocks_list_entry entry = {
				.target.addr = block_map_host(tables, key),
				.since = info->since,
				.until = info->until,
				.quiet = info->quiet,
				.dry_run = info->dry_run,
			};

			entry.target = addr_prefix_host(&entry.target.addr);
			memcpy(entry.reason, info->reason, sizeof(entry.reason));
			entry.reason[sizeof(entry.reason) - 1] = '\0';
			blocks_list_read_ports(visitor, info->open, info->offended, &entry);
			blocks_list_read_drops(visitor->blocks, tables, key, &entry);
			if (entry.until > visitor->now)
				err = visitor->each(visitor->context, &entry);
		}
	}
	return err;
}

static int blocks_list_visit_network(void *context, const struct addr_prefix *prefix,
				     const struct sobig_network *value)
{
	const struct blocks_list_visitor *visitor = context;
	struct blocks_list_entry entry = {
		.target = *prefix,
		.since = value->since,
		.until = value->until,
		.quiet = value->quiet,
		.dry_run = value->dry_run,
		.drops = value->drops,
		.last_drop = value->last_drop,
	};

	if (value->until <= visitor->now)
		return 0;
	blocks_list_read_ports(visitor, value->open, 0, &entry);
	memcpy(entry.reason, value->reason, sizeof(entry.reason));
	entry.reason[sizeof(entry.reason) - 1] = '\0';
	return visitor->each(visitor->context, &entry);
}

int blocks_list_each(struct blocks *blocks,
		     int (*each)(void *context, const struct blocks_list_entry *entry),
		     void *context)
{
	struct blocks_list_visitor visitor = { each, context, blocks, clock_seconds(), { { 0 } } };
	int err = 0;

	if (blocks->ports >= 0)
		err = port_bits_read(blocks->ports, &visitor.bits);

	for (int i = 0; i < BLOCKS_FAMILIES && !err; i++)
		err = blocks_list_visit_hosts(&visitor, &blocks->tables[i]);
	return err ? err : net_trie_each(&blocks->networks, blocks_list_visit_network, &visitor);
}
