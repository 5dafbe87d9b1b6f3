// SPDX-License-Identifier: GPL-2.0-only
/* The hosts and networks that have a standing: found by their address, bounded in number. */
#include "judge/standing_table.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/array.h"

#define STANDING_TABLE_CHUNK	   4096 /* entries allocated at a time */
#define STANDING_TABLE_LINE	   64
#define STANDING_TABLE_MOST_MIN	   64
#define STANDING_TABLE_BUCKETS_MIN 1024

/*
 * How often the hand that frees entries passes one before it is freed: a host that was seen once,
 * a stranger that came again, and one with good days. The last, and those whose day so far proves
 * as much as a good one, are passed without limit while they fill no more than
 * STANDING_TABLE_GOOD_MOST of the table, so that no number of strangers displaces a known sender.
 */
#define STANDING_TABLE_CHANCES_AGAIN	1
#define STANDING_TABLE_CHANCES_GOOD	8
#define STANDING_TABLE_GOOD_MOST(count) ((count) / 4 * 3)

struct standing_entry *standing_table_at(const struct standing_table *table, uint32_t index)
{
	return &table->chunks[index / STANDING_TABLE_CHUNK][index % STANDING_TABLE_CHUNK];
}

uint64_t standing_table_key(const struct addr *addr)
{
	uint64_t key;

	memcpy(&key, addr->bytes + (addr_is_ipv4(addr) ? 8 : 0), sizeof(key));
	return be64toh(key);
}

struct addr standing_table_addr(const struct standing_entry *entry)
{
	const uint64_t key = htobe64(entry->key);
	struct addr addr = { 0 };

	memcpy(addr.bytes + (entry->key >> 32 == 0xffff ? 8 : 0), &key, sizeof(key));
	return addr;
}

struct addr standing_table_network(const struct addr *host)
{
	struct addr network = *host;

	addr_mask(&network, addr_is_ipv4(host) ? 24 : 48);
	return network;
}

static uint32_t *standing_table_bucket(const struct standing_table *table, uint64_t key,
				       enum standing_kind kind)
{
	unsigned __int128 product =
		(unsigned __int128)(key ^ table->options.seed) *
		(kind == STANDING_HOST ? 0xa0761d6478bd642fu : 0xe7037ed1a0b428dbu);

	return &table->buckets[((uint64_t)product ^ (uint64_t)(product >> 64)) & table->mask];
}

static struct standing_entry *standing_table_search(const struct standing_table *table,
						    uint64_t key, enum standing_kind kind)
{
	for (uint32_t index = *standing_table_bucket(table, key, kind); index;) {
		struct standing_entry *entry = standing_table_at(table, index);

		if (entry->key == key && entry->kind == kind)
			return entry;
		index = entry->next;
	}
	return NULL;
}

struct standing_entry *standing_table_find(struct standing_table *table, uint64_t key,
					   enum standing_kind kind)
{
	struct standing_last *last = &table->last[kind];

	if (!last->is_valid || last->key != key)
		*last = (struct standing_last){
			.key = key,
			.entry = standing_table_search(table, key, kind),
			.is_valid = true,
		};
	return last->entry;
}

void standing_table_prefetch(const struct standing_table *table, uint64_t key,
			     enum standing_kind kind)
{
	if (table->used)
		__builtin_prefetch(
			standing_table_at(table, *standing_table_bucket(table, key, kind)), 1);
}

static void standing_table_unlink(struct standing_table *table, uint32_t index)
{
	struct standing_entry *entry = standing_table_at(table, index);
	uint32_t *at = standing_table_bucket(table, entry->key, entry->kind);

	while (*at != index)
		at = &standing_table_at(table, *at)->next;
	*at = entry->next;
}

/* True if the hand passes the entry; on `day`, in days of the table. */
static bool standing_table_spares(struct standing_table *table, struct standing_entry *entry,
				  uint16_t day)
{
	/* What is saved with the entry may be out of date: its last good day is too long ago. */
	if (entry->day + STANDING_DAYS < day)
		return false;
	/* A day counts as a good one when it is over: by the next event of the host. */
	if (entry->days || entry->proof == STANDING_PROOF) {
		table->good++;
		if (!table->crowded)
			return true;
	}
	if (!entry->chances)
		return false;
	entry->chances--;
	return true;
}

/* Frees the entry that was not seen for longest, about; an unknown sender before a known one. */
static void standing_table_forget(struct standing_table *table, uint16_t day)
{
	for (;;) {
		uint32_t index = table->hand = table->hand % table->used + 1;
		struct standing_entry *entry = standing_table_at(table, index);

		if (index == 1) {
			table->crowded = table->good > STANDING_TABLE_GOOD_MOST(table->used);
			table->good = 0;
		}
		if (!entry->used || standing_table_spares(table, entry, day))
			continue;
		standing_table_unlink(table, index);
		table->state.forgotten++;
		table->state.hosts -= entry->kind == STANDING_HOST;
		table->state.networks -= entry->kind == STANDING_NETWORK;
		entry->used = 0;
		entry->next = table->unused;
		table->unused = index;
		return;
	}
}

