/* SPDX-License-Identifier: GPL-2.0-only */
/* A table of hosts, each with a record, in the order in which they were last heard of. */
#ifndef HOSTS_H
#define HOSTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/addr.h"

struct hosts;

struct hosts_options {
	size_t record; /* bytes of a record */
	uint32_t most; /* hosts at a time, at least 1 */
	uint64_t seed; /* a secret, so that nobody can choose addresses that collide */
};

/* -ENOMEM. The caller closes *out. */
int hosts_open(const struct hosts_options *options, struct hosts **out);

/* True if the host has a record; it does not become the newest. */
bool hosts_has(const struct hosts *hosts, const struct addr *addr);

/*
 * The record of a host, which becomes the newest of them; NULL: it has none. A record stays where
 * it is until it is forgotten.
 */
void *hosts_find(struct hosts *hosts, const struct addr *addr);

/* The same of a host that has none: all zero. NULL: the table is full, or there is no memory. */
void *hosts_add(struct hosts *hosts, const struct addr *addr);

/* The record of the host that was silent for longest, NULL: there is none. */
void *hosts_oldest(const struct hosts *hosts);

/* And of the one that was heard of next, NULL: there is none. */
void *hosts_newer(const struct hosts *hosts, const void *record);

const struct addr *hosts_addr(const void *record);

void hosts_forget_oldest(struct hosts *hosts);

uint32_t hosts_count(const struct hosts *hosts);

/* Bytes that a host costs. */
size_t hosts_size(size_t record);

/* Accepts NULL. */
void hosts_close(struct hosts *hosts);

#endif
