// SPDX-License-Identifier: GPL-2.0-only
/* Keeps block info maps, LRU maps, tries and front table consistent; for blocks.c. */
#include "kernel/blocks_reconcile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "common/clock.h"
#include "kernel/blocks_internal.h"

/* Seconds left below which a block that lasts until its host is quiet is extended. */
#define BLOCKS_RECONCILE_AHEAD 10

/* ... or seconds that an extension adds at least. */
#define BLOCKS_RECONCILE_LONGER 30

/*
 * Drop counts are entered within so many seconds; with many hosts, a part of them each second,
 * because entering all of a storm's every second would cost more than the storm.
 */
#define BLOCKS_RECONCILE_FRESH 64
#define BLOCKS_RECONCILE_PARTS 8
#define BLOCKS_RECONCILE_MANY  8192

/* Blocks checked per call, and looked up per call if some are missing. */
#define BLOCKS_RECONCILE_STEP	       20000
#define BLOCKS_RECONCILE_STEP_THOROUGH 100000

/* Entries that can be counted within one call. */
#define BLOCKS_RECONCILE_COUNT 200000

/* Near its maximum, a drop count is left to the filter, which carries it over. */
#define BLOCKS_RECONCILE_CARRY 0xc0u

bool blocks_reconcile_enter_drops(const struct blocks *blocks, const struct addr *host,
				  struct sobig_block *block)
{
	uint32_t now = clock_seconds(), last;
	struct front_record record;
	uint64_t drops;

	if (front_table_find(blocks->front, host, &record) || (!record.drops && !record.last))
		return false;
	drops = (block->drops & ~(uint64_t)FRONT_DROPS_MASK) | record.drops;
	/* The filter's clock may be one second ahead. */
	last = now + 1 - ((now + 1 - record.last) & FRONT_LAST_MASK);
	if (drops == block->drops && record.last == (block->last_drop & FRONT_LAST_MASK))
		return false;
	/* The filter has carried since `block` was read. */
	if (drops < block->drops)
		return false;
	block->drops = drops;
	block->last_drop = last;
	return true;
}

struct blocks_reconcile_row {
	struct addr host;
	uint32_t until;
	struct front_record record;
	bool invalid;
};

struct blocks_reconcile_rows {
	struct blocks_reconcile_row *rows;
	size_t count;
};

static int blocks_reconcile_add_row(struct blocks_reconcile_rows *rows,
				    const struct blocks_reconcile_row *row)
{
	void *more = array_grow(rows->rows, rows->count, sizeof(*rows->rows));

	if (!more)
		return -ENOMEM;
	rows->rows = more;
	rows->rows[rows->count++] = *row;
	return 0;
}

/* Fills the front table with all blocks of a family and their drop counts. */
static int blocks_reconcile_collect(struct blocks *blocks, const struct block_map *tables,
				    struct blocks_reconcile_rows *rows)
{
	struct block_map_walk walk = { 0 };
	int err = 0;

	while (!walk.over && !err) {
		err = block_map_walk(tables, &walk, blocks->batch);
		for (uint32_t i = 0; i < blocks->batch->count && !err; i++) {
			const void *key = blocks->batch->keys + i * tables->key_size;
			const struct sobig_block_info *info = &blocks->batch->infos[i];
			struct sobig_block block = { 0 };
			struct blocks_reconcile_row row = {
				.host = block_map_host(tables, key),
				.until = info->until,
				.invalid = info->dry_run,
			};

			/* A host without a slot is counted in the LRU map only. */
			if (front_table_find(blocks->front, &row.host, &row.record) &&
			    !block_map_get_block(tables, key, &block))
				row.record = front_table_record(&block);
			row.record.open = info->open;
			err = blocks_reconcile_add_row(rows, &row);
		}
	}
	return err;
}

