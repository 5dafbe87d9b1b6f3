// SPDX-License-Identifier: GPL-2.0-only
/* The blocks in force, of hosts and of networks: whoever adds one or lifts one comes by here. */
#include "kernel/blocks.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "kernel/front_table.h"
#include "kernel/net_trie.h"
#include "kernel/blocks_reconcile.h"
#include "kernel/block_map.h"
#include "kernel/lock.h"

uint32_t blocks_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* `seconds` from now, never less: the filter's second begins somewhere within ours. */
static uint32_t blocks_until(uint32_t seconds)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + seconds + (now.tv_nsec != 0);
}

void blocks_reason(const char *from, char to[SOBIG_REASON_SIZE])
{
	size_t i;

	for (i = 0; from[i] && i < SOBIG_REASON_SIZE - 1; i++)
		to[i] = from[i] >= ' ' && from[i] <= '~' ? from[i] : '?';
	memset(to + i, 0, SOBIG_REASON_SIZE - i);
}

/* What the ledger shall say of a host of which it says `old` now. */
static void blocks_extend(struct sobig_ledger *ledger, const struct sobig_ledger *old)
{
	/* A trial never takes the place of a block, nor counts for one. */
	if (old->trial && !ledger->trial)
		return;
	ledger->since = old->since;
	if (old->quiet > ledger->quiet)
		ledger->quiet = old->quiet;
	if (old->until <= ledger->until && old->trial == ledger->trial)
		return;
	ledger->trial = old->trial;
	ledger->until = old->until;
	memcpy(ledger->reason, old->reason, sizeof(ledger->reason));
}

/* What is ordered, as a ledger has it. */
static struct sobig_ledger blocks_order(const struct blocks_order *order)
{
	struct sobig_ledger ledger = {
		.since = blocks_now(),
		.until = blocks_until(order->seconds),
		.quiet = order->extend ? order->seconds : 0,
		.trial = order->trial,
	};

	/* Before the machine was there, there was no time for the maps. */
	ledger.since -= order->age < ledger.since ? order->age : ledger.since - 1;
	blocks_reason(order->reason, ledger.reason);
	return ledger;
}

/* Adds a host to the batch, in the light of what is known of it. True if it is new. */
static bool blocks_stage(struct blocks *blocks, const struct block_map *tables,
			 const struct addr *host, const struct sobig_ledger *ordered)
{
	const void *key = block_map_key(tables, host);
	struct sobig_ledger ledger = *ordered, old;
	struct sobig_block block = { 0 };
	bool known;

	/* Most are new, and that is known without asking the kernel. */
	known = !front_table_is_free(blocks->mirror, host) &&
		!block_map_get_ledger(tables, key, &old);
	if (known && (old.until > ledger.since || old.quiet)) {
		blocks_extend(&ledger, &old);
		if (block_map_get_block(tables, key, &block))
			memset(&block, 0, sizeof(block));
	}
	block.until = ledger.until;
	block.quiet = ledger.quiet;
	block.trial = ledger.trial;
	block_map_batch_add(tables, blocks->batch, key, &ledger, &block);
	return !known;
}

/* As a tally would have it. */
static uint32_t blocks_knocks(const struct sobig_block *block)
{
	return block->last_drop << 16 | (block->drops & FRONT_COUNT_MASK);
}

/* What is in the kernel's tables is shown to the filter. */
static void blocks_show(struct blocks *blocks, const struct block_map *tables)
{
	const struct block_map_batch *batch = blocks->batch;

	for (uint32_t i = 0; i < batch->count; i++) {
		struct addr host = block_map_host(tables, batch->keys + i * tables->key_size);

		if (batch->blocks[i].trial)
			front_table_doubt(blocks->mirror, &host);
		else
			front_table_put(blocks->mirror, &host, batch->blocks[i].until,
					blocks_knocks(&batch->blocks[i]));
	}
}

