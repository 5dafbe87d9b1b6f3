// SPDX-License-Identifier: GPL-2.0-only
/* Excludes the allow list from active blocks and from networks to be blocked. */
#include "kernel/blocks_exempt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"
#include "common/clock.h"
#include "kernel/blocks_internal.h"
#include "kernel/blocks_reconcile.h"
#include "kernel/blocks_remove.h"

/* Up to so many hosts are looked up one by one; for more, all blocks are read. */
#define BLOCKS_EXEMPT_HOSTS_FEW 1024

struct blocks_exempt_found {
	struct addr_prefix target;
	struct sobig_network value;
};

struct blocks_exempt {
	struct blocks *blocks;
	const struct prefix_set *allowed;
	const struct prefix_set *fresh;
	void (*each)(void *context, const struct blocks_exempt_unblocked *unblocked);
	void *context;
	uint32_t now;
	struct blocks_exempt_found *found;
	size_t count;
};

static int blocks_exempt_add(struct blocks_exempt_pieces *pieces, const struct addr_prefix *target)
{
	void *grown;

	if (pieces->count == BLOCKS_EXEMPT_PIECES_MAX)
		return -E2BIG;
	grown = array_grow(pieces->target, pieces->count, sizeof(*target));
	if (!grown)
		return -ENOMEM;
	pieces->target = grown;
	pieces->target[pieces->count++] = *target;
	return 0;
}

int blocks_exempt_rest(const struct prefix_set *allowed, const struct addr_prefix *target,
		       struct blocks_exempt_pieces *out)
{
	struct addr_prefix half = *target, entry;
	unsigned int bit;
	int err;

	if (!prefix_set_find(allowed, target, &entry))
		return blocks_exempt_add(out, target);
	/* An address in a /64 belongs to the host of that /64. */
	if (entry.length <= target->length ||
	    (!addr_is_ipv4(&target->addr) && target->length == SOBIG_IPV6_PREFIX))
		return 0;
	bit = target->length + (addr_is_ipv4(&target->addr) ? 96 : 0);
	half.length++;
	err = blocks_exempt_rest(allowed, &half, out);
	half.addr.bytes[bit / 8] |= 0x80 >> bit % 8;
	return err ? err : blocks_exempt_rest(allowed, &half, out);
}

void blocks_exempt_free(struct blocks_exempt_pieces *pieces)
{
	free(pieces->target);
	*pieces = (struct blocks_exempt_pieces){ 0 };
}

static int blocks_exempt_note(struct blocks_exempt *exempt, const struct addr_prefix *target,
			      const struct sobig_network *value)
{
	void *grown = array_grow(exempt->found, exempt->count, sizeof(*exempt->found));

	if (!grown)
		return -ENOMEM;
	exempt->found = grown;
	exempt->found[exempt->count++] = (struct blocks_exempt_found){ *target, *value };
	return 0;
}

static int blocks_exempt_visit_network(void *context, const struct addr_prefix *target,
				       const struct sobig_network *value)
{
	struct blocks_exempt *exempt = context;

	if (value->until <= exempt->now || !prefix_set_find(exempt->fresh, target, NULL))
		return 0;
	return blocks_exempt_note(exempt, target, value);
}

static int blocks_exempt_visit_host(struct blocks_exempt *exempt, const struct addr_prefix *host,
				    const struct sobig_block_info *info)
{
	const struct sobig_network value = { .until = info->until,
					     .dry_run = info->dry_run,
					     .open = info->open };

	/* A block that lasts until its host is quiet may end later than its block info says. */
	if (info->until <= exempt->now && !info->quiet)
		return 0;
	return prefix_set_find(exempt->fresh, host, NULL) ? blocks_exempt_note(exempt, host, &value)
							  : 0;
}

static int blocks_exempt_walk_hosts(struct blocks_exempt *exempt, const struct block_map *tables)
{
	struct block_map_batch *batch = exempt->blocks->batch;
	struct block_map_walk walk = { 0 };
	int err = 0;

	while (!walk.over && !err) {
		err = block_map_walk(tables, &walk, batch);
		for (uint32_t i = 0; i < batch->count && !err; i++) {
			struct addr addr =
				block_map_host(tables, batch->keys + i * tables->key_size);
			struct addr_prefix host = addr_prefix_host(&addr);

			err = blocks_exempt_visit_host(exempt, &host, &batch->infos[i]);
		}
	}
	return err;
}

