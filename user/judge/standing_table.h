/* SPDX-License-Identifier: GPL-2.0-only */
/* The hosts and networks that have a standing: found by their address, bounded in number. */
#ifndef STANDING_TABLE_H
#define STANDING_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "judge/standing.h"

/* See struct standing_row. */
/* Accepted messages that a good day needs. */
#define STANDING_PROOF 3

struct standing_entry {
	uint64_t key; /* see standing_table_key() */
	uint32_t next;
	uint32_t days;
	uint16_t day;
	uint16_t accepted, bad;
	uint16_t accepted_today, bad_today;
	uint8_t chances; /* how often the hand that frees entries passes this one */
	uint8_t kind : 1, bad_yesterday : 1, changed : 1, used : 1, proof : 2;
};

_Static_assert(sizeof(struct standing_entry) + 2 * sizeof(uint32_t) <= STANDING_HOST_BYTES,
	       "an entry, and its bucket twice while buckets are doubled");

/* What was found last: a line asks several times for the same. */
struct standing_last {
	uint64_t key;
	struct standing_entry *entry; /* NULL: there is none */
	bool is_valid;
};

struct standing_table {
	struct standing_options options;
	struct standing_entry **chunks;
	uint32_t *buckets;
	uint32_t mask;
	uint32_t used;	 /* highest index; index 0 is none */
	uint32_t unused; /* chain of free entries */
	uint32_t hand;
	uint32_t good;	   /* entries with good days that the hand passed in this round */
	bool crowded;	   /* of the last round: too many of them, so that they are freed, too */
	uint32_t *changed; /* indices */
	size_t changed_count;
	bool changed_all;	      /* the list would be too long: the entries themselves know */
	struct standing_last last[2]; /* by kind */
	struct standing_state state;
};

/* 0 or -ENOMEM; the caller calls standing_table_close() in either case. */
int standing_table_open(const struct standing_options *options, struct standing_table *out);
void standing_table_close(struct standing_table *table);

/* An IPv4 address, or the first 64 bits of an IPv6 one, which no IPv4 address has in common. */
uint64_t standing_table_key(const struct addr *addr);
struct addr standing_table_addr(const struct standing_entry *entry);

/* The network whose standing the host shares: its /24, or its /48. */
struct addr standing_table_network(const struct addr *host);

/* The entry of an index from 1 to `used`, which may be free. */
struct standing_entry *standing_table_at(const struct standing_table *table, uint32_t index);

/* NULL: none. */
struct standing_entry *standing_table_find(struct standing_table *table, uint64_t key,
					   enum standing_kind kind);

/* Has the entry fetched. */
void standing_table_prefetch(const struct standing_table *table, uint64_t key,
			     enum standing_kind kind);

/* Finds the entry, or adds it with `day` as its day; NULL: no memory. */
struct standing_entry *standing_table_need(struct standing_table *table, uint64_t key,
					   enum standing_kind kind, uint16_t day);

/* It was seen: it is freed after others; after strangers, if it has good days. */
void standing_table_renew(struct standing_entry *entry);

/* It has changed. */
void standing_table_note(struct standing_table *table, struct standing_entry *entry);

/* Frees all entries. */
void standing_table_clear(struct standing_table *table);

#endif
