// SPDX-License-Identifier: GPL-2.0-only
/* The blocks in force, looked at and not touched. */
#include "act/survey.h"

#include <errno.h>
#include <string.h>

#include "act/repair.h"

int survey_covering(struct blocks *blocks, const struct addr_prefix *whom, struct addr_prefix *out)
{
	struct addr_prefix at = *whom, found;
	struct sobig_network value;

	while (!networks_find(&blocks->networks, &at, &found, &value)) {
		if (value.until > blocks_now() && !value.trial) {
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

struct survey_visitor {
	int (*each)(void *context, const struct survey_entry *entry);
	void *context;
	struct blocks *blocks;
	uint32_t now;
};

/* What the filter has counted of a host, in the LRU map and in the tally. */
static void survey_read_drops(struct blocks *blocks, const struct tables *tables, const void *key,
			      struct survey_entry *entry)
{
	struct addr host = tables_host(tables, key);
	struct sobig_block block = { 0 };

	tables_get_block(tables, key, &block);
	repair_enter_drops(blocks, &host, &block);
	entry->drops = block.drops;
	entry->last_drop = block.last_drop;
	if (block.until > entry->until)
		entry->until = block.until;
}

static int survey_visit_hosts(const struct survey_visitor *visitor, const struct tables *tables)
{
	struct tables_batch *batch = visitor->blocks->batch;
	struct tables_walk walk = { 0 };
	int err = 0;

	while (!walk.over && !err) {
		err = tables_walk(tables, &walk, batch);
		for (uint32_t i = 0; i < batch->count && !err; i++) {
			const void *key = batch->keys + i * tables->key_size;
			const struct sobig_ledger *ledger = &batch->ledgers[i];
			struct survey_entry entry = {
				.whom.addr = tables_host(tables, key),
				.since = ledger->since,
				.until = ledger->until,
				.quiet = ledger->quiet,
				.trial = ledger->trial,
			};

			entry.whom = addr_prefix_host(&entry.whom.addr);
			memcpy(entry.reason, ledger->reason, sizeof(entry.reason));
			entry.reason[sizeof(entry.reason) - 1] = '\0';
			survey_read_drops(visitor->blocks, tables, key, &entry);
			if (entry.until > visitor->now)
				err = visitor->each(visitor->context, &entry);
		}
	}
	return err;
}

static int survey_visit_network(void *context, const struct addr_prefix *prefix,
				const struct sobig_network *value)
{
	const struct survey_visitor *visitor = context;
	struct survey_entry entry = {
		.whom = *prefix,
		.since = value->since,
		.until = value->until,
		.quiet = value->quiet,
		.trial = value->trial,
		.drops = value->drops,
		.last_drop = value->last_drop,
	};

	if (value->until <= visitor->now)
		return 0;
	memcpy(entry.reason, value->reason, sizeof(entry.reason));
	entry.reason[sizeof(entry.reason) - 1] = '\0';
	return visitor->each(visitor->context, &entry);
}

int survey_each(struct blocks *blocks, int (*each)(void *context, const struct survey_entry *entry),
		void *context)
{
	struct survey_visitor visitor = { each, context, blocks, blocks_now() };
	int err = 0;

	for (int i = 0; i < BLOCKS_FAMILIES && !err; i++)
		err = survey_visit_hosts(&visitor, &blocks->tables[i]);
	return err ? err : networks_each(&blocks->networks, survey_visit_network, &visitor);
}