/* A host that is allowed or contains an allowed address. */
static int blocks_exempt_ask_host(struct blocks_exempt *exempt, const struct addr *addr)
{
	const struct addr_prefix host = addr_prefix_host(addr);
	const struct block_map *tables = &exempt->blocks->tables[addr_is_ipv4(addr) ? 0 : 1];
	struct sobig_block_info info;
	int err = block_map_get_info(tables, block_map_key(tables, &host.addr), &info);

	if (err == -ENOENT)
		return 0;
	return err ? err : blocks_exempt_visit_host(exempt, &host, &info);
}

static int blocks_exempt_find_hosts(struct blocks_exempt *exempt)
{
	size_t count = prefix_set_count(exempt->fresh);
	bool each = count <= BLOCKS_EXEMPT_HOSTS_FEW;
	int err = 0;

	for (size_t i = 0; i < count && each; i++) {
		const struct addr_prefix *target = prefix_set_at(exempt->fresh, i, NULL);

		each = target->length >= (addr_is_ipv4(&target->addr) ? 32 : SOBIG_IPV6_PREFIX);
	}
	for (size_t i = 0; i < count && each && !err; i++)
		err = blocks_exempt_ask_host(exempt, &prefix_set_at(exempt->fresh, i, NULL)->addr);
	for (int family = 0; family < BLOCKS_FAMILIES && !each && !err; family++)
		err = blocks_exempt_walk_hosts(exempt, &exempt->blocks->tables[family]);
	return err;
}

/* The rest is blocked before the whole is removed, so that there is no gap. */
static int blocks_exempt_split(struct blocks_exempt *exempt,
			       const struct blocks_exempt_found *found, size_t *count)
{
	struct blocks_exempt_pieces pieces = { 0 };
	struct blocks_request request = {
		.seconds = found->value.until - exempt->now,
		.until = found->value.until,
		.extend = found->value.quiet,
		.dry_run = found->value.dry_run,
		.reason = found->value.reason,
	};
	int err = blocks_exempt_rest(exempt->allowed, &found->target, &pieces);
	bool closes = blocks_ports(exempt->blocks, found->value.open, request.ports);

	*count = 0;
	if (!err && pieces.count && closes)
		err = blocks_add(exempt->blocks, pieces.target, pieces.count, &request, NULL,
				 count);
	blocks_exempt_free(&pieces);
	return err;
}

static int blocks_exempt_unblock(struct blocks_exempt *exempt,
				 const struct blocks_exempt_found *found)
{
	struct blocks_exempt_unblocked unblocked = { .target = found->target,
						     .dry_run = found->value.dry_run };
	int err;

	unblocked.why = prefix_set_find(exempt->fresh, &found->target, &unblocked.entry);
	if (!addr_prefix_is_host(&found->target))
		unblocked.err = blocks_exempt_split(exempt, found, &unblocked.pieces);
	err = blocks_remove(exempt->blocks, &found->target);
	if (!err)
		exempt->each(exempt->context, &unblocked);
	/* Another process removed it first. */
	return err == -ENOENT ? 0 : err;
}

int blocks_exempt_blocks(
	struct blocks *blocks, const struct prefix_set *allowed, const struct prefix_set *fresh,
	void (*each)(void *context, const struct blocks_exempt_unblocked *unblocked), void *context)
{
	struct blocks_exempt exempt = { blocks, allowed, fresh, each, context, clock_seconds() };
	int err;

	if (!prefix_set_count(fresh))
		return 0;
	err = blocks_exempt_find_hosts(&exempt);
	if (!err)
		err = net_trie_each(&blocks->networks, blocks_exempt_visit_network, &exempt);
	for (size_t i = 0; i < exempt.count && !err; i++)
		err = blocks_exempt_unblock(&exempt, &exempt.found[i]);
	free(exempt.found);
	return err;
}