int blocks_reconcile_front(struct blocks *blocks, const struct front_table_counts *expected)
{
	struct blocks_reconcile_rows rows = { 0 };
	int err = 0;

	for (int i = 0; i < BLOCKS_FAMILIES && !err; i++)
		err = blocks_reconcile_collect(blocks, &blocks->tables[i], &rows);
	/* Drops from here to front_table_end() may not be counted in their block. */
	if (!err)
		err = front_table_begin(blocks->front, expected);
	if (!err) {
		for (size_t i = 0; i < rows.count; i++)
			front_table_fill(blocks->front, &rows.rows[i].host, rows.rows[i].until,
					 rows.rows[i].invalid, &rows.rows[i].record);
		front_table_end(blocks->front);
		blocks->walk = (struct block_map_walk){ 0 };
		blocks->family = 0;
		memset(blocks->seen, 0, sizeof(blocks->seen));
	}
	free(rows.rows);
	return err;
}

static int blocks_reconcile_open_host(struct blocks *blocks, const struct block_map *tables,
				      const void *key, struct sobig_block_info *info, uint8_t bits)
{
	struct addr host = block_map_host(tables, key);
	struct front_record record;
	struct sobig_block block;
	int err;

	if (!info->open || (info->open & bits) == bits)
		return 0;
	info->open |= bits;
	info->offended &= ~bits;
	err = block_map_set_info(tables, key, info);
	if (!err && !block_map_get_block(tables, key, &block)) {
		block.open = info->open;
		err = block_map_set_block(tables, key, &block);
	}
	if (!err && !front_table_find(blocks->front, &host, &record)) {
		record.open = info->open;
		front_table_put(blocks->front, &host, info->until, &record);
	}
	return err;
}

struct blocks_reconcile_opening {
	struct blocks *blocks;
	uint8_t bits;
};

static int blocks_reconcile_open_network(void *context, const struct addr_prefix *prefix,
					 const struct sobig_network *value)
{
	const struct blocks_reconcile_opening *opening = context;
	struct sobig_network changed = *value;

	changed.open |= opening->bits;
	return value->open && changed.open != value->open
		       ? net_trie_set(&opening->blocks->networks, prefix, &changed)
		       : 0;
}

int blocks_reconcile_open(struct blocks *blocks, uint8_t bits)
{
	struct blocks_reconcile_opening opening = { blocks, bits };
	int err = 0;

	for (int family = 0; family < BLOCKS_FAMILIES && !err; family++) {
		const struct block_map *tables = &blocks->tables[family];
		struct block_map_walk walk = { 0 };

		while (!walk.over && !err) {
			err = block_map_walk(tables, &walk, blocks->batch);
			for (uint32_t i = 0; i < blocks->batch->count && !err; i++)
				err = blocks_reconcile_open_host(
					blocks, tables, blocks->batch->keys + i * tables->key_size,
					&blocks->batch->infos[i], bits);
		}
	}
	return err ? err
		   : net_trie_each(&blocks->networks, blocks_reconcile_open_network, &opening);
}

static int blocks_reconcile_count_network(void *context, const struct addr_prefix *prefix,
					  const struct sobig_network *value)
{
	uint32_t *counts = context;

	(void)value;
	counts[!addr_is_ipv4(&prefix->addr)]++;
	return 0;
}

void blocks_reconcile_count_networks(struct blocks *blocks)
{
	uint32_t counts[BLOCKS_FAMILIES] = { 0 };

	/* If they cannot be counted now, the next blocks_reconcile() does it. */
	if (!net_trie_each(&blocks->networks, blocks_reconcile_count_network, counts))
		front_table_set_networks(blocks->front, counts[0], counts[1]);
}

/*
 * True, and *until is later, if the host was dropped since and its block lasts until it is quiet.
 */
static bool blocks_reconcile_extends(uint32_t *until, uint32_t quiet, uint32_t last_drop,
				     uint32_t now)
{
	uint32_t later = last_drop + quiet;

	if (!quiet || !last_drop || later <= *until ||
	    (*until > now + BLOCKS_RECONCILE_AHEAD && later - *until < BLOCKS_RECONCILE_LONGER))
		return false;
	*until = later;
	return true;
}

