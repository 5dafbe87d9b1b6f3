// SPDX-License-Identifier: GPL-2.0-only
/* Adds the active blocks of hosts and networks. */
#include "kernel/blocks.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "kernel/block_map.h"
#include "kernel/blocks_internal.h"
#include "kernel/blocks_reconcile.h"
#include "kernel/front_table.h"
#include "kernel/lock.h"
#include "kernel/net_trie.h"
#include "kernel/port_bits.h"

void blocks_reason(const char *from, char to[SOBIG_REASON_SIZE])
{
	size_t i;

	for (i = 0; from[i] && i < SOBIG_REASON_SIZE - 1; i++)
		to[i] = from[i] >= ' ' && from[i] <= '~' ? from[i] : '?';
	memset(to + i, 0, SOBIG_REASON_SIZE - i);
}

/* The new block info of a host whose current one is `old`. */
static void blocks_extend(struct sobig_block_info *info, const struct sobig_block_info *old)
{
	/* A dry run never replaces a block and does not extend one. */
	if (old->dry_run && !info->dry_run)
		return;
	info->since = old->since;
	if (old->quiet > info->quiet)
		info->quiet = old->quiet;
	info->open = old->dry_run == info->dry_run ? info->open & old->open : old->open;
	info->offended = old->offended & info->open;
	if (old->until <= info->until && old->dry_run == info->dry_run)
		return;
	info->dry_run = old->dry_run;
	info->until = old->until;
	memcpy(info->reason, old->reason, sizeof(info->reason));
}

/*
 * The ports that the block leaves open. Where they cannot be told apart, it closes all: they are
 * pinned by a version whose filter closes all.
 */
static uint8_t blocks_open_ports(const struct blocks *blocks, const uint16_t ports[SOBIG_PORTS_MAX])
{
	struct sobig_port_bits bits;

	if (!ports[0] || blocks->ports < 0 || port_bits_read(blocks->ports, &bits))
		return 0;
	return port_bits_open_of(&bits, ports);
}

/* The request as a block info. */
static struct sobig_block_info blocks_request_info(const struct blocks *blocks,
						   const struct blocks_request *request)
{
	struct sobig_block_info info = {
		.since = clock_seconds(),
		.until = request->until ? request->until : clock_seconds_after(request->seconds),
		.quiet = request->extend ? request->seconds : 0,
		.dry_run = request->dry_run,
		.open = blocks_open_ports(blocks, request->ports),
	};

	/* The maps have no time before the machine's boot. */
	info.since -= request->age < info.since ? request->age : info.since - 1;
	blocks_reason(request->reason, info.reason);
	return info;
}

/* Adds a host to the batch, merged with its current block. True if it is new. */
static bool blocks_stage(struct blocks *blocks, const struct block_map *tables,
			 const struct addr *host, const struct sobig_block_info *requested)
{
	const void *key = block_map_key(tables, host);
	struct sobig_block_info info = *requested, old;
	struct sobig_block block = { 0 };
	bool known;

	/* Most hosts are new, and the front table shows it without a system call. */
	known = !front_table_is_free(blocks->front, host) && !block_map_get_info(tables, key, &old);
	if (known && (old.until > info.since || old.quiet)) {
		blocks_extend(&info, &old);
		if (block_map_get_block(tables, key, &block))
			memset(&block, 0, sizeof(block));
	}
	block.until = info.until;
	block.quiet = info.quiet;
	block.dry_run = info.dry_run;
	block.open = info.open;
	block_map_batch_add(tables, blocks->batch, key, &info, &block);
	return !known;
}

/* Enters the batch in the front table. */
static void blocks_show(struct blocks *blocks, const struct block_map *tables)
{
	const struct block_map_batch *batch = blocks->batch;

	for (uint32_t i = 0; i < batch->count; i++) {
		struct addr host = block_map_host(tables, batch->keys + i * tables->key_size);
		const struct front_record record = front_table_record(&batch->blocks[i]);

		if (batch->blocks[i].dry_run)
			front_table_invalidate(blocks->front, &host);
		else
			front_table_put(blocks->front, &host, batch->blocks[i].until, &record);
	}
}

