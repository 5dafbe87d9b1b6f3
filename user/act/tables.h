/* SPDX-License-Identifier: GPL-2.0-only */
/* One family's pair of maps: the LRU map that the filter may ask, and the ledger beside it. */
#ifndef TABLES_H
#define TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/addr.h"
#include "sobig.h"

#define TABLES_BATCH   4096
#define TABLES_KEY_MAX 8

/* Keys of both families are the address's bytes from `from` on. */
struct tables {
	const char *blocked_name;
	const char *ledger_name;
	unsigned int from;
	unsigned int key_size;
	int blocked;
	int ledger;
};

/* Of many at a time: as many keys, ledgers and blocks as `count` says. The keys stand close. */
struct tables_batch {
	uint32_t count;
	char keys[TABLES_BATCH * TABLES_KEY_MAX];
	struct sobig_ledger ledgers[TABLES_BATCH];
	struct sobig_block blocks[TABLES_BATCH];
};

/* The maps pinned in `dir` for IPv4, or for IPv6. 0, -ENOENT, -EPERM; says nothing. */
int tables_open(const char *dir, bool ipv4, struct tables *out);

const void *tables_key(const struct tables *tables, const struct addr *host);
struct addr tables_host(const struct tables *tables, const void *key);

/* -ENOENT: it has none. */
int tables_get_ledger(const struct tables *tables, const void *key, struct sobig_ledger *out);
int tables_get_block(const struct tables *tables, const void *key, struct sobig_block *out);
int tables_set_ledger(const struct tables *tables, const void *key,
		      const struct sobig_ledger *ledger);
int tables_set_block(const struct tables *tables, const void *key, const struct sobig_block *block);

/* Adds a row to the batch, which must have room. */
void tables_batch_add(const struct tables *tables, struct tables_batch *batch, const void *key,
		      const struct sobig_ledger *ledger, const struct sobig_block *block);

/* Writes the batch into the ledger and the LRU map. 0, or -errno with batch->count that are in
 * both. */
int tables_write(const struct tables *tables, struct tables_batch *batch);

/* Deletes the keys of the batch from both. Those that are in neither are no error. */
int tables_delete(const struct tables *tables, const struct tables_batch *batch);

/* A walk through a ledger in steps. What changes meanwhile may be seen or not, never twice. */
struct tables_walk {
	uint32_t position;
	bool begun;
	bool over;
};

/* The next keys and ledgers into the batch. 0 or -errno. */
int tables_walk(const struct tables *tables, struct tables_walk *walk, struct tables_batch *batch);

/* How many are in the LRU map; uses the batch. -errno. */
int64_t tables_count(const struct tables *tables, struct tables_batch *batch);

void tables_close(struct tables *tables);

#endif