/* Updates the valid-until time of the line of a removed host. */
static void blocks_reconcile_line(struct blocks *blocks, const struct block_map *tables,
				  const struct addr *host)
{
	struct addr hosts[FRONT_HOSTS4];
	size_t count = front_table_line(blocks->front, host, hosts);
	struct sobig_block_info info;
	uint32_t valid_until = FRONT_EMPTY;

	for (size_t i = 0; i < count; i++) {
		if (block_map_get_info(tables, block_map_key(tables, &hosts[i]), &info))
			front_table_remove(blocks->front, &hosts[i]);
		else if (info.until < valid_until)
			valid_until = info.until;
	}
	front_table_renew(blocks->front, host, valid_until);
}

static int blocks_reconcile_expire(struct blocks *blocks, const struct block_map *tables,
				   const void *key)
{
	struct addr host = block_map_host(tables, key);
	struct block_map_batch *one = blocks->expired;
	int err;

	one->count = 0;
	block_map_batch_add(tables, one, key, &(struct sobig_block_info){ 0 },
			    &(struct sobig_block){ 0 });
	front_table_remove(blocks->front, &host);
	front_table_count(blocks->front, tables->from != 0, -1);
	err = block_map_delete(tables, one);
	blocks_reconcile_line(blocks, tables, &host);
	return err;
}

/* True if the host's drop count is due. */
static bool blocks_reconcile_is_due(const struct blocks *blocks, const struct addr *host,
				    uint32_t now)
{
	struct front_table_counts counts = front_table_counts(blocks->front);
	uint32_t sum = host->bytes[7] + host->bytes[15];

	return counts.ipv4 + counts.ipv6 < BLOCKS_RECONCILE_MANY ||
	       (sum + now) % BLOCKS_RECONCILE_PARTS == 0;
}

/* True if the block need not be looked up: it stays active, and its drop count is entered. */
static bool blocks_reconcile_is_idle(const struct blocks *blocks, const struct addr *host,
				     const struct sobig_block_info *info, uint32_t now)
{
	struct front_record record;

	if (info->until <= now + (info->quiet ? BLOCKS_RECONCILE_AHEAD : 0) ||
	    front_table_find(blocks->front, host, &record) || record.open != info->open)
		return false;
	return (!record.drops && !record.last) ||
	       ((now - record.last) & FRONT_LAST_MASK) > BLOCKS_RECONCILE_FRESH ||
	       !blocks_reconcile_is_due(blocks, host, now);
}

static int blocks_reconcile_one(struct blocks *blocks, const struct block_map *tables,
				const void *key, struct sobig_block_info *info,
				struct blocks_reconciled *result)
{
	struct addr host = block_map_host(tables, key);
	struct sobig_block block = { 0 };
	uint32_t now = clock_seconds(), until = info->until;
	struct front_record record;
	bool lost, changed, longer;
	int err = 0;

	if (!blocks->thorough && blocks_reconcile_is_idle(blocks, &host, info, now))
		return 0;
	lost = block_map_get_block(tables, key, &block);
	/* The filter itself extends a block that it finds expired. */
	if (block.until > until)
		until = block.until;
	changed = blocks_reconcile_enter_drops(blocks, &host, &block) &&
		  (block.drops & FRONT_DROPS_MASK) < BLOCKS_RECONCILE_CARRY;
	longer = blocks_reconcile_extends(&until, info->quiet, block.last_drop, now) ||
		 until > info->until;
	if (until <= now) {
		result->expired++;
		blocks->seen[blocks->family]--;
		return blocks_reconcile_expire(blocks, tables, key);
	}
	result->evicted += lost;
	if (lost || changed || longer || block.until != until || block.open != info->open) {
		block.until = info->until = until;
		block.quiet = info->quiet;
		block.dry_run = info->dry_run;
		block.open = info->open;
		err = block_map_set_block(tables, key, &block);
	}
	if (!err && longer) {
		err = block_map_set_info(tables, key, info);
		blocks_reconcile_line(blocks, tables, &host);
	}
	if (!info->dry_run &&
	    (front_table_find(blocks->front, &host, &record) || record.open != info->open)) {
		block.open = info->open;
		record = front_table_record(&block);
		front_table_put(blocks->front, &host, until, &record);
	}
	return err;
}

