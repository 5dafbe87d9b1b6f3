/* SPDX-License-Identifier: GPL-2.0-only */
/* The blocks as the front table (headers/front.h) shows them to the filter: one writer at a time.
 */
#ifndef FRONT_TABLE_H
#define FRONT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/addr.h"
#include "front.h"

/*
 * Hosts per line, on average. The fuller the lines, the fewer fit into the processor's caches, but
 * of two in seven slots (one in five), hardly a line in a hundred has more than there is room for:
 * and to ask the LRU map costs as much as ten others.
 */
#define FRONT_TABLE_LOAD4 2
#define FRONT_TABLE_LOAD6 1

#define FRONT_TABLE_LINES_LEAST 256

struct front_table;

/*
 * The tables pinned in `dir`, mapped into memory. -ENOENT, -EPERM, -ENOMEM; says nothing. The
 * caller closes *out, and holds the lock of blocks.c for all calls but front_table_open(),
 * front_table_dropped() and front_table_close().
 */
int front_table_open(const char *dir, struct front_table **out);

/* Hosts are as addr_host() makes them throughout. */

/* True if it is sure that `host` is not blocked. */
bool front_table_is_free(const struct front_table *front, const struct addr *host);

/*
 * Enters a host that is in the LRU map, blocked until `until` at least; `knocks` is what its tally
 * shall begin with. Of a host that stands there already, the line is not made surer.
 */
void front_table_put(struct front_table *front, const struct addr *host, uint32_t until,
		     uint32_t dropped);

/* From now on, the LRU map is asked about the hosts of this host's line. */
void front_table_invalidate(struct front_table *front, const struct addr *host);

/* Takes a host out, and out of the tally. */
void front_table_remove(struct front_table *front, const struct addr *host);

/* The tally of a host (front.h); -ENOENT: it stands nowhere. */
int front_table_dropped(const struct front_table *front, const struct addr *host, uint32_t *out);

/* The hosts of this host's line, at most FRONT_HOSTS4; how many. */
size_t front_table_line(const struct front_table *front, const struct addr *host,
			struct addr out[FRONT_HOSTS4]);

/*
 * All that stand in this host's line are blocked until `until` at least. Nothing is changed of a
 * line that is in doubt.
 */
void front_table_renew(struct front_table *front, const struct addr *host, uint32_t until);

/* How many networks are blocked. */
void front_table_set_networks(struct front_table *front, uint32_t ipv4, uint32_t ipv6);

/* Counted by the caller, as he adds and removes; front_table_begin() sets them anew. */
struct front_table_counts {
	uint64_t ipv4;
	uint64_t ipv6;
};

void front_table_count(struct front_table *front, bool ipv4, int64_t more);
void front_table_set_counts(struct front_table *front, const struct front_table_counts *counts);
struct front_table_counts front_table_counts(const struct front_table *front);

/*
 * True if it would be better made anew for so many hosts; if it is `urgent`, only where it would
 * be of little use otherwise, or was left half made.
 */
bool front_table_needs_rebuild(const struct front_table *front,
			       const struct front_table_counts *expected, bool urgent);

/*
 * Making it anew: front_table_begin(), front_table_fill() for each block there is,
 * front_table_end(). Meanwhile the LRU maps are asked about everybody. front_table_begin(): 0 or
 * -ENOMEM, with nothing changed.
 */
int front_table_begin(struct front_table *front, const struct front_table_counts *expected);
void front_table_fill(struct front_table *front, const struct addr *host, uint32_t until,
		      bool doubt, uint32_t dropped);
void front_table_end(struct front_table *front);

/* Accepts NULL. */
void front_table_close(struct front_table *front);

#endif