/* Blocks hosts of one family, at most a batch; *count: how many were blocked. */
static int blocks_add_hosts(struct blocks *blocks, const struct addr_prefix *target, size_t *count,
			    const struct sobig_block_info *requested, uint32_t *left)
{
	bool ipv4 = addr_is_ipv4(&target->addr);
	struct block_map *tables = &blocks->tables[ipv4 ? 0 : 1];
	int64_t more = 0;
	int err;

	blocks->batch->count = 0;
	for (size_t i = 0; i < *count; i++)
		more += blocks_stage(blocks, tables, &target[i].addr, requested);
	err = block_map_write(tables, blocks->batch);
	*count = blocks->batch->count;
	front_table_count(blocks->front, ipv4, more < (int64_t)*count ? more : (int64_t)*count);
	blocks_show(blocks, tables);
	for (size_t i = 0; i < *count && left; i++)
		left[i] = blocks->batch->infos[i].until - requested->since;
	return err;
}

static int blocks_add_network(struct blocks *blocks, const struct addr_prefix *target,
			      const struct sobig_block_info *requested, uint32_t *left)
{
	struct sobig_block_info info = *requested, old_info = { 0 };
	struct sobig_network value = { 0 }, old;
	int err;

	if (!net_trie_get(&blocks->networks, target, &old) &&
	    (old.until > info.since || old.quiet)) {
		old_info.since = old.since;
		old_info.until = old.until;
		old_info.quiet = old.quiet;
		old_info.dry_run = old.dry_run;
		old_info.open = old.open;
		memcpy(old_info.reason, old.reason, sizeof(old.reason));
		blocks_extend(&info, &old_info);
		value.drops = old.drops;
		value.last_drop = old.last_drop;
	}
	value.since = info.since;
	value.until = info.until;
	value.quiet = info.quiet;
	value.dry_run = info.dry_run;
	value.open = info.open;
	memcpy(value.reason, info.reason, sizeof(value.reason));
	err = net_trie_set(&blocks->networks, target, &value);
	if (err == -ENOSPC)
		return -E2BIG;
	if (!err && left)
		*left = info.until - requested->since;
	return err;
}

/* Length of the initial run of hosts of the first one's family; 0: the first is a network. */
static size_t blocks_run(const struct addr_prefix *target, size_t count)
{
	bool ipv4 = addr_is_ipv4(&target->addr);
	size_t run = 0;

	while (run < count && run < BLOCK_MAP_BATCH && addr_prefix_is_host(&target[run]) &&
	       addr_is_ipv4(&target[run].addr) == ipv4)
		run++;
	return run;
}

/* Resizes the front table. Without memory it stays as it is, and correct. */
static void blocks_make_room(struct blocks *blocks, const struct addr_prefix *target, size_t count)
{
	struct front_table_counts expected = front_table_counts(blocks->front);

	for (size_t i = 0; i < count; i++) {
		if (addr_is_ipv4(&target[i].addr))
			expected.ipv4++;
		else
			expected.ipv6++;
	}
	if (front_table_needs_rebuild(blocks->front, &expected, true))
		blocks_reconcile_front(blocks, &expected);
}

int blocks_add(struct blocks *blocks, const struct addr_prefix *target, size_t count,
	       const struct blocks_request *request, uint32_t *left, size_t *done)
{
	struct sobig_block_info requested = blocks_request_info(blocks, request);
	bool networks = false;
	int err;

	*done = 0;
	err = lock_take(&blocks->lock);
	if (err)
		return err;
	blocks_make_room(blocks, target, count);
	while (*done < count && !err) {
		size_t run = blocks_run(target + *done, count - *done);

		if (run) {
			err = blocks_add_hosts(blocks, target + *done, &run, &requested,
					       left ? left + *done : NULL);
		} else {
			err = blocks_add_network(blocks, target + *done, &requested,
						 left ? left + *done : NULL);
			networks = true;
			run = !err;
		}
		*done += run;
	}
	if (networks)
		blocks_reconcile_count_networks(blocks);
	lock_give(&blocks->lock);
	return err;
}