static int blocks_reconcile_network(void *context, const struct addr_prefix *prefix,
				    const struct sobig_network *value)
{
	struct blocks *blocks = context;
	struct sobig_network longer = *value;
	uint32_t now = clock_seconds();

	if (blocks_reconcile_extends(&longer.until, value->quiet, value->last_drop, now))
		return net_trie_set(&blocks->networks, prefix, &longer);
	return longer.until <= now ? net_trie_delete(&blocks->networks, prefix) : 0;
}

/* At the end of a round: checks the few networks, and resizes the front table if needed. */
static int blocks_reconcile_round(struct blocks *blocks)
{
	struct front_table_counts counts = front_table_counts(blocks->front);
	int err = net_trie_each(&blocks->networks, blocks_reconcile_network, blocks);

	blocks_reconcile_count_networks(blocks);
	if (!err && front_table_needs_rebuild(blocks->front, &counts, false))
		err = blocks_reconcile_front(blocks, &counts);
	return err;
}

/* Reads the next rows of the family's block info map. */
static int blocks_reconcile_step(struct blocks *blocks, struct blocks_reconciled *result)
{
	const struct block_map *tables = &blocks->tables[blocks->family];
	int err = block_map_walk(tables, &blocks->walk, blocks->batch);

	for (uint32_t i = 0; i < blocks->batch->count && !err; i++) {
		blocks->seen[blocks->family]++;
		err = blocks_reconcile_one(blocks, tables,
					   blocks->batch->keys + i * tables->key_size,
					   &blocks->batch->infos[i], result);
	}
	return err;
}

/*
 * Looking up each block costs ten times as much as counting. So all are looked up, in a round that
 * begins now, only if the LRU maps have fewer entries than expected.
 */
static void blocks_reconcile_count(struct blocks *blocks)
{
	struct front_table_counts should = front_table_counts(blocks->front);

	if (blocks->thorough || blocks->rests--)
		return;
	blocks->rests = (should.ipv4 + should.ipv6) / BLOCKS_RECONCILE_COUNT;
	if (block_map_count(&blocks->tables[0], blocks->batch) == (int64_t)should.ipv4 &&
	    block_map_count(&blocks->tables[1], blocks->batch) == (int64_t)should.ipv6)
		return;
	blocks->thorough = true;
	blocks->walk = (struct block_map_walk){ 0 };
	blocks->family = 0;
	memset(blocks->seen, 0, sizeof(blocks->seen));
}

/* At the end of a family's block info map: true if it was the last, and the round is over. */
static bool blocks_reconcile_goes_round(struct blocks *blocks)
{
	const struct front_table_counts counts = { blocks->seen[0], blocks->seen[1] };

	blocks->walk = (struct block_map_walk){ 0 };
	blocks->family = (blocks->family + 1) % BLOCKS_FAMILIES;
	if (blocks->family)
		return false;
	if (blocks->thorough)
		front_table_set_counts(blocks->front, &counts);
	blocks->thorough = false;
	memset(blocks->seen, 0, sizeof(blocks->seen));
	return true;
}

int blocks_reconcile(struct blocks *blocks, struct blocks_reconciled *out)
{
	struct blocks_reconciled result = { 0 };
	size_t seen = 0;
	int err = lock_take(&blocks->lock);

	if (err)
		return err;
	blocks_reconcile_count(blocks);
	while (!err &&
	       seen < (blocks->thorough ? BLOCKS_RECONCILE_STEP_THOROUGH : BLOCKS_RECONCILE_STEP)) {
		err = blocks_reconcile_step(blocks, &result);
		seen += blocks->batch->count;
		if (err || !blocks->walk.over || !blocks_reconcile_goes_round(blocks))
			continue;
		err = blocks_reconcile_round(blocks);
		break;
	}
	lock_give(&blocks->lock);
	if (!err)
		*out = result;
	return err;
}
