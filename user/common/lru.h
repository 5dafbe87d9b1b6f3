/* SPDX-License-Identifier: GPL-2.0-only */
/* A table of hosts, each with a record, in the order in which they were last used. */
#ifndef LRU_H
#define LRU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/addr.h"

struct lru;

struct lru_options {
	size_t record; /* bytes of a record */
	uint32_t most; /* hosts at a time, at least 1 */
	uint64_t seed; /* a secret, so that an attacker cannot choose addresses that collide */
};

/* 0 or -ENOMEM. The caller closes *out. */
int lru_open(const struct lru_options *options, struct lru **out);

/*
 * Finds the record of a host and makes it the newest; NULL: none. The pointer is valid until the
 * record is removed.
 */
void *lru_find(struct lru *hosts, const struct addr *addr);

/* The same, but the record does not become the newest. */
void *lru_peek(const struct lru *hosts, const struct addr *addr);

/* Has the memory of a host's record fetched: it will be asked for soon. */
void lru_prefetch(const struct lru *hosts, const struct addr *addr);

/* Adds a record, all zero, for a host that has none. NULL: the table is full, or no memory. */
void *lru_add(struct lru *hosts, const struct addr *addr);

/* The least recently used record, NULL: none. */
void *lru_oldest(const struct lru *hosts);

/* The record that was used next after this one, NULL: none. */
void *lru_newer(const struct lru *hosts, const void *record);

/* The host of a record. */
const struct addr *lru_addr(const void *record);

void lru_forget_oldest(struct lru *hosts);

uint32_t lru_count(const struct lru *hosts);

/* The memory of one host in bytes, with a record of that size. */
size_t lru_size(size_t record);

/* Accepts NULL. */
void lru_close(struct lru *hosts);

#endif
