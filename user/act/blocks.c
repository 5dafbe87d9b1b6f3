// SPDX-License-Identifier: GPL-2.0-only
/* The blocks in force: the kernel's tables that the filter reads, and the ledger beside them. */
#include "blocks.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "act/pins.h"

/* One family's pair of maps. Keys of both families are the address's bytes from `from` on. */
struct blocks_table {
	const char *blocked_name;
	const char *ledger_name;
	unsigned int from;
	unsigned int key_size;
	int blocked;
	int ledger;
};

enum {
	BLOCKS_IPV4,
	BLOCKS_IPV6,
	BLOCKS_TABLES
};

struct blocks {
	struct blocks_table tables[BLOCKS_TABLES];
};

#define BLOCKS_KEY_MAX 8
#define BLOCKS_BATCH   1024

_Static_assert(sizeof(struct sobig_key4) <= BLOCKS_KEY_MAX, "a key fits");
_Static_assert(sizeof(struct sobig_key6) <= BLOCKS_KEY_MAX, "a key fits");

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

static struct blocks_table *blocks_table(struct blocks *blocks, const struct addr *host)
{
	return &blocks->tables[addr_is_ipv4(host) ? BLOCKS_IPV4 : BLOCKS_IPV6];
}

static const void *blocks_key(const struct blocks_table *table, const struct addr *host)
{
	return host->bytes + table->from;
}

static struct addr blocks_host(const struct blocks_table *table, const void *key)
{
	struct addr host = { .bytes = { 0 } };

	if (table->from)
		memset(host.bytes + table->from - 2, 0xff, 2);
	memcpy(host.bytes + table->from, key, table->key_size);
	return host;
}

static void blocks_set_reason(char *to, const char *from)
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
	if (old->until <= ledger->until && old->trial == ledger->trial)
		return;
	ledger->trial = old->trial;
	ledger->until = old->until;
	memcpy(ledger->reason, old->reason, sizeof(ledger->reason));
}

int blocks_add(struct blocks *blocks, const struct addr *host, uint32_t seconds, const char *reason,
	       bool trial, uint32_t *left)
{
	const struct blocks_table *table = blocks_table(blocks, host);
	const void *key = blocks_key(table, host);
	struct sobig_ledger ledger = { .trial = trial }, old;
	struct sobig_block block = { 0 };
	uint32_t now = blocks_now();

	ledger.since = now;
	ledger.until = blocks_until(seconds);
	blocks_set_reason(ledger.reason, reason);
	if (!bpf_map_lookup_elem(table->ledger, key, &old) && old.until > now) {
		blocks_extend(&ledger, &old);
		if (bpf_map_lookup_elem(table->blocked, key, &block))
			memset(&block, 0, sizeof(block));
	}
	block.until = ledger.until;
	block.trial = ledger.trial;
	if (bpf_map_update_elem(table->ledger, key, &ledger, BPF_ANY) ||
	    bpf_map_update_elem(table->blocked, key, &block, BPF_ANY))
		return -errno;
	/* Somebody may have unblocked it between the two. */
	if (bpf_map_lookup_elem(table->ledger, key, &old))
		bpf_map_delete_elem(table->blocked, key);
	*left = ledger.until - now;
	return 0;
}

/* The ledger first: blocks_repair() puts back only what it finds there. */
static int blocks_delete(const struct blocks_table *table, const void *key)
{
	int missing = bpf_map_delete_elem(table->ledger, key) ? errno : 0;
	int unblocked = bpf_map_delete_elem(table->blocked, key) ? errno : 0;

	if (unblocked && unblocked != ENOENT)
		return -unblocked;
	return missing == ENOENT && !unblocked ? 0 : -missing;
}

int blocks_remove(struct blocks *blocks, const struct addr *host)
{
	const struct blocks_table *table = blocks_table(blocks, host);

	return blocks_delete(table, blocks_key(table, host));
}

/* Calls `each` for all of the ledger. What changes meanwhile may be seen or not, never twice. */
static int blocks_walk(const struct blocks_table *table,
		       int (*each)(const struct blocks_table *table, const void *key,
				   const struct sobig_ledger *ledger, void *context),
		       void *context)
{
	struct sobig_ledger *ledgers;
	__u32 position = 0, count;
	bool first = true;
	char *keys;
	int err = 0;

	keys = calloc(BLOCKS_BATCH, table->key_size);
	ledgers = calloc(BLOCKS_BATCH, sizeof(*ledgers));
	if (!keys || !ledgers)
		err = -ENOMEM;
	while (!err) {
		int end;

		count = BLOCKS_BATCH;
		end = bpf_map_lookup_batch(table->ledger, first ? NULL : &position, &position, keys,
					   ledgers, &count, NULL);
		if (end && errno != ENOENT) {
			err = -errno;
			break;
		}
		first = false;
		for (__u32 i = 0; i < count && !err; i++)
			err = each(table, keys + i * table->key_size, &ledgers[i], context);
		if (end)
			break;
	}
	free(keys);
	free(ledgers);
	return err;
}