/* Hosts of one family, no more than a batch; *count: as many as were blocked. */
static int blocks_add_hosts(struct blocks *blocks, const struct addr_prefix *whom, size_t *count,
			    const struct sobig_ledger *ordered, uint32_t *left)
{
	bool ipv4 = addr_is_ipv4(&whom->addr);
	struct block_map *tables = &blocks->tables[ipv4 ? 0 : 1];
	int64_t more = 0;
	int err;

	blocks->batch->count = 0;
	for (size_t i = 0; i < *count; i++)
		more += blocks_stage(blocks, tables, &whom[i].addr, ordered);
	err = block_map_write(tables, blocks->batch);
	*count = blocks->batch->count;
	front_table_count(blocks->mirror, ipv4, more < (int64_t)*count ? more : (int64_t)*count);
	blocks_show(blocks, tables);
	for (size_t i = 0; i < *count && left; i++)
		left[i] = blocks->batch->ledgers[i].until - ordered->since;
	return err;
}

static int blocks_add_network(struct blocks *blocks, const struct addr_prefix *whom,
			      const struct sobig_ledger *ordered, uint32_t *left)
{
	struct sobig_ledger ledger = *ordered, old_ledger = { 0 };
	struct sobig_network value = { 0 }, old;
	int err;

	if (!net_trie_get(&blocks->networks, whom, &old) &&
	    (old.until > ledger.since || old.quiet)) {
		old_ledger.since = old.since;
		old_ledger.until = old.until;
		old_ledger.quiet = old.quiet;
		old_ledger.trial = old.trial;
		memcpy(old_ledger.reason, old.reason, sizeof(old.reason));
		blocks_extend(&ledger, &old_ledger);
		value.drops = old.drops;
		value.last_drop = old.last_drop;
	}
	value.since = ledger.since;
	value.until = ledger.until;
	value.quiet = ledger.quiet;
	value.trial = ledger.trial;
	memcpy(value.reason, ledger.reason, sizeof(value.reason));
	err = net_trie_set(&blocks->networks, whom, &value);
	if (err == -ENOSPC)
		return -E2BIG;
	if (!err && left)
		*left = ledger.until - ordered->since;
	return err;
}

/* How many of `whom` are hosts of the family of the first, one after the other; 0: a network. */
static size_t blocks_run(const struct addr_prefix *whom, size_t count)
{
	bool ipv4 = addr_is_ipv4(&whom->addr);
	size_t run = 0;

	while (run < count && run < BLOCK_MAP_BATCH && addr_prefix_is_host(&whom[run]) &&
	       addr_is_ipv4(&whom[run].addr) == ipv4)
		run++;
	return run;
}

/* Makes the front table as large as it has to be. Without memory it stays as it is, and true. */
static void blocks_make_room(struct blocks *blocks, const struct addr_prefix *whom, size_t count)
{
	struct front_table_counts expected = front_table_counts(blocks->mirror);

	for (size_t i = 0; i < count; i++) {
		if (addr_is_ipv4(&whom[i].addr))
			expected.ipv4++;
		else
			expected.ipv6++;
	}
	if (front_table_is_unfit(blocks->mirror, &expected, true))
		blocks_reconcile_mirror(blocks, &expected);
}

int blocks_add(struct blocks *blocks, const struct addr_prefix *whom, size_t count,
	       const struct blocks_order *order, uint32_t *left, size_t *done)
{
	struct sobig_ledger ordered = blocks_order(order);
	bool networks = false;
	int err;

	*done = 0;
	err = lock_take(&blocks->turn);
	if (err)
		return err;
	blocks_make_room(blocks, whom, count);
	while (*done < count && !err) {
		size_t run = blocks_run(whom + *done, count - *done);

		if (run) {
			err = blocks_add_hosts(blocks, whom + *done, &run, &ordered,
					       left ? left + *done : NULL);
		} else {
			err = blocks_add_network(blocks, whom + *done, &ordered,
						 left ? left + *done : NULL);
			networks = true;
			run = !err;
		}
		*done += run;
	}
	if (networks)
		blocks_reconcile_count_networks(blocks);
	lock_give(&blocks->turn);
	return err;
}

