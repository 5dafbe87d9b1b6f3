/* SPDX-License-Identifier: GPL-2.0-only */
/* Adds the active blocks of hosts and networks. */
#ifndef BLOCKS_H
#define BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/addr.h"
#include "sobig.h"

struct blocks;

/* Options of a block. */
struct blocks_request {
	uint32_t seconds;
	uint32_t until; /* second of CLOCK_MONOTONIC at which it ends; 0: `seconds` from now */
	uint32_t age;	/* seconds since the block began, for a restored block */
	bool extend;	/* extend the block until `seconds` after the last SYN */
	bool dry_run;
	/*
	 * The ports that it closes, host byte order; 0: end of the list. Empty: all protected
	 * ports, whatever they will be. A port that was never protected is left open.
	 */
	uint16_t ports[SOBIG_PORTS_MAX];
	const char *reason; /* cut to SOBIG_REASON_SIZE - 1 bytes; non-printable bytes become '?' */
};

/*
 * Formats a reason for the maps and the state: printable ASCII, other bytes as '?'; cut, padded
 * with 0.
 */
void blocks_reason(const char *from, char to[SOBIG_REASON_SIZE]);

/*
 * All functions take the lock that other processes share. -EBUSY: the lock was not free for
 * seconds, because its holder was stopped.
 */

/*
 * Opens the maps pinned in `dir`. -ENOENT: nothing is attached; -EPERM: no privilege; -EINVAL: they
 * belong to another version. Logs nothing.
 */
int blocks_open(const char *dir, struct blocks **out);

/*
 * Adapts tables of a previous version. To be called before the filter is attached, by the daemon
 * only. 0 or -EBUSY.
 */
int blocks_take_over(struct blocks *blocks);

/*
 * Gives each of a filter's `ports` a bit, before it is attached; `others` are the ports of other
 * filters that use the tables. 0; -ENOSPC: more ports than SOBIG_PORTS_MAX in all; or -errno.
 */
int blocks_give_bits(struct blocks *blocks, const uint16_t ports[SOBIG_PORTS_MAX],
		     const struct sobig_port_bits *others, uint8_t bits[SOBIG_PORTS_MAX]);

/* Set while the caller holds pins_lock() of the same folder, which is the same lock. */
void blocks_share_lock(struct blocks *blocks, bool shared);

/*
 * Blocks all of `target` from now on. An active block becomes longer, never shorter, closes the
 * ports of both, and keeps its `since` and its drop count. left[i]: the seconds for which target[i]
 * is blocked now (`left` may be NULL). A dry run is stored and counted, but drops nothing, and is
 * replaced by a block. *done: how many were blocked. 0; -E2BIG: the table is full; -EBUSY; or
 * -errno.
 */
int blocks_add(struct blocks *blocks, const struct addr_prefix *target, size_t count,
	       const struct blocks_request *request, uint32_t *left, size_t *done);

/*
 * Notes that a host, as made by addr_host(), has offended by the port with this bit: if it is
 * blocked and its block leaves the port open, that is entered in the block. 0 or -errno.
 */
int blocks_note_offence(struct blocks *blocks, const struct addr *host, uint8_t bit);

/*
 * The ports that a block closes which leaves `open` open (struct sobig_port_bits); none if it
 * closes all protected ports. False: it closes none.
 */
bool blocks_ports(const struct blocks *blocks, uint8_t open, uint16_t out[SOBIG_PORTS_MAX]);

/* Capacity of the table, in hosts. */
uint64_t blocks_room(const struct blocks *blocks, bool ipv4);

/* Accepts NULL. */
void blocks_close(struct blocks *blocks);

#endif
