// SPDX-License-Identifier: GPL-2.0-only
/* Who is never blocked, taken out of the blocks in force and out of networks that shall be. */
#include "act/carve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "act/repair.h"

/* So many hosts are looked up one by one; of more, all blocks are looked through. */
#define CARVE_HOSTS_FEW 1024

struct carve_found {
	struct addr_prefix whom;
	struct sobig_network value;
};

struct carve {
	struct blocks *blocks;
	const struct prefix_set *spared;
	const struct prefix_set *fresh;
	void (*each)(void *context, const struct carve_lifted *lifted);
	void *context;
	uint32_t now;
	struct carve_found *found;
	size_t count;
	size_t room;
};

static int carve_add(struct carve_pieces *pieces, const struct addr_prefix *whom)
{
	if (pieces->count == CARVE_PIECES_MAX)
		return -E2BIG;
	if (pieces->count == pieces->room) {
		size_t room = pieces->room ? pieces->room * 2 : 64;
		void *grown = reallocarray(pieces->whom, room, sizeof(*whom));

		if (!grown)
			return -ENOMEM;
		pieces->whom = grown;
		pieces->room = room;
	}
	pieces->whom[pieces->count++] = *whom;
	return 0;
}

int carve_rest(const struct prefix_set *spared, const struct addr_prefix *whom,
	       struct carve_pieces *out)
{
	struct addr_prefix half = *whom, entry;
	unsigned int bit;
	int err;

	if (!prefix_set_find(spared, whom, &entry))
		return carve_add(out, whom);
	/* Somebody in a /64 is the host of that /64. */
	if (entry.length <= whom->length ||
	    (!addr_is_ipv4(&whom->addr) && whom->length == SOBIG_IPV6_PREFIX))
		return 0;
	bit = whom->length + (addr_is_ipv4(&whom->addr) ? 96 : 0);
	half.length++;
	err = carve_rest(spared, &half, out);
	half.addr.bytes[bit / 8] |= 0x80 >> bit % 8;
	return err ? err : carve_rest(spared, &half, out);
}

void carve_free(struct carve_pieces *pieces)
{
	free(pieces->whom);
	*pieces = (struct carve_pieces){ 0 };
}

static int carve_note(struct carve *carve, const struct addr_prefix *whom,
		      const struct sobig_network *value)
{
	if (carve->count == carve->room) {
		size_t room = carve->room ? carve->room * 2 : 64;
		void *grown = reallocarray(carve->found, room, sizeof(*carve->found));

		if (!grown)
			return -ENOMEM;
		carve->found = grown;
		carve->room = room;
	}
	carve->found[carve->count++] = (struct carve_found){ *whom, *value };
	return 0;
}

static int carve_visit_network(void *context, const struct addr_prefix *whom,
			       const struct sobig_network *value)
{
	struct carve *carve = context;

	if (value->until <= carve->now || !prefix_set_find(carve->fresh, whom, NULL))
		return 0;
	return carve_note(carve, whom, value);
}

static int carve_visit_host(struct carve *carve, const struct addr_prefix *host,
			    const struct sobig_ledger *ledger)
{
	const struct sobig_network value = { .until = ledger->until, .trial = ledger->trial };

	/* One that lasts until its host is quiet may last for longer than the ledger says. */
	if (ledger->until <= carve->now && !ledger->quiet)
		return 0;
	return prefix_set_find(carve->fresh, host, NULL) ? carve_note(carve, host, &value) : 0;
}

static int carve_walk_hosts(struct carve *carve, const struct tables *tables)
{
	struct tables_batch *batch = carve->blocks->batch;
	struct tables_walk walk = { 0 };
	int err = 0;

	while (!walk.over && !err) {
		err = tables_walk(tables, &walk, batch);
		for (uint32_t i = 0; i < batch->count && !err; i++) {
			struct addr addr = tables_host(tables, batch->keys + i * tables->key_size);
			struct addr_prefix host = addr_prefix_host(&addr);

			err = carve_visit_host(carve, &host, &batch->ledgers[i]);
		}
	}
	return err;
}

/* A host that is spared, or has an address that is. */
static int carve_ask_host(struct carve *carve, const struct addr *addr)
{
	const struct addr_prefix host = addr_prefix_host(addr);
	const struct tables *tables = &carve->blocks->tables[addr_is_ipv4(addr) ? 0 : 1];
	struct sobig_ledger ledger;
	int err = tables_get_ledger(tables, tables_key(tables, &host.addr), &ledger);

	if (err == -ENOENT)
		return 0;
	return err ? err : carve_visit_host(carve, &host, &ledger);
}

static int carve_find_hosts(struct carve *carve)
{
	size_t count = prefix_set_count(carve->fresh);
	bool each = count <= CARVE_HOSTS_FEW;
	int err = 0;

	for (size_t i = 0; i < count && each; i++) {
		const struct addr_prefix *whom = prefix_set_at(carve->fresh, i, NULL);

		each = whom->length >= (addr_is_ipv4(&whom->addr) ? 32 : SOBIG_IPV6_PREFIX);
	}
	for (size_t i = 0; i < count && each && !err; i++)
		err = carve_ask_host(carve, &prefix_set_at(carve->fresh, i, NULL)->addr);
	for (int family = 0; family < BLOCKS_FAMILIES && !each && !err; family++)
		err = carve_walk_hosts(carve, &carve->blocks->tables[family]);
	return err;
}

/* The rest is blocked before the whole is lifted, so that nobody slips through. */
static int carve_split(struct carve *carve, const struct carve_found *found, size_t *count)
{
	struct carve_pieces pieces = { 0 };
	const struct blocks_order order = {
		.seconds = found->value.until - carve->now,
		.extend = found->value.quiet,
		.trial = found->value.trial,
		.reason = found->value.reason,
	};
	int err = carve_rest(carve->spared, &found->whom, &pieces);

	*count = 0;
	if (!err && pieces.count)
		err = blocks_add(carve->blocks, pieces.whom, pieces.count, &order, NULL, count);
	carve_free(&pieces);
	return err;
}

static int carve_lift(struct carve *carve, const struct carve_found *found)
{
	struct carve_lifted lifted = { .whom = found->whom, .trial = found->value.trial };
	int err;

	lifted.why = prefix_set_find(carve->fresh, &found->whom, &lifted.entry);
	if (!addr_prefix_is_host(&found->whom))
		lifted.err = carve_split(carve, found, &lifted.pieces);
	err = blocks_remove(carve->blocks, &found->whom);
	if (!err)
		carve->each(carve->context, &lifted);
	/* Somebody else was faster. */
	return err == -ENOENT ? 0 : err;
}

int carve_blocks(struct blocks *blocks, const struct prefix_set *spared,
		 const struct prefix_set *fresh,
		 void (*each)(void *context, const struct carve_lifted *lifted), void *context)
{
	struct carve carve = { blocks, spared, fresh, each, context, blocks_now() };
	int err;

	if (!prefix_set_count(fresh))
		return 0;
	err = carve_find_hosts(&carve);
	if (!err)
		err = networks_each(&blocks->networks, carve_visit_network, &carve);
	for (size_t i = 0; i < carve.count && !err; i++)
		err = carve_lift(&carve, &carve.found[i]);
	free(carve.found);
	return err;
}