static int blocks_remove_host(struct blocks *blocks, const struct addr *host)
{
	bool ipv4 = addr_is_ipv4(host);
	const struct block_map *tables = &blocks->tables[ipv4 ? 0 : 1];
	struct sobig_ledger ledger = { 0 };
	int found = block_map_get_ledger(tables, block_map_key(tables, host), &ledger), err;

	blocks->batch->count = 0;
	block_map_batch_add(tables, blocks->batch, block_map_key(tables, host), &ledger,
			    &(struct sobig_block){ 0 });
	front_table_remove(blocks->mirror, host);
	err = block_map_delete(tables, blocks->batch);
	if (found && found != -ENOENT)
		return found;
	if (!found)
		front_table_count(blocks->mirror, ipv4, -1);
	return err ? err : found;
}

int blocks_remove(struct blocks *blocks, const struct addr_prefix *whom)
{
	int err = lock_take(&blocks->turn);

	if (err)
		return err;
	if (addr_prefix_is_host(whom)) {
		err = blocks_remove_host(blocks, &whom->addr);
	} else {
		err = net_trie_delete(&blocks->networks, whom);
		blocks_reconcile_count_networks(blocks);
	}
	lock_give(&blocks->turn);
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
	uint32_t now = blocks_now();
	int err = 0;

	for (;;) {
		/* From the start each time, since what was there is gone. */
		struct block_map_walk walk = { 0 };

		err = block_map_walk(tables, &walk, blocks->batch);
		if (err || !blocks->batch->count)
			return err;
		for (uint32_t i = 0; i < blocks->batch->count; i++) {
			struct addr host =
				block_map_host(tables, blocks->batch->keys + i * tables->key_size);

			front_table_remove(blocks->mirror, &host);
			*removed += blocks->batch->ledgers[i].until > now;
		}
		front_table_count(blocks->mirror, tables->from != 0,
				  -(int64_t)blocks->batch->count);
		err = block_map_delete(tables, blocks->batch);
		if (err)
			return err;
	}
}

static int blocks_count_one(void *context, const struct addr_prefix *prefix,
			    const struct sobig_network *value)
{
	(void)prefix;
	*(int *)context += value->until > blocks_now();
	return 0;
}

int blocks_remove_all(struct blocks *blocks)
{
	int removed = 0, err = lock_take(&blocks->turn);

	if (err)
		return err;
	for (int i = 0; i < BLOCKS_FAMILIES && !err; i++)
		err = blocks_remove_tables(blocks, &blocks->tables[i], &removed);
	if (!err)
		err = net_trie_each(&blocks->networks, blocks_count_one, &removed);
	if (!err)
		err = net_trie_each(&blocks->networks, blocks_remove_network, blocks);
	blocks_reconcile_count_networks(blocks);
	lock_give(&blocks->turn);
	return err ? err : removed;
}

void blocks_share_turn(struct blocks *blocks, bool shared)
{
	blocks->turn.shared = shared;
}

uint64_t blocks_room(const struct blocks *blocks, bool ipv4)
{
	struct bpf_map_info info = { 0 };
	__u32 size = sizeof(info);

	bpf_obj_get_info_by_fd(blocks->tables[ipv4 ? 0 : 1].ledger, &info, &size);
	return info.max_entries;
}

int blocks_open(const char *dir, struct blocks **out)
{
	struct blocks *blocks = calloc(1, sizeof(*blocks));
	int err = 0;

	if (!blocks)
		return -ENOMEM;
	blocks->turn.fd = blocks->networks.ipv4 = blocks->networks.ipv6 = -1;
	for (int i = 0; i < BLOCKS_FAMILIES; i++)
		blocks->tables[i].blocked = blocks->tables[i].ledger = -1;
	blocks->batch = malloc(sizeof(*blocks->batch));
	blocks->lapsed = malloc(sizeof(*blocks->lapsed));
	if (!blocks->batch || !blocks->lapsed)
		err = -ENOMEM;
	for (int i = 0; i < BLOCKS_FAMILIES && !err; i++)
		err = block_map_open(dir, i == 0, &blocks->tables[i]);
	if (!err)
		err = net_trie_open(dir, &blocks->networks);
	if (!err)
		err = front_table_open(dir, &blocks->mirror);
	if (!err && (blocks->turn.fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
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
	front_table_close(blocks->mirror);
	if (blocks->turn.fd >= 0)
		close(blocks->turn.fd);
	free(blocks->batch);
	free(blocks->lapsed);
	free(blocks);
}
