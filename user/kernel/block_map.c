// SPDX-License-Identifier: GPL-2.0-only
/*
 * One address family's pair of maps: the LRU map that the filter looks up, and the block info map.
 */
#include "kernel/block_map.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "kernel/pins.h"

_Static_assert(sizeof(struct sobig_key4) <= BLOCK_MAP_KEY_MAX, "a key fits");
_Static_assert(sizeof(struct sobig_key6) <= BLOCK_MAP_KEY_MAX, "a key fits");

static int block_map_open_map(const char *dir, const char *name, int *out)
{
	char path[PATH_MAX];
	int err = pins_path(dir, name, path);

	if (err)
		return err;
	*out = bpf_obj_get(path);
	return *out < 0 ? -errno : 0;
}

int block_map_open(const char *dir, bool ipv4, struct block_map *out)
{
	static const struct block_map of_ipv4 = {
		"blocked4", "block_info4", 12, sizeof(struct sobig_key4), -1, -1,
	};
	static const struct block_map of_ipv6 = {
		"blocked6", "block_info6", 0, sizeof(struct sobig_key6), -1, -1,
	};
	struct block_map tables = ipv4 ? of_ipv4 : of_ipv6;
	int err = block_map_open_map(dir, tables.blocked_name, &tables.blocked);

	if (!err)
		err = block_map_open_map(dir, tables.block_info_name, &tables.info);
	if (err)
		block_map_close(&tables);
	else
		*out = tables;
	return err;
}

const void *block_map_key(const struct block_map *tables, const struct addr *host)
{
	return host->bytes + tables->from;
}

struct addr block_map_host(const struct block_map *tables, const void *key)
{
	struct addr host = { .bytes = { 0 } };

	if (tables->from)
		memset(host.bytes + tables->from - 2, 0xff, 2);
	memcpy(host.bytes + tables->from, key, tables->key_size);
	return host;
}

int block_map_get_info(const struct block_map *tables, const void *key,
		       struct sobig_block_info *out)
{
	return bpf_map_lookup_elem(tables->info, key, out) ? -errno : 0;
}

int block_map_get_block(const struct block_map *tables, const void *key, struct sobig_block *out)
{
	return bpf_map_lookup_elem(tables->blocked, key, out) ? -errno : 0;
}

int block_map_set_info(const struct block_map *tables, const void *key,
		       const struct sobig_block_info *info)
{
	return bpf_map_update_elem(tables->info, key, info, BPF_EXIST) ? -errno : 0;
}

int block_map_set_block(const struct block_map *tables, const void *key,
			const struct sobig_block *block)
{
	return bpf_map_update_elem(tables->blocked, key, block, BPF_ANY) ? -errno : 0;
}

void block_map_batch_add(const struct block_map *tables, struct block_map_batch *batch,
			 const void *key, const struct sobig_block_info *info,
			 const struct sobig_block *block)
{
	memcpy(batch->keys + batch->count * tables->key_size, key, tables->key_size);
	batch->infos[batch->count] = *info;
	batch->blocks[batch->count] = *block;
	batch->count++;
}

/* One system call for the batch, or a plain update for a single row, which is cheaper. */
static int block_map_write_map(int map, const char *keys, const void *values, uint32_t *count)
{
	__u32 done = *count;

	if (!done)
		return 0;
	if (done == 1) {
		if (!bpf_map_update_elem(map, keys, values, BPF_ANY))
			return 0;
		*count = 0;
		return -errno;
	}
	if (!bpf_map_update_batch(map, keys, values, &done, NULL))
		return 0;
	*count = done;
	return -errno;
}

/* The block info map first: blocks_reconcile() restores what is only there. */
int block_map_write(const struct block_map *tables, struct block_map_batch *batch)
{
	int err = block_map_write_map(tables->info, batch->keys, batch->infos, &batch->count);
	int blocked =
		block_map_write_map(tables->blocked, batch->keys, batch->blocks, &batch->count);

	return err ? err : blocked;
}

/* The kernel stops at the first missing key; continue after it. */
static int block_map_delete_map(int map, const char *keys, unsigned int key_size, uint32_t count)
{
	uint32_t from = 0;

	if (count == 1)
		return bpf_map_delete_elem(map, keys) && errno != ENOENT ? -errno : 0;
	while (from < count) {
		__u32 done = count - from;

		if (!bpf_map_delete_batch(map, keys + from * key_size, &done, NULL))
			return 0;
		if (errno != ENOENT)
			return -errno;
		from += done + 1;
	}
	return 0;
}

/* The block info map first: blocks_reconcile() restores only what it finds there. */
int block_map_delete(const struct block_map *tables, const struct block_map_batch *batch)
{
	int err = block_map_delete_map(tables->info, batch->keys, tables->key_size, batch->count);
	int blocked =
		block_map_delete_map(tables->blocked, batch->keys, tables->key_size, batch->count);

	return err ? err : blocked;
}

/* Reads the next rows of either map. */
static int block_map_step(int map, struct block_map_walk *walk, void *keys, void *values,
			  uint32_t *count)
{
	__u32 room = BLOCK_MAP_BATCH;
	int end = bpf_map_lookup_batch(map, walk->begun ? &walk->position : NULL, &walk->position,
				       keys, values, &room, NULL);

	*count = 0;
	if (end && errno != ENOENT)
		return -errno;
	walk->begun = true;
	walk->over = end;
	*count = room;
	return 0;
}

int block_map_walk(const struct block_map *tables, struct block_map_walk *walk,
		   struct block_map_batch *batch)
{
	return block_map_step(tables->info, walk, batch->keys, batch->infos, &batch->count);
}

int64_t block_map_count(const struct block_map *tables, struct block_map_batch *batch)
{
	struct block_map_walk walk = { 0 };
	int64_t total = 0;
	int err = 0;

	while (!walk.over && !err) {
		err = block_map_step(tables->blocked, &walk, batch->keys, batch->blocks,
				     &batch->count);
		total += batch->count;
	}
	return err ? err : total;
}

void block_map_close(struct block_map *tables)
{
	if (tables->blocked >= 0)
		close(tables->blocked);
	if (tables->info >= 0)
		close(tables->info);
	tables->blocked = tables->info = -1;
}