struct blocks_visitor {
	int (*each)(void *context, const struct blocks_entry *entry);
	void *context;
	uint32_t now;
};

static int blocks_visit(const struct blocks_table *table, const void *key,
			const struct sobig_ledger *ledger, void *context)
{
	struct blocks_visitor *visitor = context;
	struct sobig_block block = { 0 };
	struct blocks_entry entry = {
		.host = blocks_host(table, key),
		.since = ledger->since,
		.until = ledger->until,
		.trial = ledger->trial,
	};

	if (ledger->until <= visitor->now)
		return 0;
	if (!bpf_map_lookup_elem(table->blocked, key, &block)) {
		entry.drops = block.drops;
		entry.last_drop = block.last_drop;
	}
	memcpy(entry.reason, ledger->reason, sizeof(entry.reason));
	entry.reason[sizeof(entry.reason) - 1] = '\0';
	return visitor->each(visitor->context, &entry);
}

int blocks_each(struct blocks *blocks, int (*each)(void *context, const struct blocks_entry *entry),
		void *context)
{
	struct blocks_visitor visitor = { each, context, blocks_now() };
	int err = 0;

	for (int i = 0; i < BLOCKS_TABLES && !err; i++)
		err = blocks_walk(&blocks->tables[i], blocks_visit, &visitor);
	return err;
}

static int blocks_remove_one(const struct blocks_table *table, const void *key,
			     const struct sobig_ledger *ledger, void *context)
{
	int *removed = context;
	int err = blocks_delete(table, key);

	if (!err && ledger->until > blocks_now())
		(*removed)++;
	return err == -ENOENT ? 0 : err;
}

int blocks_remove_all(struct blocks *blocks)
{
	int removed = 0, err = 0;

	for (int i = 0; i < BLOCKS_TABLES && !err; i++)
		err = blocks_walk(&blocks->tables[i], blocks_remove_one, &removed);
	return err ? err : removed;
}

struct blocks_sweep {
	struct blocks_repair result;
	uint32_t now;
};

static int blocks_repair_one(const struct blocks_table *table, const void *key,
			     const struct sobig_ledger *ledger, void *context)
{
	struct blocks_sweep *sweep = context;
	struct sobig_block block;
	struct sobig_ledger now;

	if (ledger->until <= sweep->now) {
		/* Unless it was blocked anew since the walk saw it. */
		if (!bpf_map_lookup_elem(table->ledger, key, &now) && now.until > sweep->now)
			return 0;
		blocks_delete(table, key);
		sweep->result.lapsed++;
		return 0;
	}
	sweep->result.in_force++;
	if (!bpf_map_lookup_elem(table->blocked, key, &block))
		return 0;
	block = (struct sobig_block){ .until = ledger->until, .trial = ledger->trial };
	if (bpf_map_update_elem(table->blocked, key, &block, BPF_NOEXIST))
		return errno == EEXIST ? 0 : -errno;
	/* It was no eviction if somebody unblocked it meanwhile. */
	if (bpf_map_lookup_elem(table->ledger, key, &now))
		bpf_map_delete_elem(table->blocked, key);
	else
		sweep->result.evicted++;
	return 0;
}

int blocks_repair(struct blocks *blocks, struct blocks_repair *out)
{
	struct blocks_sweep sweep = { .now = blocks_now() };
	int err = 0;

	for (int i = 0; i < BLOCKS_TABLES && !err; i++)
		err = blocks_walk(&blocks->tables[i], blocks_repair_one, &sweep);
	if (!err)
		*out = sweep.result;
	return err;
}

static int blocks_open_map(const char *dir, const char *name, int *out)
{
	char path[PATH_MAX];
	int err = pins_path(dir, name, path);

	if (err)
		return err;
	*out = bpf_obj_get(path);
	return *out < 0 ? -errno : 0;
}

int blocks_open(const char *dir, struct blocks **out)
{
	static const struct blocks_table tables[BLOCKS_TABLES] = {
		[BLOCKS_IPV4] = { "blocked4", "ledger4", 12, sizeof(struct sobig_key4), -1, -1 },
		[BLOCKS_IPV6] = { "blocked6", "ledger6", 0, sizeof(struct sobig_key6), -1, -1 },
	};
	struct blocks *blocks = malloc(sizeof(*blocks));
	int err = 0;

	if (!blocks)
		return -ENOMEM;
	memcpy(blocks->tables, tables, sizeof(tables));
	for (int i = 0; i < BLOCKS_TABLES && !err; i++) {
		struct blocks_table *table = &blocks->tables[i];

		err = blocks_open_map(dir, table->blocked_name, &table->blocked);
		if (!err)
			err = blocks_open_map(dir, table->ledger_name, &table->ledger);
	}
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
	for (int i = 0; i < BLOCKS_TABLES; i++) {
		if (blocks->tables[i].blocked >= 0)
			close(blocks->tables[i].blocked);
		if (blocks->tables[i].ledger >= 0)
			close(blocks->tables[i].ledger);
	}
	free(blocks);
}
