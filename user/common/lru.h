/* SPDX-License-Identifier: GPL-2.0-only */
/* A table of hosts, each with a record, in the order in which they were last heard of. */
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
	uint64_t seed; /* a secret, so that nobody can choose addresses that collide */
};

/* -ENOMEM. The caller closes *out. */
int lru_open(const struct lru_options *options, struct lru **out);

/* True if the host has a record; it does not become the newest. */
bool lru_has(const struct lru *hosts, const struct addr *addr);

/*
 * The record of a host, which becomes the newest of them; NULL: it has none. A record stays where
 * it is until it is forgotten.
 */
void *lru_find(struct lru *hosts, const struct addr *addr);

/* The same of a host that has none: all zero. NULL: the table is full, or there is no memory. */
void *lru_add(struct lru *hosts, const struct addr *addr);

/* The record of the host that was silent for longest, NULL: there is none. */
void *lru_oldest(const struct lru *hosts);

/* And of the one that was heard of next, NULL: there is none. */
void *lru_newer(const struct lru *hosts, const void *record);

const struct addr *lru_addr(const void *record);

void lru_forget_oldest(struct lru *hosts);

uint32_t lru_count(const struct lru *hosts);

/* Bytes that a host costs. */
size_t lru_size(size_t record);

/* Accepts NULL. */
void lru_close(struct lru *hosts);

#endif
