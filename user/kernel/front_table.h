/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes the front table (front.h), in which the filter looks up blocks first. One writer at a
 * time.
 */
#ifndef FRONT_TABLE_H
#define FRONT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/addr.h"
#include "front.h"
#include "sobig.h"

/*
 * Hosts per line, on average. Fuller lines need less of the processor's caches, but overflow more
 * often. With two hosts in seven slots (one in five), about one line in a hundred overflows, and a
 * lookup in the LRU map costs as much as ten lookups in the front table.
 */
#define FRONT_TABLE_LOAD4 2
#define FRONT_TABLE_LOAD6 1

#define FRONT_TABLE_LINES_LEAST 256

struct front_table;

/*
 * Maps the tables pinned in `dir` into memory. -ENOENT, -EPERM, -ENOMEM; logs nothing. The caller
 * closes *out, and holds the lock of blocks.c for all calls except front_table_open(),
 * front_table_find() and front_table_close().
 */
int front_table_open(const char *dir, struct front_table **out);

/* All hosts are as made by addr_host(). */

/* True if `host` is certainly not blocked. */
bool front_table_is_free(const struct front_table *front, const struct addr *host);

/* The record of a host with this entry in the LRU map. */
static inline struct front_record front_table_record(const struct sobig_block *block)
{
	return (struct front_record){ .drops = block->drops,
				      .open = block->open,
				      .last = block->last_drop };
}

/*
 * Enters a host that is in the LRU map and blocked at least until `until`; `record` is its initial
 * record. If the host is already entered, only its open ports are set: the line's valid-until time
 * is not extended.
 */
void front_table_put(struct front_table *front, const struct addr *host, uint32_t until,
		     const struct front_record *record);

/* Invalidates this host's line: from now on, its hosts are looked up in the LRU map. */
void front_table_invalidate(struct front_table *front, const struct addr *host);

/* Removes a host and its record. */
void front_table_remove(struct front_table *front, const struct addr *host);

/* The record of a host (front.h); -ENOENT: it is not in the table. */
int front_table_find(const struct front_table *front, const struct addr *host,
		     struct front_record *out);

/* The hosts of this host's line, at most FRONT_HOSTS4. Returns how many. */
size_t front_table_line(const struct front_table *front, const struct addr *host,
			struct addr out[FRONT_HOSTS4]);

/*
 * Sets the line's valid-until time: all its hosts are blocked at least until `until`. An
 * invalidated line is not changed.
 */
void front_table_renew(struct front_table *front, const struct addr *host, uint32_t until);

/* Sets the number of blocked networks. */
void front_table_set_networks(struct front_table *front, uint32_t ipv4, uint32_t ipv6);

/* Numbers of hosts. The caller counts when it adds and removes; front_table_begin() resets them. */
struct front_table_counts {
	uint64_t ipv4;
	uint64_t ipv6;
};

void front_table_count(struct front_table *front, bool ipv4, int64_t more);
void front_table_set_counts(struct front_table *front, const struct front_table_counts *counts);
struct front_table_counts front_table_counts(const struct front_table *front);

/*
 * True if the table should be rebuilt for so many hosts. With `urgent`, only if it would be of
 * little use otherwise, or a rebuild was interrupted.
 */
bool front_table_needs_rebuild(const struct front_table *front,
			       const struct front_table_counts *expected, bool urgent);

/*
 * To rebuild: front_table_begin(), front_table_fill() for each block, front_table_end(). Meanwhile
 * all hosts are looked up in the LRU maps. front_table_begin(): 0 or -ENOMEM, with nothing changed.
 */
int front_table_begin(struct front_table *front, const struct front_table_counts *expected);
void front_table_fill(struct front_table *front, const struct addr *host, uint32_t until,
		      bool invalid, const struct front_record *record);
void front_table_end(struct front_table *front);

/*
 * Empties a table with another layout (front.h, FRONT_LAYOUT): from now on, all hosts are looked up
 * in the LRU maps, until the table is rebuilt.
 */
void front_table_upgrade(struct front_table *front);

/* Accepts NULL. */
void front_table_close(struct front_table *front);

#endif
