/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One address family's pair of maps: the LRU map that the filter looks up, and the block info map.
 */
#ifndef BLOCK_MAP_H
#define BLOCK_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/addr.h"
#include "sobig.h"

#define BLOCK_MAP_BATCH	  4096
#define BLOCK_MAP_KEY_MAX 8

/* Keys of both families are the bytes of the address from `from` on (network order). */
struct block_map {
	const char *blocked_name;
	const char *block_info_name;
	unsigned int from;
	unsigned int key_size;
	int blocked;
	int info;
};

/* A batch of `count` keys, block infos and blocks. The keys are packed without gaps. */
struct block_map_batch {
	uint32_t count;
	char keys[BLOCK_MAP_BATCH * BLOCK_MAP_KEY_MAX];
	struct sobig_block_info infos[BLOCK_MAP_BATCH];
	struct sobig_block blocks[BLOCK_MAP_BATCH];
};

/* Opens the maps pinned in `dir` for IPv4 or IPv6. 0, -ENOENT, -EPERM; logs nothing. */
int block_map_open(const char *dir, bool ipv4, struct block_map *out);

const void *block_map_key(const struct block_map *tables, const struct addr *host);
struct addr block_map_host(const struct block_map *tables, const void *key);

/* -ENOENT: not found. */
int block_map_get_info(const struct block_map *tables, const void *key,
		       struct sobig_block_info *out);
int block_map_get_block(const struct block_map *tables, const void *key, struct sobig_block *out);
int block_map_set_info(const struct block_map *tables, const void *key,
		       const struct sobig_block_info *info);
int block_map_set_block(const struct block_map *tables, const void *key,
			const struct sobig_block *block);

/* Adds a row to the batch, which must not be full. */
void block_map_batch_add(const struct block_map *tables, struct block_map_batch *batch,
			 const void *key, const struct sobig_block_info *info,
			 const struct sobig_block *block);

/*
 * Writes the batch to the block info map and the LRU map. 0, or -errno with batch->count set to the
 * number of rows that are in both.
 */
int block_map_write(const struct block_map *tables, struct block_map_batch *batch);

/* Deletes the keys of the batch from both maps. Missing keys are not an error. */
int block_map_delete(const struct block_map *tables, const struct block_map_batch *batch);

/*
 * Position of a stepwise walk through a block info map. A row that changes during the walk is seen
 * once or not at all.
 */
struct block_map_walk {
	uint32_t position;
	bool begun;
	bool over;
};

/* Reads the next keys and block infos into the batch. 0 or -errno. */
int block_map_walk(const struct block_map *tables, struct block_map_walk *walk,
		   struct block_map_batch *batch);

/* Number of entries in the LRU map, or -errno; overwrites the batch. */
int64_t block_map_count(const struct block_map *tables, struct block_map_batch *batch);

void block_map_close(struct block_map *tables);

#endif