static void standing_table_grow_buckets(struct standing_table *table)
{
	uint32_t mask = table->mask * 2 + 1;
	uint32_t *buckets, *old = table->buckets;

	if (table->used <= table->mask)
		return;
	buckets = calloc((size_t)mask + 1, sizeof(*buckets));
	if (!buckets)
		return; /* longer chains */
	table->buckets = buckets;
	table->mask = mask;
	for (uint32_t index = 1; index <= table->used; index++) {
		struct standing_entry *entry = standing_table_at(table, index);
		uint32_t *bucket;

		if (!entry->used)
			continue;
		bucket = standing_table_bucket(table, entry->key, entry->kind);
		entry->next = *bucket;
		*bucket = index;
	}
	free(old);
}

/* NULL: no memory. No entry is in two of the lines that a CPU fetches. */
static struct standing_entry *standing_table_new_chunk(void)
{
	const size_t size = STANDING_TABLE_CHUNK * sizeof(struct standing_entry);
	struct standing_entry *chunk = aligned_alloc(STANDING_TABLE_LINE, size);

	if (chunk)
		memset(chunk, 0, size);
	return chunk;
}

static uint32_t standing_table_allocate(struct standing_table *table, uint16_t day)
{
	uint32_t index;

	if (!table->unused && table->used == table->options.most)
		standing_table_forget(table, day);
	index = table->unused;
	if (index) {
		table->unused = standing_table_at(table, index)->next;
		return index;
	}
	index = table->used + 1;
	if (!table->chunks[index / STANDING_TABLE_CHUNK])
		table->chunks[index / STANDING_TABLE_CHUNK] = standing_table_new_chunk();
	if (!table->chunks[index / STANDING_TABLE_CHUNK])
		return 0;
	/* The entry may hold what was there before standing_table_clear(). */
	standing_table_at(table, index)->used = 0;
	table->used = index;
	standing_table_grow_buckets(table);
	return index;
}

struct standing_entry *standing_table_need(struct standing_table *table, uint64_t key,
					   enum standing_kind kind, uint16_t day)
{
	struct standing_entry *entry = standing_table_find(table, key, kind);
	uint32_t index, *bucket;

	if (entry)
		return entry;
	/* One that was found can be freed. */
	memset(table->last, 0, sizeof(table->last));
	index = standing_table_allocate(table, day);
	if (!index)
		return NULL;
	bucket = standing_table_bucket(table, key, kind);
	entry = standing_table_at(table, index);
	*entry = (struct standing_entry){
		.key = key, .next = *bucket, .day = day, .kind = kind, .used = 1
	};
	*bucket = index;
	table->state.hosts += kind == STANDING_HOST;
	table->state.networks += kind == STANDING_NETWORK;
	return entry;
}

void standing_table_renew(struct standing_entry *entry)
{
	if (entry->days)
		entry->chances = STANDING_TABLE_CHANCES_GOOD;
	else if (entry->proof > 1)
		entry->chances = STANDING_TABLE_CHANCES_AGAIN;
}

void standing_table_note(struct standing_table *table, struct standing_entry *entry)
{
	uint32_t *grown, index;

	if (entry->changed)
		return;
	entry->changed = 1;
	if (table->changed_all)
		return;
	/* Entries that were freed and used again are in the list more than once. */
	grown = table->changed_count < STANDING_TABLE_BUCKETS_MIN + (size_t)table->used
			? array_grow(table->changed, table->changed_count, sizeof(*grown))
			: NULL;
	if (!grown) {
		free(table->changed);
		table->changed = NULL;
		table->changed_count = 0;
		table->changed_all = true;
		return;
	}
	table->changed = grown;
	/* Its index is found from the bucket, since the entry does not hold it. */
	index = *standing_table_bucket(table, entry->key, entry->kind);
	while (standing_table_at(table, index) != entry)
		index = standing_table_at(table, index)->next;
	table->changed[table->changed_count++] = index;
}

void standing_table_clear(struct standing_table *table)
{
	memset(table->buckets, 0, ((size_t)table->mask + 1) * sizeof(*table->buckets));
	memset(table->last, 0, sizeof(table->last));
	table->used = table->unused = table->hand = table->good = 0;
	table->crowded = false;
	free(table->changed);
	table->changed = NULL;
	table->changed_count = 0;
	table->changed_all = false;
	table->state.hosts = table->state.networks = 0;
}

int standing_table_open(const struct standing_options *options, struct standing_table *out)
{
	memset(out, 0, sizeof(*out));
	out->options = *options;
	if (out->options.most < STANDING_TABLE_MOST_MIN)
		out->options.most = STANDING_TABLE_MOST_MIN;
	out->mask = STANDING_TABLE_BUCKETS_MIN - 1;
	out->buckets = calloc(STANDING_TABLE_BUCKETS_MIN, sizeof(*out->buckets));
	out->chunks = calloc(out->options.most / STANDING_TABLE_CHUNK + 1,
			     sizeof(struct standing_entry *));
	return out->buckets && out->chunks ? 0 : -ENOMEM;
}

void standing_table_close(struct standing_table *table)
{
	for (uint32_t i = 0; table->chunks && i <= table->options.most / STANDING_TABLE_CHUNK; i++)
		free(table->chunks[i]);
	free(table->chunks);
	free(table->buckets);
	free(table->changed);
}