int blocks_note_offence(struct blocks *blocks, const struct addr *host, uint8_t bit)
{
	const struct block_map *tables = &blocks->tables[addr_is_ipv4(host) ? 0 : 1];
	const void *key = block_map_key(tables, host);
	struct sobig_block_info info;
	int err;

	if (front_table_is_free(blocks->front, host))
		return 0;
	err = block_map_get_info(tables, key, &info);
	if (err || info.dry_run || !(info.open & bit) || info.offended & bit)
		return err == -ENOENT ? 0 : err;
	err = lock_take(&blocks->lock);
	if (err)
		return err;
	/* It may have changed meanwhile. */
	err = block_map_get_info(tables, key, &info);
	if (!err && info.until > clock_seconds()) {
		info.offended |= info.open & bit;
		err = block_map_set_info(tables, key, &info);
	}
	lock_give(&blocks->lock);
	return err == -ENOENT ? 0 : err;
}

void blocks_share_lock(struct blocks *blocks, bool shared)
{
	blocks->lock.shared = shared;
}

bool blocks_ports(const struct blocks *blocks, uint8_t open, uint16_t out[SOBIG_PORTS_MAX])
{
	struct sobig_port_bits bits = { 0 };

	if (open && (blocks->ports < 0 || port_bits_read(blocks->ports, &bits)))
		open = 0;
	return port_bits_closed(&bits, open, out);
}

int blocks_take_over(struct blocks *blocks)
{
	int err = lock_take(&blocks->lock);

	if (err)
		return err;
	front_table_upgrade(blocks->front);
	lock_give(&blocks->lock);
	return 0;
}

int blocks_give_bits(struct blocks *blocks, const uint16_t ports[SOBIG_PORTS_MAX],
		     const struct sobig_port_bits *others, uint8_t bits[SOBIG_PORTS_MAX])
{
	struct sobig_port_bits known;
	uint8_t lost = 0;
	int err;

	if (blocks->ports < 0)
		return -ENOENT;
	err = lock_take(&blocks->lock);
	if (err)
		return err;
	err = port_bits_read(blocks->ports, &known);
	if (!err)
		err = port_bits_give(&known, ports, others, bits, &lost);
	/* Before another port has the bit. */
	if (!err && lost)
		err = blocks_reconcile_open(blocks, lost);
	if (!err)
		err = port_bits_write(blocks->ports, &known);
	lock_give(&blocks->lock);
	return err;
}

uint64_t blocks_room(const struct blocks *blocks, bool ipv4)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	bpf_obj_get_info_by_fd(blocks->tables[ipv4 ? 0 : 1].info, &info, &size);
	return info.max_entries;
}

int blocks_open(const char *dir, struct blocks **out)
{
	struct blocks *blocks = calloc(1, sizeof(*blocks));
	int err = 0;

	if (!blocks)
		return -ENOMEM;
	blocks->lock.fd = blocks->networks.ipv4 = blocks->networks.ipv6 = blocks->ports = -1;
	for (int i = 0; i < BLOCKS_FAMILIES; i++)
		blocks->tables[i].blocked = blocks->tables[i].info = -1;
	blocks->batch = malloc(sizeof(*blocks->batch));
	blocks->expired = malloc(sizeof(*blocks->expired));
	if (!blocks->batch || !blocks->expired)
		err = -ENOMEM;
	for (int i = 0; i < BLOCKS_FAMILIES && !err; i++)
		err = block_map_open(dir, i == 0, &blocks->tables[i]);
	if (!err)
		err = net_trie_open(dir, &blocks->networks);
	if (!err)
		err = front_table_open(dir, &blocks->front);
	if (!err)
		err = port_bits_open(dir, &blocks->ports);
	if (err == -ENOENT && blocks->front)
		err = 0;
	if (!err && (blocks->lock.fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		err = -errno;
	if (err) {
		blocks_close(blocks);
		return err == -EACCES ? -EPERM : err;
	}
	*out = blocks;
	return 0;
}

void blocks_close(struct blocks *blocks)
{
	if (!blocks)
		return;
	for (int i = 0; i < BLOCKS_FAMILIES; i++)
		block_map_close(&blocks->tables[i]);
	net_trie_close(&blocks->networks);
	front_table_close(blocks->front);
	if (blocks->ports >= 0)
		close(blocks->ports);
	if (blocks->lock.fd >= 0)
		close(blocks->lock.fd);
	free(blocks->batch);
	free(blocks->expired);
	free(blocks);
}
