/* SPDX-License-Identifier: GPL-2.0-only */
/* The blocks as the front table (headers/front.h) shows them to the filter: one writer at a time.
 */
#ifndef MIRROR_H
#define MIRROR_H

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
#define MIRROR_LOAD4 2
#define MIRROR_LOAD6 1

#define MIRROR_LINES_LEAST 256

struct mirror;

/*
 * The tables pinned in `dir`, mapped into memory. -ENOENT, -EPERM, -ENOMEM; says nothing. The
 * caller closes *out, and holds the lock of blocks.c for all calls but mirror_open(),
 * mirror_knocks() and mirror_close().
 */
int mirror_open(const char *dir, struct mirror **out);

/* Hosts are as addr_host() makes them throughout. */

/* True if it is sure that `host` is not blocked. */
bool mirror_is_free(const struct mirror *mirror, const struct addr *host);

/*
 * Enters a host that is in the LRU map, blocked until `until` at least; `knocks` is what its tally
 * shall begin with. Of a host that stands there already, the line is not made surer.
 */
void mirror_put(struct mirror *mirror, const struct addr *host, uint32_t until, uint32_t knocks);

/* From now on, the LRU map is asked about the hosts of this host's line. */
void mirror_doubt(struct mirror *mirror, const struct addr *host);

/* Takes a host out, and out of the tally. */
void mirror_remove(struct mirror *mirror, const struct addr *host);

/* The tally of a host (front.h); -ENOENT: it stands nowhere. */
int mirror_knocks(const struct mirror *mirror, const struct addr *host, uint32_t *out);

/* The hosts of this host's line, at most FRONT_HOSTS4; how many. */
size_t mirror_line(const struct mirror *mirror, const struct addr *host,
		   struct addr out[FRONT_HOSTS4]);

/*
 * All that stand in this host's line are blocked until `until` at least. Nothing is changed of a
 * line that is in doubt.
 */
void mirror_renew(struct mirror *mirror, const struct addr *host, uint32_t until);

/* How many networks are blocked. */
void mirror_set_networks(struct mirror *mirror, uint32_t ipv4, uint32_t ipv6);

/* Counted by the caller, as he adds and removes; mirror_begin() sets them anew. */
struct mirror_counts {
	uint64_t ipv4;
	uint64_t ipv6;
};

void mirror_count(struct mirror *mirror, bool ipv4, int64_t more);
void mirror_set_counts(struct mirror *mirror, const struct mirror_counts *counts);
struct mirror_counts mirror_counts(const struct mirror *mirror);

/*
 * True if it would be better made anew for so many hosts; if it is `urgent`, only where it would
 * be of little use otherwise, or was left half made.
 */
bool mirror_is_unfit(const struct mirror *mirror, const struct mirror_counts *expected,
		     bool urgent);

/*
 * Making it anew: mirror_begin(), mirror_fill() for each block there is, mirror_end(). Meanwhile
 * the LRU maps are asked about everybody. mirror_begin(): 0 or -ENOMEM, with nothing changed.
 */
int mirror_begin(struct mirror *mirror, const struct mirror_counts *expected);
void mirror_fill(struct mirror *mirror, const struct addr *host, uint32_t until, bool doubt,
		 uint32_t knocks);
void mirror_end(struct mirror *mirror);

/* Accepts NULL. */
void mirror_close(struct mirror *mirror);

#endif
